package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/billing"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

const day = 24 * time.Hour

// onBothAhead runs a test on both databases, with a clock that can be put forward.
func onBothAhead(t *testing.T, test func(t *testing.T, w *world, clock *ahead)) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": tenantstest.SQLitePath, "postgres": tenantstest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			clock := &ahead{Clock: clockwork.NewRealClock()}
			test(t, newWorldAt(t, address(t), clock), clock)
		})
	}
}

// buys pays for a plan as an owner does, and gives the customer.
func (w *world) buys(b *browser, org, plan string) (tenants.OrgID, string) {
	w.t.Helper()
	b.get(org + "/billing")
	hosted := b.post(org+"/checkout", form("plan", plan, "interval", "month", "seats", "9")).status(303).header.Get("Location")
	found := tokenField.FindStringSubmatch(b.get(hosted).status(200).body)
	b.do("POST", hosted+"/pay", "text/html", form("token", found[1])).status(303)
	at, err := w.store.OrgBySlug(w.t.Context(), strings.TrimPrefix(org, "/o/"))
	must(w.t, err)
	var sub billing.Subscription
	eventually(w.t, "the plan is paid", func() bool {
		var now billing.Plan
		now, sub, err = w.billing.PlanOf(w.t.Context(), at.ID)
		must(w.t, err)
		return now.ID == plan
	})
	return at.ID, sub.CustomerID
}

// fails lets the period end and its payment fail.
func (w *world) fails(org tenants.OrgID, customer string, clock *ahead) {
	w.t.Helper()
	_, sub, err := w.billing.PlanOf(w.t.Context(), org)
	must(w.t, err)
	w.stripe.Control.DeclineCard(customer, true)
	must(w.t, w.stripe.Control.LetPass(customer, clock.Until(sub.PeriodEnd)+time.Second))
}

// letters counts the mails to somebody with a part in their subject.
func (w *world) letters(to, subject string) (n int) {
	w.t.Helper()
	mails, err := w.mails.List()
	must(w.t, err)
	for _, m := range mails {
		if m.To == to && strings.Contains(m.Subject, subject) {
			n++
		}
	}
	return n
}

// A card fails: grace, Free, paid late, and everything is there again. Who may pay is told at each step, once, on pages and by mail.
func TestAMissingPayment(t *testing.T) { onBothAhead(t, aMissingPayment) }

func aMissingPayment(t *testing.T, w *world, clock *ahead) {
	ann, org := w.owner("Ann")
	cem := w.member(org, "Cem", tenants.RoleMember)
	w.member(org, "Bob", tenants.RoleBilling)
	id, customer := w.buys(ann, org, "pro")
	ann.get(org+"/quotas").status(200).lacks("missing-payment", "plan-ahead")
	ann.post(org+"/quotas", form("participants", "120")).status(303)
	again := func() { // sessions are too old by then
		ann, cem = w.browser(), w.browser()
		ann.signIn("ann@parley.example", password).status(303)
		cem.signIn("cem@ann-and-friends.example", password).status(303)
	}
	told := func(subject string) {
		t.Helper()
		for _, to := range []string{"ann@parley.example", "bob@ann-and-friends.example"} {
			eventually(t, "a mail to "+to+": "+subject, func() bool { return w.letters(to, subject) == 1 })
		}
		if n := w.letters("cem@ann-and-friends.example", subject); n > 0 {
			t.Errorf("who does not pay got %q", subject)
		}
	}

	w.fails(id, customer, clock)
	eventually(t, "the banner", func() bool { return ann.shows(org, "missing-payment") })
	ann.get(org+"/people").status(200).has("did not go through", "Pro stays on until", org+"/billing/pay", "Pay now")
	ann.get(org).has("plan-ahead", "Free holds: meetings that begin then last 40 minutes at most and hold 100 people")
	cem.get(org+"/colleagues").status(200).has("on its way to being settled", "Meetings go on as they are").lacks("did not go through", "Pay now")
	cem.get(org + "/billing/pay").status(403)
	row(ann.get(org+"/quotas"), "participants").has("120", "Quota")
	told("did not go through")

	clock.put(4 * day)
	told("is on Free from")
	clock.put(3 * day)
	told("is on Free now")
	again()
	ann.get(org+"/billing").status(200).has("You are on Free", "$116.91 a month") // what waits for its payment
	ann.get(org+"/people").status(200).has("waits for its payment", "Nothing was deleted", "Pay now")
	cem.get(org).status(200).has("is on Free for now").lacks("Pay now")
	page := ann.get(org + "/quotas").status(200)
	row(page, "participants").has("100", "Missing payment", "it is back at once")
	row(page, "meeting_length").has("40 minutes", "Missing payment")
	row(page, "no_ads").has("No", "Missing payment")

	to := ann.get(org + "/billing/pay").status(303).header.Get("Location")
	if !strings.HasPrefix(to, w.base+"/dev/stripe/") && !strings.HasPrefix(to, "/dev/stripe/") {
		t.Errorf("one pays at %q", to)
	}
	w.stripe.Control.DeclineCard(customer, false)
	w.stripe.Control.PayOpen(customer)
	eventually(t, "the banner is gone", func() bool { return !ann.shows(org, "missing-payment") })
	row(ann.get(org+"/quotas"), "participants").has("120", "Quota") // as it was set before
	told("is paid, and Pro is on")
	ann.get(org + "/billing/pay").status(303).location(org + "/billing?done=nothing_due")
	ann.get(org + "/billing?done=nothing_due").has("Everything is paid")
	for _, subject := range []string{"did not go through", "is on Free from", "is on Free now", "is paid, and Pro is on"} {
		told(subject)
	}
}

// What is over Free's limits is read-only and says so: nothing is deleted, and it all comes back.
func TestAfterTheGraceNothingIsLost(t *testing.T) { onBothAhead(t, afterTheGrace) }

func afterTheGrace(t *testing.T, w *world, clock *ahead) {
	ann, org := w.owner("Ann")
	bob := w.member(org, "Bob", tenants.RoleMember)
	few := int64(100)
	must(t, w.billing.SetPlanLimits(t.Context(), billing.FreePlan, billing.LimitsChange{StorageBytes: &few}))
	id, customer := w.buys(ann, org, "business")
	bob.get("/me")
	bob.sendPicture(picturePNG(t)).status(303)
	ann.get(org + "/settings")
	ann.sendFile(org+"/settings/logo", "logo", picturePNG(t)).status(303)
	code := ann.room(org)
	peer := dial(t, ann.join(code, "Ann"))
	began := w.limits(t, code)
	ann.get(org + "/audit").status(200).has("Changed the logo")

	w.fails(id, customer, clock)
	must(t, w.stripe.Control.LetPass(customer, 8*day))
	eventually(t, "Free is in force", func() bool { return ann.shows(org, "is on Free for now") })
	if now := w.limits(t, code); !now.EndsAt.Equal(began.EndsAt) || now.Participants != began.Participants || peer.gone() {
		t.Errorf("the meeting that is on has %+v, began with %+v", now, began)
	}
	if next := w.limitsOfNext(ann, org); next.Participants != 100 || time.Until(next.EndsAt) > 40*time.Minute {
		t.Errorf("the next one has %+v", next)
	}
	page := ann.get(org + "/quotas").status(200)
	row(page, "storage").has("Missing payment", "What is there stays; nothing is added")
	bob.get("/me").status(200).has("Remove picture")
	bob.sendPicture(picturePNG(t)).status(403).has("while a payment is missing", "Everything that is there stays")
	ann.get(org + "/settings")
	ann.sendFile(org+"/settings/logo", "logo", picturePNG(t)).status(400).has("while a payment is missing")
	bob.get("/me")
	bob.post("/me/picture/remove", form()).status(303)
	ann.get(org + "/audit").status(200).has("A payment is missing").lacks("Changed the logo")
	ann.get(org + "/audit.csv").status(403)
	ann.get(org + "/invitations")
	ann.post(org+"/invitations", form("addresses", "dan@x.example")).status(200) // seats that are paid for, or will be, may be given

	w.stripe.Control.DeclineCard(customer, false)
	w.stripe.Control.PayOpen(customer)
	eventually(t, "all is back", func() bool { return ann.shows(org+"/audit", "Changed the logo") })
	bob.get("/me")
	bob.sendPicture(picturePNG(t)).status(303)
	row(ann.get(org+"/quotas"), "storage").has("5,120 MB")
}

// limitsOfNext is what a meeting has that begins now.
func (w *world) limitsOfNext(b *browser, org string) (l struct {
	Participants int
	EndsAt       time.Time
}) {
	w.t.Helper()
	code := b.room(org)
	dial(w.t, b.join(code, "Ann"))
	now := w.limits(w.t, code)
	l.Participants, l.EndsAt = now.Participants, now.EndsAt
	return l
}

// Paying lifts a meeting that is on without anybody coming back from the payment page: Stripe's event alone does it.
func TestStripesEventAloneLiftsARunningMeeting(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		peer := dial(t, ann.join(code, "Ann"))
		before := w.limits(t, code)
		ann.get(org + "/billing")
		hosted := ann.post(org+"/checkout", form("plan", "pro", "interval", "month")).status(303).header.Get("Location")
		found := tokenField.FindStringSubmatch(ann.get(hosted).status(200).body)
		ann.do("POST", hosted+"/pay", "text/html", form("token", found[1])).status(303)
		paid := time.Now()
		eventually(t, "the node has Pro's limits", func() bool { return w.limits(t, code).EndsAt.Sub(before.EndsAt) > day })
		t.Logf("lifted %s after the payment", time.Since(paid).Round(time.Millisecond))
		if peer.gone() {
			t.Error("somebody was dropped")
		}
		row(ann.get(org+"/quotas"), "no_ads").has("Yes")
	})
}
