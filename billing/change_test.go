package billing_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
	"parley/tenants"
)

// TestAnyOrderOfChangesEndsInTheSameState is TestAnyOrderEndsInTheSameState for what
// owners do themselves: a trial, another plan, more seats, a year, cancelling and
// keeping, with the webhooks of all of it shuffled, repeated and lost on the way.
func TestAnyOrderOfChangesEndsInTheSameState(t *testing.T) {
	scenario(t, func(w *world) {
		chance := rand.New(rand.NewPCG(3, 5))
		w.stripe.Control.Hold()
		for round := range 4 {
			org := w.newOrg(fmt.Sprintf("org-%d", round))
			sub, agreed := w.storyOfChanges(chance, org)
			if sub.Plan != "business" || sub.Interval != billing.Year || sub.Seats != 3 || sub.CancelAtPeriodEnd || sub.Status != billing.StatusActive {
				w.t.Fatalf("round %d ended with %+v", round, sub)
			}
			if paid := w.charged(org); paid != agreed {
				w.t.Fatalf("round %d paid %d and agreed to %d", round, paid, agreed)
			}
		}
	})
}

// storyOfChanges tells one organization's story, and delivers some of its events in
// any order. It says how the mirror ends, and what the owner agreed to pay.
func (w *world) storyOfChanges(chance *rand.Rand, org tenants.OrgID) (ended billing.Subscription, agreed int64) {
	w.t.Helper()
	var told []stripefake.Event
	some := func() {
		told = append(told, w.stripe.Control.Discard()...)
		chance.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		for _, e := range told[:min(len(told), chance.IntN(4))] {
			if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
				w.t.Fatalf("%s: %d %v", e.Type, status, err)
			}
		}
	}
	change := func(plan, interval string, seats int) {
		w.t.Helper()
		q := w.quoted(org, plan, interval, seats)
		if err := w.accept(org, q); err != nil {
			w.t.Fatal(err)
		}
		agreed += q.Today
		some()
	}
	w.pay(w.tries(org, "pro", billing.Month))
	some()
	change("pro", billing.Month, 2)
	w.clock.Advance(15 * 24 * time.Hour)
	w.stripe.Control.Tick()
	agreed += 2 * 1299 // the trial is over
	some()
	change("business", billing.Month, 2)
	if err := errors.Join(w.billing.CancelAtEnd(w.ctx(), org), w.billing.KeepRunning(w.ctx(), org)); err != nil {
		w.t.Fatal(err)
	}
	some()
	change("business", billing.Month, 3)
	change("business", billing.Year, 3)
	last := w.stripe.Control.Discard()
	for _, e := range append(told, last...) { // all of them once more, the newest too
		if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
			w.t.Fatalf("%s: %d %v", e.Type, status, err)
		}
	}
	return w.on(org, "business"), agreed
}

// TestKilledWhileChangingThePlan: the process dies at any step of a change that was
// agreed to, and the owner looks again and goes on. It is made, and charged once.
func TestKilledWhileChangingThePlan(t *testing.T) {
	w, job := killWorld(t)
	everyStep(t, func(n int) (task, func(string)) {
		org := w.newOrg(fmt.Sprintf("org-%d", n))
		w.buy(org, "pro", billing.Month)
		q := w.quoted(org, "business", billing.Month, 2)
		do := job("change", org)
		do.Quote = q
		return do, func(string) {
			again, err := w.billing.Quote(w.ctx(), org, q.To)
			if err == nil {
				err = w.accept(org, again)
			}
			if err != nil && !errors.Is(err, billing.ErrSame) {
				w.t.Fatal(err)
			}
			w.settle()
			w.sold(org, "business", 1299+q.Today)
			if sub := w.on(org, "business"); sub.Seats != 2 {
				w.t.Errorf("%d seats", sub.Seats)
			}
		}
	})
}
