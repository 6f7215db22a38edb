package billing_test

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"parley/billing"
	"parley/tenants"
)

func TestAPackIsBoughtOnce(t *testing.T) {
	shop(t, func(w *world) {
		ann := w.newPerson("ann")
		w.owns(ann)
		page := w.packPage(ann, ferry)
		_, html := w.open(page)
		contains(w.t, html, "Night ferry", "$1.99", "Once", "ann@acme.test")
		if again := w.packPage(ann, ferry); again != page {
			w.t.Errorf("pressed twice, it opened %s and %s", page, again)
		}
		w.pay(page)
		w.settle()
		w.owns(ann, ferry)
		w.packBooks(ann, map[string]int64{"cash USD": ferryCents, "revenue:pack:night-ferry USD": ferryCents})
		if _, err := w.billing.StartPackCheckout(w.ctx(), w.packInput(ann, ferry)); !errors.Is(err, billing.ErrPackOwned) || tenants.KeyOf(err) != billing.KeyPackOwned {
			w.t.Errorf("bought again: %v", err)
		}
		w.buyPack2(ann)
	})
}

func TestWhatIsNotSold(t *testing.T) {
	shop(t, func(w *world) {
		ann := w.newPerson("ann")
		for pack, want := range map[string]error{"front-room": billing.ErrPackNotSold, "no-such": billing.ErrPackUnknown, "": billing.ErrPackUnknown} {
			if _, err := w.billing.StartPackCheckout(w.ctx(), w.packInput(ann, pack)); !errors.Is(err, want) {
				w.t.Errorf("%q: %v", pack, err)
			}
		}
		if n := len(w.happened("customer.created")); n != 0 {
			w.t.Errorf("%d customers were made for nothing", n)
		}
	})
}

// TestTwoTabsBuyOnePack: the first purchase of somebody, from several tabs at once.
func TestTwoTabsBuyOnePack(t *testing.T) {
	shop(t, func(w *world) {
		ann := w.newPerson("ann")
		pages := make([]string, 4)
		var tabs sync.WaitGroup
		for i := range pages {
			tabs.Go(func() { pages[i], _ = w.billing.StartPackCheckout(w.ctx(), w.packInput(ann, ferry)) })
		}
		tabs.Wait()
		if slices.Sort(pages); pages[0] == "" || len(slices.Compact(slices.Clone(pages))) != 1 {
			w.t.Errorf("the pages are %q", pages)
		}
		if n := w.customers(w.buyer(ann).ID); n != 1 {
			w.t.Errorf("%d customers", n)
		}
		w.pay(pages[0])
		w.settle()
		w.owns(ann, ferry)
	})
}

// TestPaidForAPackTwice: two pages were open and both were paid.
func TestPaidForAPackTwice(t *testing.T) {
	shop(t, func(w *world) {
		ann := w.newPerson("ann")
		w.buyPack(ann, ferry)
		w.clock.Advance(time.Minute)
		w.pay(w.packPageFor(ann, ferry))
		w.settle()
		w.owns(ann, ferry)
		w.packBooks(ann, map[string]int64{"cash USD": ferryCents, "revenue:pack:night-ferry USD": 2 * ferryCents, "refunds:pack:night-ferry USD": ferryCents})
		all, err := w.billing.Purchases(w.ctx(), ann)
		if err != nil || len(all) != 2 || all[0].State != billing.PurchaseRefunded || all[0].Refunded != ferryCents || all[1].State != billing.PurchaseOwned {
			w.t.Errorf("%+v, %v", all, err)
		}
		if n := len(w.happened("charge.refunded")); n != 1 {
			w.t.Errorf("%d refunds", n)
		}
	})
}

func TestARefundTakesThePackBack(t *testing.T) {
	shop(t, func(w *world) {
		ann := w.newPerson("ann")
		w.buyPack(ann, ferry)
		charge := w.stripe.Control.Charges(w.buyer(ann).CustomerID)[0]
		if _, err := w.stripe.Control.Refund(charge, 50); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.owns(ann, ferry) // a part is a kindness
		refund, err := w.stripe.Control.Refund(charge, ferryCents-50)
		if err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.owns(ann)
		w.packBooks(ann, map[string]int64{"revenue:pack:night-ferry USD": ferryCents, "refunds:pack:night-ferry USD": ferryCents})
		if err := w.stripe.Control.FailRefund(refund); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.owns(ann, ferry) // the money came back to us
	})
}

// TestAfterARefundItCanBeBoughtAgain, on a page of its own.
func TestAfterARefundItCanBeBoughtAgain(t *testing.T) {
	shop(t, func(w *world) {
		ann := w.newPerson("ann")
		w.buyPack(ann, ferry)
		if _, err := w.stripe.Control.Refund(w.stripe.Control.Charges(w.buyer(ann).CustomerID)[0], ferryCents); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.clock.Advance(time.Minute)
		w.buyPack(ann, ferry)
		w.packBooks(ann, map[string]int64{"cash USD": ferryCents, "revenue:pack:night-ferry USD": 2 * ferryCents, "refunds:pack:night-ferry USD": ferryCents})
	})
}

func TestADisputeAndThePack(t *testing.T) {
	for name, won := range map[string]bool{"won": true, "lost": false} {
		t.Run(name, func(t *testing.T) {
			shop(t, func(w *world) {
				ann := w.newPerson("ann")
				w.buyPack(ann, ferry)
				dispute, err := w.stripe.Control.Dispute(w.stripe.Control.Charges(w.buyer(ann).CustomerID)[0])
				if err != nil {
					w.t.Fatal(err)
				}
				w.settle()
				w.owns(ann)
				if _, err := w.billing.StartPackCheckout(w.ctx(), w.packInput(ann, ferry)); !errors.Is(err, billing.ErrPackDisputed) {
					w.t.Errorf("bought again while the bank looks: %v", err)
				}
				if err := w.stripe.Control.CloseDispute(dispute, won); err != nil {
					w.t.Fatal(err)
				}
				w.settle()
				if won {
					w.owns(ann, ferry)
					w.packBooks(ann, map[string]int64{"cash USD": ferryCents, "revenue:pack:night-ferry USD": ferryCents})
					return
				}
				w.owns(ann)
				w.packBooks(ann, map[string]int64{"losses USD": ferryCents, "revenue:pack:night-ferry USD": ferryCents})
			})
		})
	}
}

// TestALostWebhookIsFound: by the page after the payment, and by the hourly look.
func TestALostPurchaseIsFound(t *testing.T) {
	shop(t, func(w *world) {
		w.lose()
		ann, bob := w.newPerson("ann"), w.newPerson("bob")
		w.pay(w.packPage(ann, ferry))
		w.pay(w.packPage(bob, ferry))
		w.owns(ann)
		if err := w.billing.SyncBuyer(w.ctx(), ann); err != nil {
			w.t.Fatal(err)
		}
		w.owns(ann, ferry)
		w.owns(bob)
		w.clock.Advance(2 * billing.ReconcileEvery)
		w.reconcile()
		w.owns(bob, ferry)
	})
}

// TestOnePersonsPacksAreNotAnothers: everything that one buys leaves the other's
// packs, purchases and books alone, and who has bought nothing is told nothing.
func TestOnePersonsPacksAreNotAnothers(t *testing.T) {
	shop(t, func(w *world) {
		ann, bob := w.newPerson("ann"), w.newPerson("bob")
		w.buyPack(ann, ferry)
		w.owns(bob)
		w.owns("")
		w.buyPack(bob, "paper-zoo")
		w.owns(ann, ferry)
		w.packBooks(bob, map[string]int64{"cash USD": 299, "revenue:pack:paper-zoo USD": 299})
		if all, err := w.billing.Purchases(w.ctx(), bob); err != nil || len(all) != 1 || all[0].Pack != "paper-zoo" {
			w.t.Errorf("%+v, %v", all, err)
		}
		if w.buyer(ann).CustomerID == w.buyer(bob).CustomerID {
			w.t.Error("one customer pays for two people")
		}
	})
}

// TestADeletedPersonsBooksStay, under an id that leads to nobody.
func TestADeletedPersonsBooksStay(t *testing.T) {
	shop(t, func(w *world) {
		ann := w.newPerson("ann")
		w.buyPack(ann, ferry)
		books, charge := w.buyer(ann), w.stripe.Control.Charges(w.buyer(ann).CustomerID)[0]
		if err := w.db.Global(w.ctx(), func(tx *gorm.DB) error { return w.billing.ForgetBuyer(tx, ann) }); err != nil {
			w.t.Fatal(err)
		}
		w.owns(ann)
		w.books(tenants.OrgID(books.ID), map[string]int64{"cash USD": ferryCents, "revenue:pack:night-ferry USD": ferryCents})
		if got := w.ask(http.MethodGet, "customers/"+books.CustomerID, nil)["email"]; got != "ann@acme.test" {
			w.t.Errorf("Stripe knows %v before it was told", got)
		}
		for range 2 { // an errand may be done again
			if err := w.billing.ForgetCustomer(w.ctx(), books.CustomerID); err != nil {
				w.t.Fatal(err)
			}
		}
		if got := w.ask(http.MethodGet, "customers/"+books.CustomerID, nil); got["email"] != nil || got["name"] != nil {
			w.t.Errorf("Stripe still knows %v", got)
		}
		if _, err := w.stripe.Control.Refund(charge, ferryCents); err != nil { // their books go on
			w.t.Fatal(err)
		}
		w.settle()
		w.books(tenants.OrgID(books.ID), map[string]int64{"refunds:pack:night-ferry USD": ferryCents, "revenue:pack:night-ferry USD": ferryCents})
		if err := w.stripe.Control.DeleteCustomer(books.CustomerID); err != nil {
			w.t.Fatal(err)
		}
		if err := w.billing.ForgetCustomer(w.ctx(), books.CustomerID); err != nil {
			w.t.Errorf("somebody whom Stripe does not know any more: %v", err)
		}
	})
}

// TestACustomerDeletedAtStripeKeepsThePacks, and the next purchase makes another.
func TestACustomerDeletedAtStripeKeepsThePacks(t *testing.T) {
	shop(t, func(w *world) {
		ann := w.newPerson("ann")
		w.buyPack(ann, ferry)
		first := w.buyer(ann).CustomerID
		if err := w.stripe.Control.DeleteCustomer(first); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.owns(ann, ferry)
		w.pay(w.packPage(ann, "paper-zoo"))
		w.settle()
		w.owns(ann, ferry, "paper-zoo")
		if w.buyer(ann).CustomerID == first {
			w.t.Error("the deleted customer was used again")
		}
	})
}

func TestWhatTheOperatorMadeOfAPackStays(t *testing.T) {
	shop(t, func(w *world) {
		before, err := w.billing.Packs(w.ctx())
		if err != nil || len(before) != 4 || len(before[0].Stickers) != 12 || !before[0].Free() || before[3].Free() {
			w.t.Fatalf("%+v, %v", before, err)
		}
		w.seed()
		after, err := w.billing.Packs(w.ctx())
		if err != nil || len(after) != 4 || len(after[0].Stickers) != 12 {
			w.t.Errorf("%+v, %v", after, err)
		}
		one := after[0].Stickers[0]
		kind, data, err := w.billing.StickerPicture(w.ctx(), one.Hash)
		if err != nil || kind != "image/svg+xml" || len(data) == 0 || one.File() != one.Hash+".svg" {
			w.t.Errorf("%s, %d bytes, %v", kind, len(data), err)
		}
		if _, _, err := w.billing.StickerPicture(w.ctx(), "nothing"); tenants.CodeOf(err) != tenants.CodeNotFound {
			w.t.Error(err)
		}
	})
}
