package billing_test

import (
	"strings"
	"testing"
	"time"

	"parley/billing"
	"parley/tenants"
)

func TestStagesOfAMissingPayment(t *testing.T) {
	since := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		status string
		since  *time.Time
		after  time.Duration
		stage  billing.Stage
		next   time.Duration // after since; 0 = never
	}{
		"paid":                   {billing.StatusActive, nil, day, billing.StagePaid, 0},
		"ended":                  {billing.StatusCanceled, nil, day, billing.StagePaid, 0},
		"failed just now":        {billing.StatusPastDue, &since, 0, billing.StageFailed, 4 * day},
		"a moment before":        {billing.StatusPastDue, &since, 4*day - time.Second, billing.StageFailed, 4 * day},
		"three days before":      {billing.StatusPastDue, &since, 4 * day, billing.StageSoon, 7 * day},
		"a moment before it":     {billing.StatusPastDue, &since, 7*day - time.Second, billing.StageSoon, 7 * day},
		"the end":                {billing.StatusPastDue, &since, 7 * day, billing.StageOver, 0},
		"Stripe gave up earlier": {billing.StatusUnpaid, &since, 2 * day, billing.StageFailed, 4 * day},
		"Stripe gave up":         {billing.StatusUnpaid, &since, 30 * day, billing.StageOver, 0},
		"since nobody knows":     {billing.StatusPastDue, nil, day, billing.StageFailed, 0},
		"given up, as well":      {billing.StatusUnpaid, nil, day, billing.StageOver, 0},
	} {
		stage, next := billing.Subscription{Status: c.status, PastDueSince: c.since}.Dunning(since.Add(c.after))
		if stage != c.stage || next.IsZero() != (c.next == 0) || c.next > 0 && !next.Equal(since.Add(c.next)) {
			t.Errorf("%s: stage %d, next %v", name, stage, next)
		}
	}
}

// payers gives an organization an owner, a billing member and somebody who does not pay.
func (w *world) payers(org tenants.OrgID) {
	w.t.Helper()
	for name, role := range map[string]tenants.Role{"ann": tenants.RoleOwner, "bob": tenants.RoleBilling, "cem": tenants.RoleMember} {
		if _, err := w.store.CreateUser(w.ctx(), tenants.CreateUserInput{Org: org, Email: name + "@acme.test", Name: name, Password: "two chairs and a lamp", Role: role}); err != nil {
			w.t.Fatal(err)
		}
	}
}

// letters takes the mails that wait, and says which letter went to how many people who pay.
func (w *world) letters() (kind string, people int) {
	w.t.Helper()
	mails, err := w.store.DueMails(w.ctx(), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range mails {
		if !strings.HasPrefix(m.Kind, "payment_") {
			continue
		}
		if strings.HasPrefix(m.To, "cem@") || m.Params["Plan"] != "Pro" || kind != "" && kind != m.Kind {
			w.t.Errorf("mail %+v", m)
		}
		kind, people = m.Kind, people+1
		if err := w.store.MailSent(w.ctx(), m.ID); err != nil {
			w.t.Fatal(err)
		}
	}
	return kind, people
}

// dun looks twice, as two processes would, and asserts which letter went out once.
func (w *world) dun(org tenants.OrgID, when, letter string) {
	w.t.Helper()
	for range 2 {
		if _, err := w.billing.Dun(w.ctx(), org, w.store); err != nil {
			w.t.Fatal(err)
		}
	}
	kind, people := w.letters()
	if want := map[bool]int{true: 2}[letter != ""]; kind != letter || people != want {
		w.t.Errorf("%s: letter %q to %d people, want %q", when, kind, people, letter)
	}
}

// failing lets the next charge of what an organization pays for fail, and that moment come.
func (w *world) failing(org tenants.OrgID) billing.Subscription {
	w.t.Helper()
	_, sub, err := w.billing.PlanOf(w.ctx(), org)
	if err != nil {
		w.t.Fatal(err)
	}
	w.stripe.Control.DeclineCard(sub.CustomerID, true)
	w.clock.Advance(sub.PeriodEnd.Sub(w.clock.Now()))
	w.stripe.Control.Tick()
	w.settle()
	sub = w.on(org, "pro")
	if sub.Status != billing.StatusPastDue || sub.PastDueSince == nil {
		w.t.Fatalf("mirror: %+v", sub)
	}
	return sub
}

func (w *world) paysNow(customer string) {
	w.t.Helper()
	w.stripe.Control.DeclineCard(customer, false)
	w.stripe.Control.PayOpen(customer)
	w.settle()
}

// Each stage of a missing payment is told once to everybody who may pay, and to nobody else.
func TestAMissingPaymentIsToldOnce(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.payers(org)
		w.buy(org, "pro", billing.Month)
		w.dun(org, "all is paid", "")
		sub := w.failing(org)
		w.dun(org, "it failed", "payment_failed")
		if plan, at, err := w.billing.After(w.ctx(), org); err != nil || plan.ID != billing.FreePlan || !at.Equal(sub.GraceEnds()) {
			w.t.Errorf("after it: %s at %v, %v", plan.ID, at, err)
		}
		w.clock.Advance(4*24*time.Hour - time.Second)
		w.dun(org, "nothing new", "")
		w.clock.Advance(time.Second)
		w.dun(org, "three days before the end", "payment_soon")
		w.clock.Advance(3 * 24 * time.Hour)
		w.on(org, billing.FreePlan)
		w.dun(org, "the end", "payment_over")
		w.clock.Advance(5 * 24 * time.Hour)
		w.stripe.Control.Tick() // Stripe has tried again meanwhile
		w.settle()
		w.dun(org, "days after", "")
		w.paysNow(sub.CustomerID)
		w.on(org, "pro")
		w.dun(org, "paid", "payment_back")

		// The next time it begins anew; what nobody was there to tell is not told late, and what was paid is not asked for.
		w.failing(org)
		w.clock.Advance(5 * 24 * time.Hour)
		w.dun(org, "nobody looked for five days", "payment_soon")
		w.paysNow(sub.CustomerID)
		w.clock.Advance(3 * 24 * time.Hour)
		w.dun(org, "paid meanwhile", "payment_back")
		w.dun(org, "and that was all", "")
	})
}

// TestTheEndOfATrialIsToldOnce: three days ahead, to who pays; not where it was
// cancelled, and not when nobody looked until it was over.
func TestTheEndOfATrialIsToldOnce(t *testing.T) {
	scenario(t, func(w *world) {
		goes, leaves, late := w.newOrg("acme"), w.newOrg("globex"), w.newOrg("initech")
		w.payers(goes)
		for _, org := range []tenants.OrgID{goes, leaves, late} {
			w.pay(w.tries(org, "pro", billing.Month))
		}
		w.settle()
		if err := w.billing.CancelAtEnd(w.ctx(), leaves); err != nil {
			w.t.Fatal(err)
		}
		tell := func(org tenants.OrgID, want bool) {
			w.t.Helper()
			told := false
			for range 2 {
				now, err := w.billing.TellOfTrial(w.ctx(), org, w.store)
				if err != nil || now && told {
					w.t.Fatalf("told again: %v, %v", now, err)
				}
				told = told || now
			}
			if told != want {
				w.t.Errorf("told: %v, want %v", told, want)
			}
		}
		w.clock.Advance(11*24*time.Hour - time.Second)
		tell(goes, false)
		w.clock.Advance(time.Second)
		tell(leaves, false)
		tell(goes, true)
		if kind, people := w.letters(); kind != "payment_trial" || people != 2 {
			w.t.Errorf("letter %q to %d people", kind, people)
		}
		w.clock.Advance(3 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		w.on(goes, "pro")
		tell(goes, false)
		tell(late, false)
	})
}

// What becomes of a subscription that nobody pays is a setting at Stripe. Nothing is asked for where there is nothing to pay.
func TestWhatBecomesOfWhatNobodyPays(t *testing.T) {
	scenario(t, func(w *world) {
		unpaid := w.newOrg("acme")
		w.payers(unpaid)
		w.buy(unpaid, "pro", billing.Month)
		w.stripe.Control.SetAfterRetries("unpaid")
		sub := w.failing(unpaid)
		w.dun(unpaid, "it failed", "payment_failed")
		w.clock.Advance(22 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		if got := w.on(unpaid, billing.FreePlan); got.Status != billing.StatusUnpaid || got.PastDueSince == nil {
			w.t.Errorf("mirror: %+v", got)
		}
		w.dun(unpaid, "given up", "payment_over")
		w.paysNow(sub.CustomerID)
		w.on(unpaid, "pro")
		w.dun(unpaid, "paid late", "payment_back")

		w.stripe.Control.SetAfterRetries("cancel")
		w.failing(unpaid)
		w.dun(unpaid, "it failed again", "payment_failed")
		w.clock.Advance(22 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		if got := w.on(unpaid, billing.FreePlan); got.Status != billing.StatusCanceled {
			w.t.Errorf("mirror: %+v", got)
		}
		w.dun(unpaid, "ended, not paid", "")
	})
}
