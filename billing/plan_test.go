package billing_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"parley/billing"
	"parley/tenants"
)

func TestOperatorGivesAPlan(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		if err := w.billing.SetPlan(w.ctx(), org, "enterprise"); err != nil {
			w.t.Fatal(err)
		}
		if sub := w.on(org, "enterprise"); sub.Status != billing.StatusComped {
			w.t.Errorf("mirror: %+v", sub)
		}
		w.buy(org, "pro", billing.Month) // paid wins
		if err := w.billing.SetPlan(w.ctx(), org, billing.FreePlan); err != nil {
			w.t.Fatal(err)
		}
		w.on(org, "pro")
		if err := w.billing.SetPlan(w.ctx(), org, "golden"); !errors.Is(err, billing.ErrPlanUnknown) {
			w.t.Errorf("a plan that is not there: %v", err)
		}
		w.on(w.newOrg("other"), billing.FreePlan)
	})
}

func TestWhatCannotBeBought(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		for _, c := range []struct{ plan, interval, key string }{
			{"free", billing.Month, billing.KeyNotSold},
			{"enterprise", billing.Year, billing.KeyNotSold},
			{"pro", "week", billing.KeyNotSold},
			{"pro", "", billing.KeyNotSold},
			{"golden", billing.Month, billing.KeyPlanUnknown},
		} {
			_, err := w.billing.StartCheckout(w.ctx(), w.input(org, c.plan, c.interval))
			if tenants.KeyOf(err) != c.key {
				w.t.Errorf("%s by %q: %v", c.plan, c.interval, err)
			}
		}
		if _, err := w.billing.PortalURL(w.ctx(), org, w.pages); !errors.Is(err, billing.ErrNeverPaid) {
			w.t.Errorf("the portal of somebody who never paid: %v", err)
		}
		if n := len(w.happened("customer.created")); n != 0 {
			w.t.Errorf("%d customers were made for nothing", n)
		}
	})
}

func TestPlanCatalogue(t *testing.T) {
	scenario(t, func(w *world) {
		plans, err := w.billing.Plans(w.ctx())
		if err != nil {
			w.t.Fatal(err)
		}
		type row struct {
			id             string
			month, year    int64
			length         time.Duration
			people         int
			ads, contact   bool
			publicly, best bool
		}
		want := []row{
			{"free", 0, 0, 40 * time.Minute, 100, true, false, true, false},
			{"pro", 1299, 12468, 30 * time.Hour, 150, false, false, true, true},
			{"business", 1899, 18228, 30 * time.Hour, 300, false, false, true, false},
			{"enterprise", 0, 0, 30 * time.Hour, 500, false, true, true, false},
		}
		var got []row
		for _, p := range plans {
			got = append(got, row{p.ID, p.MonthlyCents, p.YearlyCents, p.Limits.MeetingLength, p.Limits.Participants, p.Limits.Ads, p.Contact, p.Public, p.Highlight})
			if p.Name == "" || p.Tagline == "" || len(p.Features) == 0 || p.Currency != "usd" {
				w.t.Errorf("%+v", p)
			}
		}
		if !reflect.DeepEqual(got, want) {
			w.t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestOperatorChangesAPlan(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		short, few := 8*time.Second, 3
		if err := w.billing.SetPlanLimits(w.ctx(), "free", billing.LimitsChange{MeetingLength: &short, Participants: &few}); err != nil {
			w.t.Fatal(err)
		}
		p, _, err := w.billing.PlanOf(w.ctx(), org)
		if err != nil || p.Limits.MeetingLength != short || p.Limits.Participants != few || p.Limits.ChatDays != 30 {
			w.t.Errorf("%+v, %v", p.Limits, err)
		}
		none, minus := 0, -time.Second
		for _, bad := range []billing.LimitsChange{{}, {Participants: &none}, {MeetingLength: &minus}} {
			if err := w.billing.SetPlanLimits(w.ctx(), "free", bad); tenants.CodeOf(err) != tenants.CodeInvalid {
				w.t.Errorf("%+v: %v", bad, err)
			}
		}
		if err := w.billing.SetPlanLimits(w.ctx(), "golden", billing.LimitsChange{Participants: &few}); !errors.Is(err, billing.ErrPlanUnknown) {
			w.t.Errorf("a plan that is not there: %v", err)
		}
	})
}
