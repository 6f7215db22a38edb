package billing_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"parley/billing"
	"parley/tenants"
)

func TestPaysAndGetsPro(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.on(org, billing.FreePlan)
		page := w.upgrade(org, "pro", billing.Month)
		_, html := w.open(page)
		contains(w.t, html, "Parley Pro", "$12.99", "Total due today", "ann@acme.test")
		status, _, to := w.press(page, "pay")
		if status != http.StatusSeeOther || to == "" {
			w.t.Fatalf("paying: %d, to %q", status, to)
		}
		w.settle()
		sub := w.on(org, "pro")
		if sub.Status != billing.StatusActive || sub.Interval != billing.Month || sub.Seats != 1 || !sub.PeriodEnd.Equal(time.Date(2026, 4, 2, 9, 0, 0, 0, time.UTC)) {
			w.t.Errorf("mirror: %+v", sub)
		}
		changed := 0
		for _, c := range w.changes {
			if c.Changed {
				changed++
				if c.Org != org || c.Plan != "pro" {
					w.t.Errorf("change: %+v", c)
				}
			}
		}
		if changed != 1 {
			w.t.Errorf("the plan changed %d times", changed)
		}
	})
}

func TestPaysForAYear(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		_, html := w.open(w.upgrade(org, "business", billing.Year))
		contains(w.t, html, "$182.28", "a year")
		if sub := w.buy(org, "business", billing.Year); sub.Interval != billing.Year || sub.PeriodEnd.Year() != 2027 {
			w.t.Errorf("mirror: %+v", sub)
		}
	})
}

func TestAbandons(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		first := w.upgrade(org, "pro", billing.Month)
		w.on(org, billing.FreePlan)
		if again := w.upgrade(org, "pro", billing.Month); again != first {
			w.t.Errorf("coming back opened another page: %s, %s", first, again)
		}
		w.clock.Advance(25 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		w.on(org, billing.FreePlan)
		next := w.upgrade(org, "pro", billing.Month)
		if next == first {
			w.t.Fatal("an expired page was offered again")
		}
		w.pay(next)
		w.settle()
		w.on(org, "pro")
	})
}

func TestPaysTwiceFromTwoTabs(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		pages := make([]string, 8)
		var wg sync.WaitGroup
		for i := range pages {
			wg.Go(func() {
				page, err := w.billing.StartCheckout(w.ctx(), w.input(org, "pro", billing.Month))
				if err != nil {
					w.t.Errorf("tab %d: %v", i, err)
				}
				pages[i] = page
			})
		}
		wg.Wait()
		for _, page := range pages {
			if page != pages[0] {
				w.t.Fatalf("two pages: %s, %s", page, pages[0])
			}
		}
		if n := len(w.happened("customer.created")); n != 1 {
			w.t.Errorf("%d customers", n)
		}
		_, otherTab := w.open(pages[1])
		w.pay(pages[0])
		if status, text := w.submit(pages[1]+"/pay", otherTab); status != http.StatusConflict {
			w.t.Errorf("paying in the other tab: %d %s", status, text)
		}
		w.settle()
		w.on(org, "pro")
		if n := len(w.happened("charge.succeeded")); n != 1 {
			w.t.Errorf("charged %d times", n)
		}
	})
}

func TestSecondSubscriptionIsRefused(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold() // not even the first payment's events came
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.stripe.Control.Discard()
		for _, plan := range []string{"pro", "business"} {
			_, err := w.billing.StartCheckout(w.ctx(), w.input(org, plan, billing.Month))
			if !errors.Is(err, billing.ErrAlreadySubscribed) || tenants.CodeOf(err) != tenants.CodeTaken || tenants.KeyOf(err) != billing.KeyAlreadySubscribed {
				w.t.Errorf("%s beside pro: %v", plan, err)
			}
		}
		w.on(org, "pro")
	})
}

func TestAnotherPlansPageCloses(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		pro := w.upgrade(org, "pro", billing.Month)
		business := w.upgrade(org, "business", billing.Year)
		if status, _ := w.open(pro); status != http.StatusGone {
			w.t.Errorf("the page for Pro is still open: %d", status)
		}
		again := w.upgrade(org, "pro", billing.Month)
		if status, _ := w.open(business); status != http.StatusGone {
			w.t.Errorf("the page for Business is still open: %d", status)
		}
		w.pay(again)
		w.settle()
		w.on(org, "pro")
	})
}

func TestPaidTwiceAnyway(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		first := w.buy(org, "pro", billing.Month)
		w.clock.Advance(time.Hour)
		// A page that we did not open: made by hand in Stripe's dashboard.
		w.stripe.Control.Hold()
		w.pay(w.pageFor(first.CustomerID, "pro", billing.Month))
		w.stripe.Control.Release()
		w.settle()
		after := w.on(org, "pro")
		if after.SubscriptionID != first.SubscriptionID || after.Status != billing.StatusActive {
			w.t.Errorf("the older subscription did not stay: %+v, then %+v", first, after)
		}
		if n := len(w.happened("charge.refunded")); n != 1 {
			w.t.Errorf("%d refunds", n)
		}
		if n := len(w.happened("customer.subscription.deleted")); n != 1 {
			w.t.Errorf("%d subscriptions ended", n)
		}
		dup, err := w.billing.Duplicates(w.ctx(), org)
		if err != nil || len(dup) != 1 || dup[0].Kept != first.SubscriptionID || dup[0].SettledAt == nil {
			w.t.Errorf("flagged: %+v, %v", dup, err)
		}
		if _, err := w.billing.Sync(w.ctx(), org); err != nil {
			w.t.Fatal(err)
		}
		if n := len(w.happened("charge.refunded")); n != 1 {
			w.t.Errorf("%d refunds after a Sync", n)
		}
	})
}

func TestCardDeclined(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		page := w.upgrade(org, "pro", billing.Month)
		status, text, _ := w.press(page, "decline")
		if status != http.StatusPaymentRequired {
			w.t.Errorf("declined: %d", status)
		}
		contains(w.t, text, "declined the card", "Nothing was charged")
		w.settle()
		w.on(org, billing.FreePlan)
		if again := w.upgrade(org, "pro", billing.Month); again != page {
			w.t.Errorf("after a decline another page opened")
		}
		w.pay(page)
		w.settle()
		w.on(org, "pro")
	})
}

func TestGraceThenFree(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		sub := w.buy(org, "pro", billing.Month)
		w.stripe.Control.DeclineCard(sub.CustomerID, true)
		w.clock.Advance(31 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		sub = w.on(org, "pro")
		if sub.Status != billing.StatusPastDue || sub.PastDueSince == nil {
			w.t.Fatalf("mirror: %+v", sub)
		}
		w.clock.Advance(7*24*time.Hour - time.Second)
		w.on(org, "pro")
		w.clock.Advance(time.Second)
		w.on(org, billing.FreePlan)
		w.stripe.Control.DeclineCard(sub.CustomerID, false)
		w.stripe.Control.PayOpen(sub.CustomerID)
		w.settle()
		if sub = w.on(org, "pro"); sub.PastDueSince != nil {
			w.t.Errorf("paid, and still: %+v", sub)
		}
		w.stripe.Control.DeclineCard(sub.CustomerID, true)
		w.clock.Advance(90 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		if sub = w.on(org, billing.FreePlan); sub.Status != billing.StatusCanceled {
			w.t.Errorf("mirror: %+v", sub)
		}
	})
}

func TestCancelsAndComesBack(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		first := w.buy(org, "pro", billing.Month)
		portal, err := w.billing.PortalURL(w.ctx(), org, w.pages+"/o/acme/billing")
		if err != nil {
			w.t.Fatal(err)
		}
		_, html := w.open(portal)
		contains(w.t, html, "Parley Pro", "Renews on 2 April 2026")
		form := token(html)
		form.Set("subscription", first.SubscriptionID)
		res, err := w.browser.PostForm(portal+"/cancel", form)
		if err != nil {
			w.t.Fatal(err)
		}
		res.Body.Close()
		w.settle()
		if sub := w.on(org, "pro"); !sub.CancelAtPeriodEnd {
			w.t.Errorf("mirror: %+v", sub)
		}
		w.clock.Advance(31 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		w.on(org, billing.FreePlan)
		if second := w.buy(org, "pro", billing.Month); second.SubscriptionID == first.SubscriptionID || second.CustomerID != first.CustomerID {
			w.t.Errorf("came back as %+v, was %+v", second, first)
		}
	})
}

func TestCustomerDeletedAtStripe(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		first := w.buy(org, "pro", billing.Month)
		if err := w.stripe.Control.DeleteCustomer(first.CustomerID); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.on(org, billing.FreePlan)
		if again := w.buy(org, "pro", billing.Month); again.CustomerID == first.CustomerID {
			w.t.Errorf("the deleted customer was used again")
		}
	})
}

// TestOneOrganizationsMoneyIsNotAnothers: everything that one organization does
// leaves the other's mirror, pages and flags alone.
func TestOneOrganizationsMoneyIsNotAnothers(t *testing.T) {
	scenario(t, func(w *world) {
		acme, other := w.newOrg("acme"), w.newOrg("other")
		otherPage := w.upgrade(other, "pro", billing.Month)
		sub := w.buy(acme, "pro", billing.Month)
		w.clock.Advance(time.Hour)
		w.pay(w.pageFor(sub.CustomerID, "pro", billing.Month))
		w.settle()
		if err := w.billing.SetPlan(w.ctx(), acme, "enterprise"); err != nil {
			w.t.Fatal(err)
		}
		if status, _ := w.open(otherPage); status != http.StatusOK {
			w.t.Errorf("other's page: %d", status)
		}
		if got := w.on(other, billing.FreePlan); got.CustomerID == sub.CustomerID || got.SubscriptionID != "" {
			w.t.Errorf("other's mirror: %+v", got)
		}
		if dup, err := w.billing.Duplicates(w.ctx(), other); err != nil || len(dup) != 0 {
			w.t.Errorf("other's flags: %+v %v", dup, err)
		}
		if dup, err := w.billing.Duplicates(w.ctx(), acme); err != nil || len(dup) != 1 {
			w.t.Errorf("acme's flags: %+v %v", dup, err)
		}
		if _, _, err := w.billing.PlanOf(w.ctx(), "not-an-id"); err == nil {
			w.t.Error("an id that is none has a plan")
		}
	})
}
