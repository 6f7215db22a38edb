package billing_test

import (
	"net/http"
	"net/url"
	"testing"

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
