package billing_test

import (
	"net/http"
	"net/url"
	"reflect"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/ledger"
	"parley/tenants"
)

// at moves the clock to a moment, and Stripe with it.
func (w *world) at(month time.Month, day, hour int) {
	w.t.Helper()
	to := time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
	w.clock.Advance(to.Sub(w.clock.Now()))
	w.stripe.Control.Tick()
	w.settle()
}

func (w *world) seats(org tenants.OrgID, n int) {
	w.t.Helper()
	_, sub, err := w.billing.PlanOf(w.ctx(), org)
	if err == nil {
		err = w.accept(org, w.quoted(org, sub.Plan, sub.Interval, n))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func (w *world) revenue(months int) billing.Revenue {
	w.t.Helper()
	r, err := w.billing.Revenue(w.ctx(), months)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// untried sells both plans without a trial, so that the first invoice is paid at once.
func (w *world) untried() {
	none := 0
	w.edited("pro", billing.PlanChange{TrialDays: &none})
	w.edited("business", billing.PlanChange{TrialDays: &none})
}

// TestWhatTheServiceEarns plays three months whose figures were worked out by hand.
// Pro costs 12.99 a seat a month, from April 9.99, or 124.68 a year (10.39 a month),
// Business 182.28 a year (15.19 a month).
func TestWhatTheServiceEarns(t *testing.T) {
	scenario(t, func(w *world) {
		w.untried()
		a, b, c, e := w.newOrg("a"), w.newOrg("b"), w.newOrg("c"), w.newOrg("e")
		w.newOrg("free")
		// March, the 2nd: three buy, and c takes two more seats at once.
		failing := w.buy(a, "pro", billing.Month)
		yearly := w.buy(b, "business", billing.Year)
		w.buy(c, "pro", billing.Month)
		w.seats(c, 3)
		// April, the 2nd: a's card fails; c pays for three seats at the old price and is moved to the new one.
		w.stripe.Control.DeclineCard(failing.CustomerID, true)
		w.at(time.April, 2, 9)
		cheaper := int64(999)
		w.edited("pro", billing.PlanChange{MonthlyCents: &cheaper})
		if _, err := w.billing.MoveToCurrent(w.ctx(), c); err != nil {
			w.t.Fatal(err)
		}
		w.at(time.April, 3, 9)
		now := w.revenue(2)
		if got := now.Currencies[0].Months[1].End; got != 1299+1519+2997 {
			w.t.Errorf("in grace, the recurring revenue is %d", got)
		}
		since := time.Date(2026, time.April, 2, 9, 0, 0, 0, time.UTC)
		want := []billing.Unpaid{{Org: a, Plan: "pro", Since: since, Until: since.Add(billing.Grace), Cents: 1299, Currency: "USD"}}
		if !reflect.DeepEqual(now.Unpaid, want) {
			w.t.Errorf("unpaid: %+v, want %+v", now.Unpaid, want)
		}
		// The 12th: a's grace is over, and it cancels; b gets five dollars back; e buys.
		w.at(time.April, 12, 9)
		w.ask(http.MethodDelete, "subscriptions/"+failing.SubscriptionID, url.Values{})
		if _, err := w.stripe.Control.Refund(w.stripe.Control.Charges(yearly.CustomerID)[0], 500); err != nil {
			w.t.Fatal(err)
		}
		newest := w.buy(e, "pro", billing.Month)
		// May, the 2nd: c pays the new price for three, then takes one more.
		w.at(time.May, 2, 9)
		w.seats(c, 4)
		w.at(time.May, 3, 9)
		w.stripe.Control.DeclineCard(failing.CustomerID, false)
		w.buy(a, "pro", billing.Year)
		dispute, err := w.stripe.Control.Dispute(w.stripe.Control.Charges(newest.CustomerID)[0])
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.stripe.Control.CloseDispute(dispute, false); err != nil {
			w.t.Fatal(err)
		}
		w.settle()

		r := w.revenue(3)
		if len(r.Currencies) != 1 || r.Currencies[0].Currency != "USD" {
			w.t.Fatalf("currencies: %+v", r.Currencies)
		}
		sales := func(pro, business int64) map[string]int64 {
			m := map[string]int64{"pro": pro}
			if business > 0 {
				m["business"] = business
			}
			return m
		}
		wants := []billing.MonthRevenue{
			{
				New: 6715, End: 6715, ByPlan: map[string]int64{"pro": 5196, "business": 1519},
				Sales: sales(1299+1299+2598, 18228),
			}, {
				Start: 6715, New: 999, Contraction: -900, Churn: -1299, End: 5515, ByPlan: map[string]int64{"pro": 3996, "business": 1519},
				Sales: sales(3897+999, 0), Refunds: 500,
			}, {
				Start: 5515, Returned: 1039, Expansion: 999, End: 7553, ByPlan: map[string]int64{"pro": 6034, "business": 1519},
				Sales: sales(2997+999+12468, 0), Losses: 999,
			},
		}
		for i, want := range wants {
			got := r.Currencies[0].Months[i]
			if !reflect.DeepEqual(got, want) {
				w.t.Errorf("%s:\n got %+v\nwant %+v", r.Months[i].Start.Month(), got, want)
			}
			if got.Start+got.New+got.Returned+got.Expansion+got.Contraction+got.Churn != got.End {
				w.t.Errorf("%s does not add up: %+v", r.Months[i].Start.Month(), got)
			}
		}
		counts := []billing.MonthCounts{
			{Paying: 3, FirstPaid: 3, FromFree: 3, Gained: 3},
			{Paying: 3, FirstPaid: 1, FromFree: 1, Gained: 1, FailedPayments: 1, FellToFree: 1, Left: 1, Shrunk: 1},
			{Paying: 4, Returned: 1, Grown: 1},
		}
		for i, want := range counts {
			want.Start = time.Date(2026, time.March+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
			if r.Months[i] != want {
				w.t.Errorf("counts:\n got %+v\nwant %+v", r.Months[i], want)
			}
		}
		if len(r.Unpaid) != 0 {
			w.t.Errorf("still unpaid: %+v", r.Unpaid)
		}
		w.agrees(r)
	})
}

// agrees asserts that what the page shows as kept is what the books have as cash,
// and that the books are sound.
func (w *world) agrees(r billing.Revenue) {
	w.t.Helper()
	page, books := map[string]int64{}, map[string]int64{}
	for _, c := range r.Currencies {
		for _, m := range c.Months {
			page[c.Currency] += m.Net()
		}
	}
	orgs, err := w.billing.Books(w.ctx(), "", 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, org := range orgs {
		report, err := w.billing.VerifyBooks(w.ctx(), org)
		if err != nil || len(report.Faults) > 0 {
			w.t.Fatalf("books of %s: %v, %v", org, report.Faults, err)
		}
		for _, b := range report.Balances {
			if b.Account.Kind == ledger.Cash {
				books[b.Currency] += b.Amount
			}
		}
	}
	if !reflect.DeepEqual(page, books) {
		w.t.Errorf("the page says %v, the books have %v", page, books)
	}
	check, err := w.billing.CheckBooks(w.ctx())
	if err != nil || check.Faults != 0 || check.Books != len(orgs) {
		w.t.Errorf("check of all books: %+v, %v", check, err)
	}
	if last, err := w.billing.LastBooksCheck(w.ctx()); err != nil || !last.At.Equal(check.At) || last.Transactions != check.Transactions {
		w.t.Errorf("the last check: %+v, %v", last, err)
	}
}

// TestRepeatsChangeNoHistory: what is written down of a change is written once, and
// what an operator gives is not revenue.
func TestRepeatsChangeNoHistory(t *testing.T) {
	scenario(t, func(w *world) {
		w.untried()
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		before := w.revenue(1)
		for range 3 {
			if _, err := w.billing.Sync(w.ctx(), org); err != nil {
				w.t.Fatal(err)
			}
			for _, e := range w.stripe.Control.Events() {
				if _, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		given := w.newOrg("given")
		for range 2 {
			if err := w.billing.SetPlan(w.ctx(), given, "business"); err != nil {
				w.t.Fatal(err)
			}
		}
		if after := w.revenue(1); !reflect.DeepEqual(before.Currencies, after.Currencies) || before.Months[0] != after.Months[0] {
			w.t.Errorf("after repeats\n%+v\nbefore\n%+v", after, before)
		}
	})
}

// TestAnErasedOrganizationStopsCounting: nobody hears of its subscription any more
// when its rows are gone.
func TestAnErasedOrganizationStopsCounting(t *testing.T) {
	scenario(t, func(w *world) {
		w.untried()
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		w.stripe.Control.Hold()
		if err := w.billing.Close(w.ctx(), org); err != nil {
			w.t.Fatal(err)
		}
		w.stripe.Control.Discard()
		m := w.revenue(1)
		if m.Currencies[0].Months[0].End != 0 || m.Months[0].Paying != 0 || m.Currencies[0].Months[0].Paid() != 1299 {
			w.t.Errorf("after it was closed: %+v", m)
		}
	})
}

func TestACustomerLostAtStripeStopsCounting(t *testing.T) {
	scenario(t, func(w *world) {
		w.untried()
		org := w.newOrg("acme")
		sub := w.buy(org, "pro", billing.Month)
		if err := w.stripe.Control.DeleteCustomer(sub.CustomerID); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		if m := w.revenue(1); m.Months[0].Paying != 0 {
			w.t.Errorf("after its customer was deleted: %+v", m.Months[0])
		}
	})
}

// TestWhoIsOnWhichVersion: counts follow purchases, gifts and moves.
func TestWhoIsOnWhichVersion(t *testing.T) {
	scenario(t, func(w *world) {
		old, fresh, given := w.newOrg("old"), w.newOrg("fresh"), w.newOrg("given")
		w.buy(old, "pro", billing.Month)
		people, dearer := 99, int64(1499)
		w.edited("pro", billing.PlanChange{
			MonthlyCents: &dearer, Limits: billing.LimitsChange{Participants: &people, Rights: map[string]bool{"sso": true}}, Features: &[]string{"plan.feature.lift"},
		})
		w.buy(fresh, "pro", billing.Month)
		if err := w.billing.SetPlan(w.ctx(), given, "pro"); err != nil {
			w.t.Fatal(err)
		}
		count := func(version int) (bought, held int) {
			w.t.Helper()
			all, err := w.billing.Editions(w.ctx())
			if err != nil {
				w.t.Fatal(err)
			}
			for _, e := range all {
				if e.ID == "pro" && e.Version == version {
					if e.Current != (version == 2) {
						w.t.Errorf("version %d is current: %t", version, e.Current)
					}
					if version == 2 && (!e.Limits.SSO || e.Limits.Participants != 99 || len(e.Features) != 1 || e.MonthlyCents != 1499 || e.YearlyCents != 12468) {
						w.t.Errorf("the new version: %+v", e.Plan)
					}
					return e.Bought, e.Given
				}
			}
			w.t.Fatalf("no version %d", version)
			return 0, 0
		}
		if b, g := count(1); b != 1 || g != 0 {
			w.t.Errorf("on the first: %d, %d", b, g)
		}
		if b, g := count(2); b != 1 || g != 1 {
			w.t.Errorf("on the second: %d, %d", b, g)
		}
		if left, err := w.billing.OnEdition(w.ctx(), "pro", 0); err != nil || len(left) != 1 || left[0] != old {
			w.t.Errorf("on an older one: %v, %v", left, err)
		}
		if _, err := w.billing.MoveToCurrent(w.ctx(), old); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		if b, _ := count(2); b != 2 {
			w.t.Errorf("after the move %d are on the second", b)
		}
		if left, err := w.billing.OnEdition(w.ctx(), "pro", 0); err != nil || len(left) != 0 {
			w.t.Errorf("on an older one: %v, %v", left, err)
		}
		if _, err := w.billing.OnEdition(w.ctx(), "gold", 0); tenants.CodeOf(err) != tenants.CodeNotFound {
			w.t.Errorf("a plan that there is not: %v", err)
		}
	})
}

func TestHowAPlanIsShown(t *testing.T) {
	scenario(t, func(w *world) {
		if err := w.billing.EditPlan(w.ctx(), "business", billing.PlanText{Name: " Team ", Tagline: "For teams", Listed: true, Recommended: true}); err != nil {
			w.t.Fatal(err)
		}
		plans, err := w.billing.Plans(w.ctx())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, p := range plans {
			if p.Highlight != (p.ID == "business") {
				w.t.Errorf("%s is recommended: %t", p.ID, p.Highlight)
			}
			if p.ID == "business" && (p.Name != "Team" || p.Tagline != "For teams" || p.Version != 1) {
				w.t.Errorf("it is shown as %+v", p)
			}
		}
		for field, text := range map[string]billing.PlanText{"name": {Name: " "}, "tagline": {Name: "Team", Tagline: "two\nlines"}} {
			if err := w.billing.EditPlan(w.ctx(), "business", text); tenants.Fields(err)[field] == "" {
				w.t.Errorf("%+v: %v", text, err)
			}
		}
		if err := w.billing.EditPlan(w.ctx(), "gold", billing.PlanText{Name: "Gold"}); tenants.CodeOf(err) != tenants.CodeNotFound {
			w.t.Errorf("a plan that there is not: %v", err)
		}
	})
}
