package billing_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
	"parley/tenants"
)

// lose keeps every webhook from coming.
func (w *world) lose() {
	w.stripe.Control.SetPolicy(stripefake.Policy{Drop: func(stripefake.Event) bool { return true }})
}

// reconcile waits until it is due and does it.
func (w *world) reconcile() []billing.Change {
	w.t.Helper()
	w.clock.Advance(billing.ReconcileEvery)
	changes, err := w.billing.Reconcile(w.ctx())
	if err != nil {
		w.t.Fatal(err)
	}
	return changes
}

func TestReconciliationFindsWhatWebhooksLost(t *testing.T) {
	scenario(t, func(w *world) {
		org, quiet := w.newOrg("acme"), w.newOrg("quiet")
		w.lose()
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.upgrade(quiet, "pro", billing.Month)
		w.on(org, billing.FreePlan)
		changes := w.reconcile()
		if len(changes) != 1 || changes[0].Org != org || !changes[0].Changed || changes[0].Plan != "pro" {
			w.t.Errorf("found %+v", changes)
		}
		sub := w.on(org, "pro")
		w.books(org, map[string]int64{"cash USD": 1299, "revenue:pro USD": 1299})
		if _, err := w.stripe.Control.Refund(w.stripe.Control.Charges(sub.CustomerID)[0], 1299); err != nil {
			w.t.Fatal(err)
		}
		if err := w.stripe.Control.CancelAtPeriodEnd(sub.SubscriptionID, true); err != nil {
			w.t.Fatal(err)
		}
		w.reconcile()
		w.books(org, map[string]int64{"revenue:pro USD": 1299, "refunds:pro USD": 1299})
		if sub := w.on(org, "pro"); !sub.CancelAtPeriodEnd {
			w.t.Errorf("mirror: %+v", sub)
		}
	})
}

func TestReconciliationIsDoneOnceAnHour(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		w.clock.Advance(billing.ReconcileEvery)
		var wg sync.WaitGroup
		var mu sync.Mutex
		did := 0
		for range 5 { // as many processes
			wg.Go(func() {
				changes, err := w.billing.Reconcile(w.ctx())
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					w.t.Error(err)
				}
				for _, c := range changes {
					did++
					if c.Changed || c.Org != org || c.Plan != "pro" {
						w.t.Errorf("nothing was lost, and it says %+v", c)
					}
				}
			})
		}
		wg.Wait()
		if did != 1 {
			w.t.Errorf("%d of five did it", did)
		}
	})
}

// TestReconciliationFailsAndComesAgain: nothing is taken for seen that was not.
func TestReconciliationFailsAndComesAgain(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.lose()
		w.pay(w.upgrade(org, "pro", billing.Month))
		gone, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_x", URL: "http://stripe.invalid", HTTP: &http.Client{Transport: unreachable{}}})
		if err != nil {
			w.t.Fatal(err)
		}
		alone, err := billing.New(w.db, gone, billing.Options{Clock: w.clock, Log: w.log(), WebhookSecret: secret})
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := alone.Reconcile(w.ctx()); err == nil {
			w.t.Fatal("Stripe was away, and nobody says so")
		}
		w.clock.Advance(5 * time.Minute)
		if changes, err := w.billing.Reconcile(w.ctx()); err != nil || len(changes) != 1 {
			w.t.Errorf("after five minutes: %+v, %v", changes, err)
		}
		w.on(org, "pro")
	})
}

// TestAnythingLostEndsInTheSameState tells one story many times, its events in
// order in one world and then shuffled, repeated, late and lost in others, with a
// reconciliation at the end. Mirror and books must be those of the first.
func TestAnythingLostEndsInTheSameState(t *testing.T) {
	scenario(t, func(w *world) {
		chance := rand.New(rand.NewPCG(13, 17))
		w.stripe.Control.Hold()
		want := w.moneyStory(0, func(some []stripefake.Event) []stripefake.Event { return some })
		for round := 1; round <= 6; round++ {
			var late []stripefake.Event
			got := w.moneyStory(round, func(some []stripefake.Event) []stripefake.Event {
				all := slices.Concat(late, some)
				chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
				cut := chance.IntN(len(all) + 1)
				late = slices.Clone(all[cut:])
				if chance.IntN(3) == 0 {
					late = nil // lost for good
				}
				return append(slices.Clone(all[:cut]), all[:cut/2]...) // some of them again
			})
			if !reflect.DeepEqual(got, want) {
				w.t.Fatalf("round %d ended with\n%+v, want\n%+v", round, got, want)
			}
		}
	})
}

// ending is how a story ends, without what differs from organization to
// organization.
type ending struct {
	plan     string
	mirror   billing.Subscription
	balances map[string]int64
	entries  int
	settled  int
}

// moneyStory buys, pays twice, gives back, is disputed, wins, cancels. Between
// the steps on says which events arrive.
func (w *world) moneyStory(round int, on func([]stripefake.Event) []stripefake.Event) ending {
	w.t.Helper()
	org := w.newOrg(fmt.Sprintf("org-%d", round))
	began, control := w.clock.Now(), w.stripe.Control
	arrive := func() {
		for _, e := range on(control.Discard()) {
			if status, err := control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
				w.t.Fatalf("%s: %d %v", e.Type, status, err)
			}
		}
		w.clock.Advance(time.Minute)
	}
	try := func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
		arrive()
	}
	w.pay(w.upgrade(org, "pro", billing.Month))
	arrive()
	customer, sub := w.customer(org), w.subscription(org)
	w.pay(w.pageFor(customer, "pro", billing.Month))
	arrive()
	first := control.Charges(customer)[0]
	refund, err := control.Refund(first, 299)
	try(err)
	_, err = control.Refund(first, 100)
	try(err)
	try(control.FailRefund(refund))
	w.reconcile() // within the hour
	arrive()
	w.clock.Advance(31 * 24 * time.Hour)
	control.Tick()
	arrive()
	charges := control.Charges(customer)
	dispute, err := control.Dispute(charges[len(charges)-1])
	try(err)
	try(control.CloseDispute(dispute, true))
	try(control.CancelAtPeriodEnd(sub, true))
	w.reconcile()
	control.Discard() // what the reconciliation itself caused, by giving back what was paid twice
	plan, mirror, err := w.billing.PlanOf(w.ctx(), org)
	if err != nil {
		w.t.Fatal(err)
	}
	w.reconcile()
	report, err := w.billing.VerifyBooks(w.ctx(), org)
	if err != nil || len(report.Faults) > 0 {
		w.t.Fatalf("round %d: %v, %v", round, report.Faults, err)
	}
	out := ending{plan: plan.ID, mirror: mirror, balances: maps.Clone(w.balances(org)), entries: report.Transactions}
	duplicates, err := w.billing.Duplicates(w.ctx(), org)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range duplicates {
		if d.SettledAt != nil {
			out.settled++
		}
	}
	if !out.mirror.PeriodEnd.After(began) {
		w.t.Fatalf("round %d: %+v", round, out.mirror)
	}
	out.mirror.CustomerID, out.mirror.SubscriptionID, out.mirror.PeriodEnd = "", "", time.Time{}
	return out
}

// TestADuplicateThatNobodySawForMonths is given back whole.
func TestADuplicateThatNobodySawForMonths(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		sub := w.buy(org, "pro", billing.Month)
		w.lose()
		w.clock.Advance(time.Minute)
		w.pay(w.pageFor(sub.CustomerID, "pro", billing.Month))
		w.clock.Advance(62 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.reconcile()
		w.reconcile()
		w.books(org, map[string]int64{"cash USD": 3 * 1299, "revenue:pro USD": 6 * 1299, "refunds:pro USD": 3 * 1299})
	})
}

// TestWhatWeCannotPlaceBlocksTheSale, and leaves what is paid for.
func TestWhatWeCannotPlaceBlocksTheSale(t *testing.T) {
	scenario(t, func(w *world) {
		refused := func(org tenants.OrgID, what string) {
			w.t.Helper()
			_, err := w.billing.StartCheckout(w.ctx(), w.input(org, "business", billing.Month))
			if !errors.Is(err, billing.ErrUnclear) || tenants.KeyOf(err) != billing.KeyUnclear {
				w.t.Errorf("%s: %v", what, err)
			}
		}
		org := w.newOrg("acme")
		sub := w.buy(org, "pro", billing.Month)
		if err := w.stripe.Control.SetStatus(sub.SubscriptionID, "frozen"); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		refused(org, "a state that Stripe has invented")
		w.on(org, "pro")
		if all, err := w.billing.Duplicates(w.ctx(), org); err != nil || len(all) != 0 {
			w.t.Errorf("taken for a duplicate: %+v, %v", all, err)
		}
		if n := len(w.happened("customer.subscription.deleted")); n != 0 {
			w.t.Errorf("%d subscriptions were cancelled", n)
		}
		w.clock.Advance(32 * 24 * time.Hour)
		w.on(org, billing.FreePlan) // what was paid for is over

		byHand := w.newOrg("byhand")
		w.upgrade(byHand, "pro", billing.Month)
		product := w.ask(http.MethodPost, "products", url.Values{"name": {"Something else"}})["id"].(string)
		price := w.ask(http.MethodPost, "prices", url.Values{
			"product": {product}, "currency": {"usd"}, "unit_amount": {"5000"}, "recurring[interval]": {"month"},
		})["id"].(string)
		page := w.ask(http.MethodPost, "checkout/sessions", url.Values{
			"mode": {"subscription"}, "customer": {w.customer(byHand)}, "line_items[0][price]": {price}, "success_url": {w.pages + "/done"},
		})["url"].(string)
		w.pay(page)
		w.settle()
		refused(byHand, "a price that is not ours")
		w.on(byHand, billing.FreePlan)
	})
}
