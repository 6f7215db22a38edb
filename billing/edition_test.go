package billing_test

import (
	"errors"
	"testing"
	"time"

	"parley/billing"
	"parley/tenants"
)

// edited makes the next version of a plan.
func (w *world) edited(plan string, change billing.PlanChange) int {
	w.t.Helper()
	version, err := w.billing.ChangePlan(w.ctx(), plan, change)
	if err != nil {
		w.t.Fatal(err)
	}
	return version
}

// has asserts the version and the limits that an organization is on.
func (w *world) has(org tenants.OrgID, version, people int, cents int64) {
	w.t.Helper()
	p, sub, err := w.billing.PlanOf(w.ctx(), org)
	if err != nil {
		w.t.Fatal(err)
	}
	if p.Version != version || p.Limits.Participants != people || p.MonthlyCents != cents {
		w.t.Errorf("on version %d with %d people at %d (%+v), want version %d, %d, %d", p.Version, p.Limits.Participants, p.MonthlyCents, sub, version, people, cents)
	}
}

func TestACustomerKeepsTheVersionBought(t *testing.T) {
	scenario(t, func(w *world) {
		early, late, free := w.newOrg("early"), w.newOrg("late"), w.newOrg("free")
		w.buy(early, "pro", billing.Month)
		people, dearer, fewer := 90, int64(1599), 80
		if v := w.edited("pro", billing.PlanChange{MonthlyCents: &dearer, Limits: billing.LimitsChange{Participants: &people}}); v != 2 {
			w.t.Errorf("the second version is %d", v)
		}
		second := w.edited(billing.FreePlan, billing.PlanChange{Limits: billing.LimitsChange{Participants: &fewer}})
		w.buy(late, "pro", billing.Month)
		w.has(early, 1, 150, 1299)
		w.has(late, 2, 90, 1599)
		w.has(free, second, 80, 0) // nothing was bought, so nothing is kept
		w.books(late, map[string]int64{"cash USD": 1599, "revenue:pro USD": 1599})
		w.clock.Advance(31 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		w.has(early, 1, 150, 1299)
		w.books(early, map[string]int64{"cash USD": 2598, "revenue:pro USD": 2598})

		for range 2 { // pressed twice
			if _, err := w.billing.MoveToCurrent(w.ctx(), early); err != nil {
				w.t.Fatal(err)
			}
		}
		w.settle()
		w.has(early, 2, 90, 1599)
		w.books(early, map[string]int64{"cash USD": 2598, "revenue:pro USD": 2598}) // nothing is charged for it
		w.clock.Advance(31 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		w.books(early, map[string]int64{"cash USD": 2598 + 1599, "revenue:pro USD": 2598 + 1599})
	})
}

func TestAPageOfAnOldVersionCloses(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		old := w.upgrade(org, "pro", billing.Month)
		dearer := int64(1599)
		w.edited("pro", billing.PlanChange{MonthlyCents: &dearer})
		page := w.upgrade(org, "pro", billing.Month)
		if page == old {
			w.t.Fatal("the page with the old price is offered still")
		}
		_, html := w.open(page)
		contains(w.t, html, "$15.99")
		if status, _ := w.open(old); status == 200 {
			w.t.Error("both pages can be paid")
		}
	})
}

func TestWhatWasGivenKeepsItsVersion(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		if err := w.billing.SetPlan(w.ctx(), org, "pro"); err != nil {
			w.t.Fatal(err)
		}
		people := 90
		w.edited("pro", billing.PlanChange{Limits: billing.LimitsChange{Participants: &people}})
		w.has(org, 1, 150, 1299)
		if _, err := w.billing.MoveToCurrent(w.ctx(), org); err != nil {
			w.t.Fatal(err)
		}
		w.has(org, 2, 90, 1299)
		if _, err := w.billing.MoveToCurrent(w.ctx(), w.newOrg("nobody")); !errors.Is(err, billing.ErrNeverPaid) {
			w.t.Errorf("who has nothing: %v", err)
		}
	})
}

func TestWhatIsNoVersion(t *testing.T) {
	scenario(t, func(w *world) {
		minus, long, ages := int64(-1), 400, -time.Second
		for _, bad := range []billing.PlanChange{
			{}, {MonthlyCents: &minus}, {YearlyCents: &minus}, {TrialDays: &long}, {Limits: billing.LimitsChange{MeetingLength: &ages}},
		} {
			if _, err := w.billing.ChangePlan(w.ctx(), "pro", bad); tenants.KeyOf(err) != billing.KeyLimits {
				w.t.Errorf("%+v: %v", bad, err)
			}
		}
		plans, err := w.billing.Plans(w.ctx())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, p := range plans {
			if want := map[bool]int{true: 2, false: 1}[p.ID == billing.FreePlan]; p.Version != want || (p.TrialDays == 14) != (p.MonthlyCents > 0) { // Free's second is migration 0028's
				w.t.Errorf("%s is at version %d with a trial of %d days", p.ID, p.Version, p.TrialDays)
			}
		}
	})
}
