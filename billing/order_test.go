package billing_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
)

// TestAnyOrderEndsInTheSameState is the property that all else rests on: the
// same story, its events shuffled, repeated, late and lost, while it goes on and
// after, ends in one state as long as something arrives after the last change.
func TestAnyOrderEndsInTheSameState(t *testing.T) {
	scenario(t, func(w *world) {
		chance := rand.New(rand.NewPCG(7, 11))
		w.stripe.Control.Hold()
		var want billing.Subscription
		for round := range 8 {
			got := w.story(chance, round)
			if got.Status != billing.StatusPastDue {
				w.t.Fatalf("round %d ended with %+v", round, got)
			}
			if round == 0 {
				want = got
			} else if !reflect.DeepEqual(got, want) {
				w.t.Fatalf("round %d ended with\n%+v, want\n%+v", round, got, want)
			}
		}
	})
}

// story tells one organization's month and returns how the mirror ends, without
// what differs from organization to organization.
func (w *world) story(chance *rand.Rand, round int) billing.Subscription {
	w.t.Helper()
	org := w.newOrg(fmt.Sprintf("org-%d", round))
	began := w.clock.Now()
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
	w.pay(w.upgrade(org, "pro", billing.Month))
	some(0)
	sub := w.subscription(org)
	for _, leave := range []bool{true, false, true, false} {
		if err := w.stripe.Control.CancelAtPeriodEnd(sub, leave); err != nil {
			w.t.Fatal(err)
		}
		some(0)
	}
	customer := w.customer(org)
	w.stripe.Control.DeclineCard(customer, true)
	w.clock.Advance(32 * 24 * time.Hour)
	w.stripe.Control.Tick()
	last := w.stripe.Control.Discard()
	last = slices.DeleteFunc(last, func(e stripefake.Event) bool {
		return e.Type != "customer.subscription.updated" || !strings.Contains(string(e.Data.Object), customer)
	})
	told = append(told, last...)
	some(len(told)) // whatever else is lost, these arrive
	got := w.on(org, "pro")
	if got.SubscriptionID != sub || got.CustomerID != customer {
		w.t.Fatalf("round %d mirrors somebody else: %+v", round, got)
	}
	got.SubscriptionID, got.CustomerID = "", ""
	if got.PastDueSince == nil || !got.PastDueSince.Equal(began.AddDate(0, 1, 0)) || !got.PeriodEnd.Equal(began.AddDate(0, 2, 0)) {
		w.t.Fatalf("round %d, begun %v: %+v", round, began, got)
	}
	got.PastDueSince, got.PeriodEnd = nil, time.Time{}
	return got
}
