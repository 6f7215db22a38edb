package billing_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
	"parley/tenants"
)

// TestAnyOrderOfPackEventsEndsInTheSameState tells one story many times: bought,
// bought twice, disputed and won, refunded; its events shuffled, repeated, late and
// lost, as long as something arrives after the last change.
func TestAnyOrderOfPackEventsEndsInTheSameState(t *testing.T) {
	shop(t, func(w *world) {
		chance := rand.New(rand.NewPCG(3, 5))
		w.stripe.Control.Hold()
		var want map[string]int64
		for round := range 6 {
			got := w.packStory(chance, w.newPerson(fmt.Sprintf("p-%d", round)))
			if round == 0 {
				want = got
			} else if !maps.Equal(got, want) {
				w.t.Fatalf("round %d ended with\n%v, want\n%v", round, got, want)
			}
		}
	})
}

func (w *world) packStory(chance *rand.Rand, who tenants.UserID) map[string]int64 {
	w.t.Helper()
	var told []stripefake.Event // events that wait somewhere on the way
	some := func(atLeast int) {
		told = append(told, w.stripe.Control.Discard()...)
		chance.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		n := min(len(told), atLeast+chance.IntN(3))
		for _, e := range told[:n] {
			if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
				w.t.Fatalf("%s: %d %v", e.Type, status, err)
			}
		}
		if chance.IntN(2) == 0 { // else they come once more
			told = told[n:]
		}
	}
	pay := func(page string) {
		w.clock.Advance(time.Minute)
		w.pay(page)
		some(0)
	}
	pay(w.packPage(who, ferry))
	pay(w.packPageFor(who, ferry)) // the second one is given back
	pay(w.packPage(who, "paper-zoo"))
	charges := w.stripe.Control.Charges(w.buyer(who).CustomerID)
	dispute, err := w.stripe.Control.Dispute(charges[0])
	if err != nil {
		w.t.Fatal(err)
	}
	some(0)
	if err := w.stripe.Control.CloseDispute(dispute, true); err != nil {
		w.t.Fatal(err)
	}
	some(0)
	if _, err := w.stripe.Control.Refund(charges[2], 299); err != nil {
		w.t.Fatal(err)
	}
	some(1 << 20)
	for range 3 { // what was done because of an event has events of its own
		some(1 << 20)
	}
	w.packsSay(who, map[string]billing.PurchaseState{charges[0]: billing.PurchaseOwned, charges[2]: billing.PurchaseRefunded})
	return w.balances(tenants.OrgID(w.buyer(who).ID))
}

// packsSay asserts what became of payments.
func (w *world) packsSay(who tenants.UserID, want map[string]billing.PurchaseState) {
	w.t.Helper()
	all, err := w.billing.Purchases(w.ctx(), who)
	if err != nil {
		w.t.Fatal(err)
	}
	got := map[string]billing.PurchaseState{}
	for _, p := range all {
		got[p.Payment] = p.State
	}
	for payment, state := range want {
		if got[payment] != state {
			w.t.Errorf("%s is %q, want %q", payment, got[payment], state)
		}
	}
}
