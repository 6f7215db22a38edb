package billing_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"parley/billing"
	"parley/tenants"
)

// ferry is a pack that costs something.
const ferry, ferryCents = "night-ferry", 199

// shop is a world with packs in it.
func shop(t *testing.T, run func(w *world)) {
	scenario(t, func(w *world) {
		w.seed()
		run(w)
	})
}

func (w *world) seed() {
	w.t.Helper()
	if err := w.billing.SeedPacks(w.ctx()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) packInput(user tenants.UserID, pack string) billing.PackCheckoutInput {
	return billing.PackCheckoutInput{
		User: user, Email: "ann@acme.test", Pack: pack, Name: "Night ferry", SuccessURL: w.pages + "/stickers/done", CancelURL: w.pages + "/stickers",
	}
}

// packPage presses "Buy" and returns the payment page's address.
func (w *world) packPage(user tenants.UserID, pack string) string {
	w.t.Helper()
	page, err := w.billing.StartPackCheckout(w.ctx(), w.packInput(user, pack))
	if err != nil {
		w.t.Fatalf("start the checkout of a pack: %v", err)
	}
	return page
}

func (w *world) buyPack(user tenants.UserID, pack string) {
	w.t.Helper()
	w.pay(w.packPage(user, pack))
	w.settle()
	w.owns(user, pack)
}

// owns asserts which packs a person has.
func (w *world) owns(user tenants.UserID, want ...string) {
	w.t.Helper()
	owned, err := w.billing.OwnedPacks(w.ctx(), user)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, pack := range want {
		if !owned[pack] {
			w.t.Errorf("%s is not owned: %v", pack, owned)
		}
	}
	if len(owned) != len(want) {
		w.t.Errorf("owned are %v, want %v", owned, want)
	}
}

// buyer is how a person is known where money is.
type buyer struct{ ID, CustomerID string }

// TableName is where it lies.
func (buyer) TableName() string { return "buyers" }

func (w *world) buyer(user tenants.UserID) (b buyer) {
	w.t.Helper()
	if err := w.db.ReadGlobal(w.ctx(), func(tx *gorm.DB) error { return tx.Take(&b, "user_id = ?", string(user)).Error }); err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *world) packBooks(user tenants.UserID, want map[string]int64) {
	w.t.Helper()
	w.books(tenants.OrgID(w.buyer(user).ID), want)
}

// packPageFor opens a payment page that Parley knows nothing of, with our tags.
func (w *world) packPageFor(user tenants.UserID, pack string) string {
	w.t.Helper()
	prices := w.ask(http.MethodGet, "prices", url.Values{"lookup_keys[0]": {"parley_pack_" + pack}})["data"].([]any)
	return w.ask(http.MethodPost, "checkout/sessions", url.Values{
		"mode": {"payment"}, "customer": {w.buyer(user).CustomerID}, "line_items[0][price]": {prices[0].(map[string]any)["id"].(string)},
		"success_url": {w.pages + "/done"}, "payment_intent_data[metadata][parley_pack]": {pack},
	})["url"].(string)
}

// customers counts those that Stripe has for a buyer.
func (w *world) customers(buyer string) (n int) {
	w.t.Helper()
	for _, c := range w.ask(http.MethodGet, "customers", url.Values{"limit": {"100"}})["data"].([]any) {
		if c.(map[string]any)["metadata"].(map[string]any)["parley_buyer"] == buyer {
			n++
		}
	}
	return n
}

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

// buyPack2 buys another pack: one customer pays for both.
func (w *world) buyPack2(user tenants.UserID) {
	w.t.Helper()
	w.pay(w.packPage(user, "paper-zoo"))
	w.settle()
	w.owns(user, ferry, "paper-zoo")
	if n := w.customers(w.buyer(user).ID); n != 1 {
		w.t.Errorf("%d customers", n)
	}
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
		if _, err := w.stripe.Control.Refund(charge, ferryCents); err != nil { // their books go on
			w.t.Fatal(err)
		}
		w.settle()
		w.books(tenants.OrgID(books.ID), map[string]int64{"refunds:pack:night-ferry USD": ferryCents, "revenue:pack:night-ferry USD": ferryCents})
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
