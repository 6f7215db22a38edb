package billing_test

import (
	"errors"
	"testing"
	"time"

	"parley/billing"
	"parley/tenants"
)

// quoted asks what a change costs.
func (w *world) quoted(org tenants.OrgID, plan, interval string, seats int) billing.Quote {
	w.t.Helper()
	q, err := w.billing.Quote(w.ctx(), org, billing.Order{Plan: plan, Interval: interval, Seats: seats})
	if err != nil {
		w.t.Fatalf("quote %s by the %s for %d: %v", plan, interval, seats, err)
	}
	return q
}

// accept presses the button of a quote.
func (w *world) accept(org tenants.OrgID, q billing.Quote) error {
	_, err := w.billing.AcceptQuote(w.ctx(), org, q.To, q.At, q.Today)
	return err
}

// charged is what an organization has paid so far, in cents.
func (w *world) charged(org tenants.OrgID) int64 { return w.balances(org)["cash USD"] }

// TestAChangeCostsWhatWasShown: half a month of Pro for three is given back, half a
// month of Business for four is charged; then a year; and each time exactly what the
// page said, ten minutes later, and once, however often the button is pressed.
func TestAChangeCostsWhatWasShown(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		in := w.input(org, "pro", billing.Month)
		in.Seats = 3
		page, err := w.billing.StartCheckout(w.ctx(), in)
		if err != nil {
			w.t.Fatal(err)
		}
		w.pay(page)
		w.settle()
		bought := w.on(org, "pro")
		paid := w.charged(org)
		if paid != 3897 {
			w.t.Fatalf("bought for %d", paid)
		}
		half := bought.PeriodEnd.Sub(w.clock.Now()) / 2
		w.clock.Advance(half)

		q := w.quoted(org, "business", billing.Month, 4)
		if q.Today != 3798-1949 || q.Credit != 0 || q.Then != 7596 || q.Cheaper || q.Trial || !q.RenewsAt.Equal(bought.PeriodEnd) || len(q.Lines) != 2 ||
			q.Lines[0].Plan != "pro" || q.Lines[0].Amount != -1949 || q.Lines[1].Plan != "business" || q.Lines[1].Seats != 4 || q.Lines[1].Amount != 3798 {
			w.t.Errorf("up: %+v", q)
		}
		if w.on(org, "pro").Seats != 3 || w.charged(org) != paid {
			w.t.Error("looking at the price changed something")
		}
		w.clock.Advance(10 * time.Minute)
		for range 2 {
			if err := w.accept(org, q); err != nil {
				w.t.Fatal(err)
			}
		}
		w.settle()
		sub := w.on(org, "business")
		if sub.Seats != 4 || sub.SubscriptionID != bought.SubscriptionID || !sub.PeriodEnd.Equal(bought.PeriodEnd) {
			w.t.Errorf("after going up: %+v", sub)
		}
		if got := w.charged(org) - paid; got != q.Today {
			w.t.Errorf("charged %d, shown %d", got, q.Today)
		}

		paid = w.charged(org)
		year := w.quoted(org, "business", billing.Year, 4)
		if year.Today <= 0 || year.Cheaper == false || year.RenewsAt.Before(w.clock.Now().AddDate(1, 0, -1)) {
			w.t.Errorf("to a year: %+v", year)
		}
		if err := w.accept(org, year); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		if sub := w.on(org, "business"); sub.Interval != billing.Year || sub.PeriodEnd.Before(w.clock.Now().AddDate(1, 0, -1)) {
			w.t.Errorf("after going yearly: %+v", sub)
		}
		if got := w.charged(org) - paid; got != year.Today {
			w.t.Errorf("charged %d for the year, shown %d", got, year.Today)
		}
	})
}

// TestLessIsCreditedAndPaysTheNextInvoices: who goes down is charged nothing, and what
// is left of the dear plan pays for the cheap one.
func TestLessIsCreditedAndPaysTheNextInvoices(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		bought := w.buy(org, "business", billing.Month)
		w.clock.Advance(bought.PeriodEnd.Sub(w.clock.Now()) / 2)
		paid := w.charged(org)
		q := w.quoted(org, "pro", billing.Month, 1)
		if q.Today != 0 || q.Credit != 950-650 || !q.Cheaper || q.Then != 1299 {
			w.t.Fatalf("down: %+v", q)
		}
		if err := w.accept(org, q); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.on(org, "pro")
		w.clock.Advance(bought.PeriodEnd.Sub(w.clock.Now()) + time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		if got := w.charged(org) - paid; got != 1299-q.Credit {
			w.t.Errorf("the next month took %d, with a credit of %d", got, q.Credit)
		}
	})
}

func TestWhatKeepsAChangeFromBeingMade(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		ask := func(plan, interval string, seats int, want error) {
			w.t.Helper()
			if _, err := w.billing.Quote(w.ctx(), org, billing.Order{Plan: plan, Interval: interval, Seats: seats}); !errors.Is(err, want) {
				w.t.Errorf("%s by the %s for %d: %v, want %v", plan, interval, seats, err, want)
			}
		}
		ask("business", billing.Month, 1, billing.ErrNeverPaid)
		sub := w.buy(org, "pro", billing.Month)
		ask("pro", billing.Month, 1, billing.ErrSame)
		ask("enterprise", billing.Month, 1, billing.ErrNotSold)
		ask(billing.FreePlan, billing.Month, 1, billing.ErrNotSold)
		ask("pro", "week", 1, billing.ErrNotSold)
		ask("nothing", billing.Month, 1, billing.ErrPlanUnknown)
		if _, err := w.billing.Quote(w.ctx(), org, billing.Order{Plan: "pro", Interval: billing.Month}); tenants.Fields(err)["seats"] != billing.KeySeatsNumber {
			w.t.Errorf("no seats: %v", err)
		}

		// The price is another one than was shown, or was shown too long ago, or not yet.
		q := w.quoted(org, "business", billing.Month, 2)
		for name, c := range map[string]struct {
			at    time.Time
			today int64
		}{
			"cheaper": {q.At, q.Today - 1}, "old": {q.At.Add(-billing.QuoteLife - time.Second), q.Today}, "future": {q.At.Add(10 * 24 * time.Hour), q.Today},
		} {
			if _, err := w.billing.AcceptQuote(w.ctx(), org, q.To, c.at, c.today); !errors.Is(err, billing.ErrQuoteOver) {
				w.t.Errorf("%s: %v", name, err)
			}
		}
		// A card that is refused changes nothing, and a good one is taken afterwards.
		w.stripe.Control.DeclineCard(sub.CustomerID, true)
		if err := w.accept(org, q); tenants.KeyOf(err) != billing.KeyChangePayment {
			w.t.Errorf("a refused card: %v", err)
		}
		if after := w.on(org, "pro"); after.Status != billing.StatusActive || after.Seats != 1 {
			w.t.Errorf("after a refused card: %+v", after)
		}
		w.stripe.Control.DeclineCard(sub.CustomerID, false)
		w.clock.Advance(time.Second)
		if err := w.accept(org, w.quoted(org, "business", billing.Month, 2)); err != nil {
			w.t.Errorf("with a good card: %v", err)
		}
		// What is about to end, or is not paid, is settled first.
		if err := w.billing.CancelAtEnd(w.ctx(), org); err != nil {
			w.t.Fatal(err)
		}
		ask("pro", billing.Month, 2, billing.ErrEnding)
		if err := w.billing.KeepRunning(w.ctx(), org); err != nil {
			w.t.Fatal(err)
		}
		w.stripe.Control.DeclineCard(sub.CustomerID, true)
		w.clock.Advance(32 * 24 * time.Hour)
		w.stripe.Control.Tick()
		ask("pro", billing.Month, 2, billing.ErrPayFirst)
	})
}

// TestTheKeptVersionIsQuoted: who changes seats or interval keeps the version bought.
func TestTheKeptVersionIsQuoted(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		dearer := int64(1999)
		w.edited("pro", billing.PlanChange{MonthlyCents: &dearer, YearlyCents: &dearer})
		if q := w.quoted(org, "pro", billing.Month, 2); q.Then != 2*1299 || q.Plan.Version != 1 {
			w.t.Errorf("more seats: %+v", q)
		}
		if q := w.quoted(org, "pro", billing.Year, 1); q.Then != 12468 || q.Plan.Version != 1 {
			w.t.Errorf("by the year: %+v", q)
		}
	})
}
