package billing_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/billing"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// failing is Stripe when it is down for changes.
type failing struct {
	billing.Gateway
	down bool
}

var errDown = errors.New("cut off from Stripe")

func (f *failing) CancelAtPeriodEnd(ctx context.Context, id string, yes bool) error {
	if f.down {
		return errDown
	}
	return f.Gateway.CancelAtPeriodEnd(ctx, id, yes)
}

func (f *failing) Cancel(ctx context.Context, id string) error {
	if f.down {
		return errDown
	}
	return f.Gateway.Cancel(ctx, id)
}

func (f *failing) ForgetCustomer(ctx context.Context, id string) error {
	if f.down {
		return errDown
	}
	return f.Gateway.ForgetCustomer(ctx, id)
}

func TestARenewalStopsGoesOnAndEnds(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := newWorld(t, db, clock)
		gw := &failing{Gateway: w.gateway}
		s, err := billing.New(db, gw, billing.Options{Clock: clock, Log: w.log(), WebhookSecret: secret})
		if err != nil {
			t.Fatal(err)
		}
		free, org := w.newOrg("free"), w.newOrg("acme")
		bought := w.buy(org, "pro", billing.Month)
		stops := func() bool {
			t.Helper()
			all, err := w.gateway.Subscriptions(w.ctx(), bought.CustomerID)
			if err != nil || len(all) != 1 {
				t.Fatalf("%+v, %v", all, err)
			}
			return all[0].CancelAtPeriodEnd
		}
		do := func(what func(context.Context, tenants.OrgID) error, want error) {
			t.Helper()
			if err := what(w.ctx(), org); !errors.Is(err, want) {
				t.Fatalf("%v, want %v", err, want)
			}
		}
		for _, what := range []func(context.Context, tenants.OrgID) error{s.StopRenewal, s.ResumeRenewal, s.Close} {
			if err := what(w.ctx(), free); err != nil {
				t.Errorf("who has bought nothing: %v", err)
			}
		}
		// What Stripe refuses is there to be tried again.
		gw.down = true
		do(s.StopRenewal, errDown)
		do(s.ResumeRenewal, errDown)
		gw.down = false
		do(s.ResumeRenewal, nil)
		do(s.StopRenewal, nil)
		do(s.StopRenewal, nil)
		if !stops() || !w.on(org, "pro").CancelAtPeriodEnd {
			t.Error("it renews itself")
		}
		do(s.ResumeRenewal, nil)
		do(s.ResumeRenewal, nil)
		if stops() || w.on(org, "pro").CancelAtPeriodEnd {
			t.Error("it does not renew itself")
		}
		// What the owner has stopped is not resumed.
		if err := w.stripe.Control.CancelAtPeriodEnd(bought.SubscriptionID, true); err != nil {
			t.Fatal(err)
		}
		do(s.StopRenewal, nil)
		do(s.ResumeRenewal, nil)
		if !stops() {
			t.Error("what the owner has stopped renews itself")
		}
		// At the end nothing is paid any more, and no page takes money.
		other := w.newOrg("late")
		page := w.upgrade(other, "pro", billing.Year)
		if err := s.Close(w.ctx(), other); err != nil {
			t.Fatal(err)
		}
		if code, text := w.open(page); code == 200 {
			t.Errorf("the page is open: %s", text)
		}
		gw.down = true
		do(s.Close, errDown)
		gw.down = false
		do(s.Close, nil)
		do(s.Close, nil)
		if got := w.ask(http.MethodGet, "customers/"+bought.CustomerID, nil); got["email"] != nil || got["name"] != nil {
			t.Errorf("Stripe still knows %v", got)
		}
		all, err := w.gateway.Subscriptions(w.ctx(), bought.CustomerID)
		if err != nil || len(all) != 1 || all[0].Status != billing.StatusCanceled {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
