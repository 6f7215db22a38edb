package billing_test

import (
	"fmt"
	"testing"
	"time"

	"parley/billing"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// packSold asserts that somebody has one customer and one pack, and has paid for it
// once.
func (w *world) packSold(who tenants.UserID) {
	w.t.Helper()
	w.owns(who, ferry)
	b := w.buyer(who)
	if n := w.customers(b.ID); n != 1 {
		w.t.Errorf("%d customers", n)
	}
	if got := w.balances(tenants.OrgID(b.ID))["cash USD"]; got != ferryCents {
		w.t.Errorf("%d cents were kept", got)
	}
}

// jobOf makes a task for a child in a world.
type jobOf func(do string, org tenants.OrgID) task

// onBothKilled runs a test in a world with packs, on either database, in which a
// child can be killed.
func onBothKilled(t *testing.T, test func(t *testing.T, w *world, job jobOf)) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": tenantstest.SQLitePath, "postgres": tenantstest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			w, job := killWorldOn(t, address(t))
			w.seed()
			test(t, w, job)
		})
	}
}

// TestKilledWhileBuyingAPack: somebody presses Buy, the process dies at any step,
// and they press again.
func TestKilledWhileBuyingAPack(t *testing.T) {
	onBothKilled(t, func(t *testing.T, w *world, job jobOf) {
		everyStep(t, func(n int) (task, func(string)) {
			who := w.newPerson(fmt.Sprintf("p-%d", n))
			do := job("pack", "")
			do.Pack = w.packInput(who, ferry)
			return do, func(string) {
				w.pay(w.packPage(who, ferry))
				w.settle()
				w.packSold(who)
			}
		})
	})
}

// TestKilledWhileGivingAPackBack: paid twice, and the process dies at any step of
// writing it down and refunding the second.
func TestKilledWhileGivingAPackBack(t *testing.T) {
	onBothKilled(t, func(t *testing.T, w *world, job jobOf) {
		w.stripe.Control.Hold()
		everyStep(t, func(n int) (task, func(string)) {
			who := w.newPerson(fmt.Sprintf("p-%d", n))
			w.pay(w.packPage(who, ferry))
			w.deliver(w.stripe.Control.Discard()...)
			w.clock.Advance(time.Minute)
			w.pay(w.packPageFor(who, ferry))
			events := w.stripe.Control.Discard()
			again := events[len(events)-1]
			return w.eventTask(job, "", again), func(string) {
				w.deliver(again)
				w.deliver(w.stripe.Control.Discard()...)
				w.packSold(who)
				if back := w.balances(tenants.OrgID(w.buyer(who).ID))["refunds:pack:night-ferry USD"]; back != ferryCents {
					w.t.Errorf("%d cents were given back", back)
				}
			}
		})
	})
}

// TestKilledWhileAPackIsTakenBack: refunded, and the process dies at any step of
// hearing of it. Every webhook is lost then; the hourly look finds it.
func TestKilledWhileAPackIsTakenBack(t *testing.T) {
	onBothKilled(t, func(t *testing.T, w *world, job jobOf) {
		w.stripe.Control.Hold()
		everyStep(t, func(n int) (task, func(string)) {
			who := w.newPerson(fmt.Sprintf("p-%d", n))
			w.pay(w.packPage(who, ferry))
			w.deliver(w.stripe.Control.Discard()...)
			if _, err := w.stripe.Control.Refund(w.stripe.Control.Charges(w.buyer(who).CustomerID)[0], ferryCents); err != nil {
				t.Fatal(err)
			}
			events := w.stripe.Control.Discard()
			return w.eventTask(job, "", events[len(events)-1]), func(string) {
				w.clock.Advance(2 * billing.ReconcileEvery)
				w.reconcile()
				w.owns(who)
				if got := w.balances(tenants.OrgID(w.buyer(who).ID))["cash USD"]; got != 0 {
					t.Errorf("%d cents were kept", got)
				}
			}
		})
	})
}
