package billing_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"parley/billing"
	"parley/tenants"
)

// tries presses the button that promises a trial.
func (w *world) tries(org tenants.OrgID, plan, interval string) string {
	w.t.Helper()
	in := w.input(org, plan, interval)
	in.Trial = true
	page, err := w.billing.StartCheckout(w.ctx(), in)
	if err != nil {
		w.t.Fatalf("start the trial: %v", err)
	}
	return page
}

// TestATrialIsFreeThenPaidAndOnlyOnce also shows what a page for a trial says, that
// changing the plan in it costs nothing, and that its end is spoken of.
func TestATrialIsFreeThenPaidAndOnlyOnce(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		ends := w.clock.Now().AddDate(0, 0, 14)
		page := w.tries(org, "pro", billing.Month)
		_, html := w.open(page)
		contains(w.t, html, "Start trial", "$0.00", "Free until 16 March 2026", "$12.99 every month")
		if another := w.upgrade(org, "pro", billing.Month); another == page {
			w.t.Error("paying today has the page of the trial")
		}
		page = w.tries(org, "pro", billing.Month)
		w.pay(page)
		w.settle()
		sub := w.on(org, "pro")
		if sub.Status != billing.StatusTrialing || !sub.TrialEnds().Equal(ends) || !sub.HadOne || w.charged(org) != 0 {
			w.t.Errorf("in the trial, with %d charged: %+v", w.charged(org), sub)
		}
		q := w.quoted(org, "business", billing.Month, 2)
		if !q.Trial || q.Today != 0 || q.Credit != 0 || q.Then != 2*1899 || !q.RenewsAt.Equal(ends) {
			w.t.Errorf("a change in the trial: %+v", q)
		}
		if err := w.accept(org, q); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		if sub := w.on(org, "business"); sub.Status != billing.StatusTrialing || !sub.TrialEnds().Equal(ends) {
			w.t.Errorf("after it: %+v", sub)
		}
		w.clock.Advance(11 * 24 * time.Hour)
		for range 2 {
			w.stripe.Control.Tick()
			w.settle()
		}
		if n := len(w.happened("customer.subscription.trial_will_end")); n != 1 {
			w.t.Errorf("its end was spoken of %d times", n)
		}
		w.clock.Advance(3 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		sub = w.on(org, "business")
		if sub.Status != billing.StatusActive || !sub.TrialEnds().IsZero() || !sub.PeriodEnd.Equal(ends.AddDate(0, 1, 0)) || w.charged(org) != 2*1899 {
			w.t.Errorf("after the trial, with %d charged: %+v", w.charged(org), sub)
		}
		// It was the first one, so it was the last trial, also for another customer at Stripe.
		if err := w.stripe.Control.DeleteCustomer(sub.CustomerID); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		in := w.input(org, "business", billing.Month)
		in.Trial = true
		if _, err := w.billing.StartCheckout(w.ctx(), in); !errors.Is(err, billing.ErrTrialUsed) || tenants.KeyOf(err) != billing.KeyTrialUsed {
			w.t.Errorf("a second trial: %v", err)
		}
		w.buy(org, "business", billing.Month)
	})
}

// TestATrialThatNobodyPaysFor ends like any payment that fails; one that was cancelled
// ends without one.
func TestATrialThatNobodyPaysFor(t *testing.T) {
	scenario(t, func(w *world) {
		fails, leaves := w.newOrg("fails"), w.newOrg("leaves")
		for _, org := range []tenants.OrgID{fails, leaves} {
			w.pay(w.tries(org, "pro", billing.Month))
		}
		w.settle()
		w.stripe.Control.DeclineCard(w.on(fails, "pro").CustomerID, true)
		if err := w.billing.CancelAtEnd(w.ctx(), leaves); err != nil {
			w.t.Fatal(err)
		}
		w.clock.Advance(14*24*time.Hour + time.Minute)
		w.stripe.Control.Tick()
		w.settle()
		if sub := w.on(fails, "pro"); sub.Status != billing.StatusPastDue || sub.GraceEnds().IsZero() {
			w.t.Errorf("without money: %+v", sub)
		}
		w.on(leaves, billing.FreePlan)
		if n := w.charged(leaves) + w.charged(fails); n != 0 {
			w.t.Errorf("%d cents were charged", n)
		}
	})
}

// TestAPromotionCodeIsTakenOff follows a code from the payment page to the invoices.
func TestAPromotionCodeIsTakenOff(t *testing.T) {
	scenario(t, func(w *world) {
		for _, p := range []billing.Promotion{
			{Code: "QUARTER", Discount: billing.Discount{BasisPoints: 2500}, Duration: billing.DiscountMonths, Months: 2, MaxUses: 1},
			{Code: "FIVEOFF", Discount: billing.Discount{AmountOff: 500, Currency: "usd"}, Duration: billing.DiscountOnce},
		} {
			if _, err := w.billing.CreatePromotion(w.ctx(), p.Code, p); err != nil {
				w.t.Fatal(err)
			}
		}
		org, other := w.newOrg("acme"), w.newOrg("other")
		page := w.upgrade(org, "pro", billing.Month)
		use := func(page, code string) (int, string) {
			w.t.Helper()
			_, html := w.open(page)
			form := token(html)
			form.Set("code", code)
			status, text, _ := w.post(page+"/code", form)
			return status, text
		}
		if status, text := use(page, "NONSENSE"); status != http.StatusUnprocessableEntity {
			w.t.Errorf("a code that there is not: %d %s", status, text)
		}
		if status, text := use(page, "quarter"); status != http.StatusSeeOther {
			w.t.Fatalf("the code: %d %s", status, text)
		}
		_, html := w.open(page)
		contains(w.t, html, "QUARTER", "Pay $9.74")
		w.pay(page)
		w.settle()
		until := w.clock.Now().AddDate(0, 2, 0)
		sub := w.on(org, "pro")
		if d := sub.Discount; d.Label != "QUARTER" || d.BasisPoints != 2500 || d.Once || !d.Until.Equal(until) || w.charged(org) != 974 {
			w.t.Errorf("charged %d, mirror: %+v", w.charged(org), d)
		}
		if all, _, err := w.billing.Promotions(w.ctx(), "", 10); err != nil || all[1].Uses != 1 || all[1].Active {
			w.t.Errorf("after its one use: %+v, %v", all, err)
		}
		q := w.quoted(org, "business", billing.Month, 1) // at the same moment: all of the period is left
		if q.Today != 1899-1299-(1899-1299)/4 {
			w.t.Errorf("a change with the discount: %+v", q)
		}
		if err := w.accept(org, q); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		if got := w.charged(org); got != 974+q.Today {
			w.t.Errorf("%d charged after a change that was shown as %d", got, q.Today)
		}
		before := w.charged(org)
		w.clock.Advance(62 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		if got := w.charged(org) - before; got != 1424+1899 { // one month with it, one without
			w.t.Errorf("two months took %d", got)
		}
		if sub := w.on(org, "business"); sub.Discount != (billing.AppliedDiscount{}) {
			w.t.Errorf("after its time: %+v", sub.Discount)
		}

		page = w.upgrade(other, "pro", billing.Month)
		if status, _ := use(page, "FIVEOFF"); status != http.StatusSeeOther {
			w.t.Fatal("the second code is not taken")
		}
		w.pay(page)
		w.settle()
		if sub := w.on(other, "pro"); sub.Discount != (billing.AppliedDiscount{}) || w.charged(other) != 799 {
			w.t.Errorf("off one invoice: %d, %+v", w.charged(other), sub.Discount)
		}
	})
}

// TestInvoicesAreListedNewestFirst, page by page, and none of another's.
func TestInvoicesAreListedNewestFirst(t *testing.T) {
	scenario(t, func(w *world) {
		org, other, never := w.newOrg("acme"), w.newOrg("other"), w.newOrg("never")
		w.buy(org, "pro", billing.Month)
		w.buy(other, "business", billing.Month)
		w.clock.Advance(24 * time.Hour)
		if err := w.accept(org, w.quoted(org, "pro", billing.Month, 2)); err != nil {
			w.t.Fatal(err)
		}
		w.clock.Advance(31 * 24 * time.Hour)
		w.stripe.Control.Tick()
		var got []int64
		after := ""
		for {
			page, more, err := w.billing.Invoices(w.ctx(), org, after, 2)
			if err != nil {
				w.t.Fatal(err)
			}
			for _, in := range page {
				got = append(got, in.Total)
				if in.Status != billing.InvoicePaid || in.Number == "" || in.Currency != "usd" {
					w.t.Errorf("listed: %+v", in)
				}
				if status, html := w.open(in.URL); status != http.StatusOK {
					w.t.Errorf("its page: %d", status)
				} else {
					contains(w.t, html, in.Number, "Paid")
				}
				if status, file := w.open(in.PDF); status != http.StatusOK || len(file) < 100 || file[:5] != "%PDF-" {
					w.t.Errorf("its file: %d", status)
				}
			}
			if !more {
				break
			}
			after = page[len(page)-1].ID
		}
		if len(got) != 3 || got[0] != 2598 || got[2] != 1299 || got[1] <= 0 || got[1] >= 1299 {
			w.t.Errorf("listed %v", got)
		}
		theirs, _, err := w.billing.Invoices(w.ctx(), other, "", 10)
		if err != nil || len(theirs) != 2 || theirs[0].Total != 1899 {
			w.t.Errorf("the other's: %+v, %v", theirs, err)
		}
		if page, _, err := w.billing.Invoices(w.ctx(), other, after, 10); err != nil || len(page) > 0 {
			w.t.Errorf("from another's invoice on: %+v, %v", page, err)
		}
		if page, _, err := w.billing.Invoices(w.ctx(), never, "", 10); err != nil || len(page) > 0 {
			w.t.Errorf("who never bought: %+v, %v", page, err)
		}
	})
}

// TestTheOwnersWordOutlivesADeletionThatIsCalledOff: what an owner cancelled is not
// resumed with an organization that stays after all.
func TestTheOwnersWordOutlivesADeletionThatIsCalledOff(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		do := func(err error) {
			w.t.Helper()
			if err != nil {
				w.t.Fatal(err)
			}
		}
		do(w.billing.StopRenewal(w.ctx(), org)) // it is to be deleted
		do(w.billing.CancelAtEnd(w.ctx(), org)) // its owner cancels as well
		do(w.billing.ResumeRenewal(w.ctx(), org))
		if sub := w.on(org, "pro"); !sub.CancelAtPeriodEnd {
			w.t.Error("the deletion's end resumed what the owner cancelled")
		}
		for range 2 {
			do(w.billing.KeepRunning(w.ctx(), org))
		}
		if sub := w.on(org, "pro"); sub.CancelAtPeriodEnd {
			w.t.Error("it was not kept")
		}
		for range 2 {
			do(w.billing.CancelAtEnd(w.ctx(), org))
		}
		w.clock.Advance(32 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		w.on(org, billing.FreePlan)
		if err := w.billing.KeepRunning(w.ctx(), org); !errors.Is(err, billing.ErrNeverPaid) {
			w.t.Errorf("keeping what has ended: %v", err)
		}
	})
}
