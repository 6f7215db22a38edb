package app_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

var stickerAddress = regexp.MustCompile(`/sticker/[0-9a-f]{64}\.svg`)

// buyPack goes from the shop over the payment page and back.
func (b *browser) buyPack(pack, name string) {
	b.w.t.Helper()
	b.get("/stickers").status(200)
	hosted := b.post("/stickers/"+pack+"/buy", form()).status(303).header.Get("Location")
	page := b.get(hosted).status(200).has(name)
	token := tokenField.FindStringSubmatch(page.body)
	if token == nil {
		b.w.t.Fatalf("no token on the payment page:\n%s", excerpt(page.body))
	}
	back := b.do(http.MethodPost, hosted+"/pay", "text/html", form("token", token[1])).status(303).header.Get("Location")
	at := b.get(back).status(303).header.Get("Location")
	b.get(at).status(200).has(name+" is yours", "What you have paid")
}

// payer is how somebody is known where money is.
type payer struct{ ID, CustomerID string }

// TableName is where it lies.
func (payer) TableName() string { return "buyers" }

// addressAtStripe is the e-mail address of a customer there; "" for none.
func (w *world) addressAtStripe(t *testing.T, customer string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://stripe.invalid/v1/customers/"+customer, nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer sk_test_dashboard")
	res, err := w.stripe.Client().Do(req)
	must(t, err)
	defer res.Body.Close()
	var found struct{ ID, Email string }
	must(t, json.NewDecoder(res.Body).Decode(&found))
	if found.ID != customer {
		t.Fatalf("Stripe answers %d, %+v", res.StatusCode, found)
	}
	return found.Email
}

// refund gives somebody's first payment back, at Stripe.
func (w *world) refund(who tenants.UserID, cents int64) {
	w.t.Helper()
	var b payer
	must(w.t, w.db.ReadGlobal(w.t.Context(), func(tx *gorm.DB) error { return tx.Take(&b, "user_id = ?", string(who)).Error }))
	_, err := w.stripe.Control.Refund(w.stripe.Control.Charges(b.CustomerID)[0], cents)
	must(w.t, err)
}

// owns reports whether the shop calls a pack somebody's.
func (w *world) owns(who tenants.UserID, pack string) bool {
	w.t.Helper()
	owned, err := w.billing.OwnedPacks(w.t.Context(), who)
	must(w.t, err)
	return owned[pack]
}

func TestSomebodyBuysAPack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.browser().get("/stickers").status(303).location("/login?next=%2Fstickers")
		ann, org := w.owner("Ann")
		shop := ann.get("/stickers").status(200).has("Front room", "Night ferry", "$1.99", "Buy for $2.99", "An octopus with its arms full", `href="/stickers"`).lacks("What you have paid")
		ann.post("/stickers/front-room/buy", form()).status(400).has("This sticker pack is not sold.")
		ann.post("/stickers/no-such/buy", form()).status(404)

		picture := w.browser().get(stickerAddress.FindString(shop.body)).status(200).has("<svg")
		for name, want := range map[string]string{
			"Content-Type": "image/svg+xml", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
			"Cache-Control": "public, max-age=31536000, immutable",
		} {
			if got := picture.header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		for _, wrong := range []string{"/sticker/" + strings.Repeat("0", 64) + ".svg", "/sticker/x.svg", "/sticker/..%2f.svg", "/sticker/" + strings.Repeat("G", 64)} {
			w.browser().get(wrong).status(404)
		}

		ann.buyPack("night-ferry", "Night ferry")
		ann.post("/stickers/night-ferry/buy", form()).status(409).has("You have this sticker pack already.")
		ann.get("/stickers?bought=paper-zoo").status(200).has("Paper zoo is not yours yet")
		ann.get("/stickers?bought=%3Cscript%3E").status(200).lacks("<script>", "is not yours yet")
		ben, _ := w.owner("Ben")
		ben.get("/stickers").status(200).has("Buy for $1.99").lacks("What you have paid")

		ann.get("/me/data").status(200)
		files := unzip(t, ann.post("/me/export", form()).status(200).body)
		var paid []map[string]any
		must(t, json.Unmarshal([]byte(files["purchases.json"]), &paid))
		if len(paid) != 1 || paid[0]["sticker_pack"] != "night-ferry" || paid[0]["minor_units"] != 199.0 || paid[0]["state"] != "owned" {
			t.Errorf("the export says %v", paid)
		}

		id := tenants.UserID(w.id(org, "Ann"))
		w.refund(id, 199)
		eventually(t, "the pack is taken back", func() bool { return !w.owns(id, "night-ferry") })
		ann.get("/stickers").status(200).has("Buy for $1.99", "Given back")
	})
}

// TestADeletedPersonLeavesNoNameInTheBooks: what they bought stays booked, under an id that leads to nobody.
func TestADeletedPersonLeavesNoNameInTheBooks(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.buyPack("night-ferry", "Night ferry")
	id := tenants.UserID(w.id(org, "Ann"))
	var bought payer
	must(t, w.db.ReadGlobal(t.Context(), func(tx *gorm.DB) error { return tx.Take(&bought).Error }))
	customer := bought.CustomerID
	if got := w.addressAtStripe(t, customer); got != "ann@parley.example" {
		t.Fatalf("Stripe knows %q as %q", customer, got)
	}
	long, _ := w.at(time.Now().Add(-15 * 24 * time.Hour).Format(time.RFC3339))
	_, err := long.LeaveForGood(t.Context(), tenants.LeaveForGoodInput{User: id, Password: password, When: func(time.Time) string { return "" }})
	must(t, err)
	eventually(t, "Ann is deleted", func() bool { // the server looks for who is due by itself, too
		_, err := w.store.EraseDue(t.Context(), 10, w.billing.ForgetBuyer)
		must(t, err)
		_, err = w.store.User(t.Context(), id)
		return err != nil
	})
	var named, all int64
	must(t, w.db.ReadGlobal(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Model(&payer{}).Where("user_id IS NOT NULL").Count(&named).Error; err != nil {
			return err
		}
		return tx.Model(&payer{}).Count(&all).Error
	}))
	eventually(t, "Stripe has forgotten Ann's address", func() bool { return w.addressAtStripe(t, customer) == "" })
	if named != 0 || all != 1 {
		t.Errorf("%d buyers, %d of them with a person", all, named)
	}
	books, err := w.billing.Books(t.Context(), "", 10)
	if must(t, err); len(books) != 1 {
		t.Fatalf("books of %v", books)
	}
	if report, err := w.billing.VerifyBooks(t.Context(), books[0]); err != nil || report.Transactions != 1 || len(report.Faults) != 0 {
		t.Errorf("the books: %+v, %v", report, err)
	}
}
