package billing_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
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

func TestWebhookRepeated(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.SetPolicy(stripefake.Policy{Repeat: 3})
		w.buy(org, "pro", billing.Month)
		for _, e := range w.stripe.Control.Events() {
			if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
				w.t.Errorf("repeating %s: %d %v", e.Type, status, err)
			}
		}
		w.on(org, "pro")
		changed := 0
		for _, c := range w.changes {
			if c.Changed {
				changed++
			}
		}
		if changed != 1 {
			w.t.Errorf("the plan changed %d times", changed)
		}
		if last := w.changes[len(w.changes)-1]; last.Changed || last.Org != org || last.Plan != "pro" {
			w.t.Errorf("a repeat says %+v", last)
		}
	})
}

func TestWebhookReordered(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold()
		w.pay(w.upgrade(org, "pro", billing.Month))
		if err := w.stripe.Control.CancelAtPeriodEnd(w.subscription(org), true); err != nil {
			w.t.Fatal(err)
		}
		events := w.stripe.Control.Discard()
		for i := len(events) - 1; i >= 0; i-- {
			if status, err := w.stripe.Control.Deliver(w.ctx(), events[i]); err != nil || status != http.StatusOK {
				w.t.Fatalf("%s: %d %v", events[i].Type, status, err)
			}
		}
		if sub := w.on(org, "pro"); !sub.CancelAtPeriodEnd {
			w.t.Errorf("an older event won: %+v", sub)
		}
	})
}

func TestWebhookDelayed(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold()
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.on(org, billing.FreePlan)
		w.clock.Advance(3 * time.Hour)
		w.stripe.Control.Release()
		w.settle()
		w.on(org, "pro")
	})
}

func TestWebhookDropped(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.SetPolicy(stripefake.Policy{Drop: func(stripefake.Event) bool { return true }})
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.settle()
		w.on(org, billing.FreePlan)
		change, err := w.billing.Sync(w.ctx(), org) // the page after the payment
		if err != nil || !change.Changed || change.Plan != "pro" || change.Org != org {
			w.t.Errorf("Sync: %+v, %v", change, err)
		}
		w.on(org, "pro")
		if change, err = w.billing.Sync(w.ctx(), org); err != nil || change.Changed {
			w.t.Errorf("Sync again: %+v, %v", change, err)
		}
	})
}

func TestWebhookForged(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold()
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.stripe.Control.Discard()
		e := w.happened("checkout.session.completed")[0]
		body, err := json.Marshal(e)
		if err != nil {
			w.t.Fatal(err)
		}
		now := w.clock.Now()
		good := stripefake.Sign(body, secret, now)
		for name, c := range map[string]struct {
			body []byte
			sig  string
		}{
			"no signature":     {body, ""},
			"another secret":   {body, stripefake.Sign(body, "whsec_other", now)},
			"empty secret":     {body, stripefake.Sign(body, "", now)},
			"changed body":     {append([]byte(" "), body...), good},
			"old":              {body, stripefake.Sign(body, secret, now.Add(-6*time.Minute))},
			"from the future":  {body, stripefake.Sign(body, secret, now.Add(6*time.Minute))},
			"two timestamps":   {body, "t=1," + good},
			"not a header":     {body, "nonsense"},
			"signature of old": {body, "v0=" + good[len("t=1772355600,v1="):]},
		} {
			status, err := w.stripe.Control.DeliverRaw(w.ctx(), c.body, c.sig)
			if err != nil || status != http.StatusBadRequest {
				w.t.Errorf("%s: %d %v", name, status, err)
			}
		}
		w.on(org, billing.FreePlan)
		if status, err := w.stripe.Control.DeliverRaw(w.ctx(), body, good); err != nil || status != http.StatusOK {
			w.t.Errorf("the true one: %d %v", status, err)
		}
		w.on(org, "pro")
	})
}

func TestWebhookSaysWhatIsNotSo(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.upgrade(org, "pro", billing.Month)
		customer := w.on(org, billing.FreePlan).CustomerID
		lie := stripefake.Event{ID: "evt_lie", Type: "customer.subscription.created", Data: stripefake.EventData{Object: json.RawMessage(
			`{"id":"sub_none","object":"subscription","status":"active","customer":"` + customer + `","metadata":{"parley_org":"` + string(org) + `","parley_plan":"enterprise"}}`)}}
		if status, err := w.stripe.Control.Deliver(w.ctx(), lie); err != nil || status != http.StatusOK {
			w.t.Fatalf("%d %v", status, err)
		}
		w.on(org, billing.FreePlan)
	})
}

func TestAnotherOrganizationsCustomer(t *testing.T) {
	scenario(t, func(w *world) {
		acme, other := w.newOrg("acme"), w.newOrg("other")
		w.upgrade(other, "pro", billing.Month)
		sub := w.buy(acme, "pro", billing.Month)
		// An event about acme's customer that claims to be other's.
		claim := stripefake.Event{ID: "evt_claim", Type: "customer.subscription.updated", Data: stripefake.EventData{Object: json.RawMessage(
			`{"id":"` + sub.SubscriptionID + `","object":"subscription","customer":{"id":"` + sub.CustomerID + `"},"metadata":{"parley_org":"` + string(other) + `"}}`)}}
		before := len(w.changes)
		if status, err := w.stripe.Control.Deliver(w.ctx(), claim); err != nil || status != http.StatusOK {
			w.t.Fatalf("%d %v", status, err)
		}
		if c := w.changes[before]; c.Org != acme {
			w.t.Errorf("the event went to %q", c.Org)
		}
		w.on(other, billing.FreePlan)
		w.on(acme, "pro")
		// A customer that nobody has.
		nobody := stripefake.Event{ID: "evt_nobody", Type: "customer.subscription.updated", Data: stripefake.EventData{Object: json.RawMessage(`{"id":"sub_x","object":"subscription","customer":"cus_nobody"}`)}}
		if status, err := w.stripe.Control.Deliver(w.ctx(), nobody); err != nil || status != http.StatusOK {
			w.t.Errorf("nobody's customer: %d %v", status, err)
		}
		if c := w.changes[len(w.changes)-1]; c.Org != "" || c.Changed {
			w.t.Errorf("nobody's customer changed %+v", c)
		}
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

func TestSeats(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		in := w.input(org, "pro", billing.Month)
		in.Seats = 5
		five, err := w.billing.StartCheckout(w.ctx(), in)
		if err != nil {
			w.t.Fatal(err)
		}
		in.Seats = 7
		seven, err := w.billing.StartCheckout(w.ctx(), in)
		if err != nil || seven == five {
			w.t.Fatalf("another number of seats on the same page: %v", err)
		}
		if status, _ := w.open(five); status != http.StatusGone {
			w.t.Errorf("the page with the old number is still open: %d", status)
		}
		w.pay(seven)
		w.settle()
		if sub := w.on(org, "pro"); sub.Seats != 7 {
			w.t.Errorf("mirror: %+v", sub)
		}
	})
}

// TestEventsAtTheSameTime: handlers that fetch at once must not leave an older
// answer behind.
func TestEventsAtTheSameTime(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold()
		w.pay(w.upgrade(org, "pro", billing.Month))
		var wg sync.WaitGroup
		for i := range 6 {
			if err := w.stripe.Control.CancelAtPeriodEnd(w.subscription(org), i%2 == 0); err != nil {
				w.t.Fatal(err)
			}
			for _, e := range w.stripe.Control.Discard() {
				wg.Go(func() {
					if status, err := w.stripe.Control.Deliver(context.Background(), e); err != nil || status != http.StatusOK {
						w.t.Errorf("%s: %d %v", e.Type, status, err)
					}
				})
			}
		}
		wg.Wait()
		if sub := w.on(org, "pro"); sub.CancelAtPeriodEnd {
			w.t.Errorf("an older answer was written last: %+v", sub)
		}
	})
}

// TestAnyOrderEndsInTheSameState is the property that all else rests on: the
// same story, its events shuffled, repeated, late and lost, while it goes on and
// after, ends in one state as long as something arrives after the last change.
func TestAnyOrderEndsInTheSameState(t *testing.T) {
	scenario(t, func(w *world) {
		chance := rand.New(rand.NewPCG(7, 11))
		w.stripe.Control.Hold()
		var want billing.Subscription
		for round := range 8 {
			got := w.story(chance, round)
			if got.Status != billing.StatusPastDue {
				w.t.Fatalf("round %d ended with %+v", round, got)
			}
			if round == 0 {
				want = got
			} else if !reflect.DeepEqual(got, want) {
				w.t.Fatalf("round %d ended with\n%+v, want\n%+v", round, got, want)
			}
		}
	})
}

// story tells one organization's month and returns how the mirror ends, without
// what differs from organization to organization.
func (w *world) story(chance *rand.Rand, round int) billing.Subscription {
	w.t.Helper()
	org := w.newOrg(fmt.Sprintf("org-%d", round))
	began := w.clock.Now()
	var told []stripefake.Event // events that wait somewhere on the way
	some := func(atLeast int) {
		told = append(told, w.stripe.Control.Discard()...)
		chance.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		n := min(len(told), atLeast+chance.IntN(3))
		for _, e := range told[:n] {
			if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
				w.t.Fatalf("%s: %d %v", e.Type, status, err)
			}
		}
		if chance.IntN(2) == 0 { // else they come once more
			told = told[n:]
		}
	}
	w.pay(w.upgrade(org, "pro", billing.Month))
	some(0)
	sub := w.subscription(org)
	for _, leave := range []bool{true, false, true, false} {
		if err := w.stripe.Control.CancelAtPeriodEnd(sub, leave); err != nil {
			w.t.Fatal(err)
		}
		some(0)
	}
	customer := w.customer(org)
	w.stripe.Control.DeclineCard(customer, true)
	w.clock.Advance(32 * 24 * time.Hour)
	w.stripe.Control.Tick()
	last := w.stripe.Control.Discard()
	last = slices.DeleteFunc(last, func(e stripefake.Event) bool {
		return e.Type != "customer.subscription.updated" || !strings.Contains(string(e.Data.Object), customer)
	})
	told = append(told, last...)
	some(len(told)) // whatever else is lost, these arrive
	got := w.on(org, "pro")
	if got.SubscriptionID != sub || got.CustomerID != customer {
		w.t.Fatalf("round %d mirrors somebody else: %+v", round, got)
	}
	got.SubscriptionID, got.CustomerID = "", ""
	if got.PastDueSince == nil || !got.PastDueSince.Equal(began.AddDate(0, 1, 0)) || !got.PeriodEnd.Equal(began.AddDate(0, 2, 0)) {
		w.t.Fatalf("round %d, begun %v: %+v", round, began, got)
	}
	got.PastDueSince, got.PeriodEnd = nil, time.Time{}
	return got
}

func TestAnEmptySecretIsRefused(t *testing.T) {
	scenario(t, func(w *world) {
		gw, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_x"})
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := billing.New(w.db, gw, billing.Options{Clock: w.clock, Log: w.log()}); err == nil {
			w.t.Error("an empty webhook secret was accepted")
		}
		if _, err := billing.NewStripe(billing.StripeConfig{}); err == nil {
			w.t.Error("an empty key was accepted")
		}
	})
}

func TestStripeDoesNotAnswer(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		gone, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_x", HTTP: &http.Client{Transport: unreachable{}}})
		if err != nil {
			w.t.Fatal(err)
		}
		alone, err := billing.New(w.db, gone, billing.Options{Clock: w.clock, Log: w.log(), WebhookSecret: secret})
		if err != nil {
			w.t.Fatal(err)
		}
		e := w.happened("invoice.paid")[0]
		e.ID = "evt_new"
		body, err := json.Marshal(e)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := alone.HandleEvent(w.ctx(), body, stripefake.Sign(body, secret, w.clock.Now())); err == nil || errors.Is(err, billing.ErrSignature) {
			w.t.Errorf("an event whose state could not be fetched: %v", err)
		}
		if p, _, err := alone.PlanOf(w.ctx(), org); err != nil || p.ID != "pro" {
			w.t.Errorf("while Stripe is away: %v, %v", p.ID, err)
		}
		// Stripe is back and sends the event again: it was not taken for done.
		before := len(w.changes)
		if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
			w.t.Fatalf("%d %v", status, err)
		}
		if c := w.changes[before]; c.Org != org || c.Plan != "pro" {
			w.t.Errorf("the second time: %+v", c)
		}
	})
}

// unreachable is a network that is down.
type unreachable struct{}

// RoundTrip fails in a way that is not worth trying again.
func (unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("unsupported protocol scheme")
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
