package app_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/app"
	"parley/billing"
	"parley/tenants"
)

// An operator makes a version, sees who it touches, and moves a customer; the log has all of it.
func TestAnOperatorMakesAVersionAndMovesACustomer(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ops := w.operator("Olga")
		_, org := w.owner("Ann")
		acme, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
		must(t, err)
		must(t, w.billing.SetPlan(t.Context(), acme.ID, "pro"))

		ops.get("/operator/plans").status(200).has("Plans and prices", "1 organization", "Recommended")
		ops.get("/operator/plans/gold").status(404)
		ops.get("/operator/plans/pro/version").status(200).has(`value="12.99"`, `value="150"`)
		typed := form("monthly", "14.99", "yearly", "124,68", "trial", "14", "length", "1800", "people", "175", "at_once", "0", "chat", "3650", "storage", "5120",
			"right", "phone", "feature", "plan.feature.lift", "feature", "plan.feature.nonsense", "step", "preview")
		bad := url.Values{}
		for k, v := range typed {
			bad[k] = v
		}
		bad.Set("people", "a crowd")
		bad.Set("monthly", "free")
		ops.post("/operator/plans/pro/version", bad).status(400).has("A whole number in range", "An amount like 12.99", `value="a crowd"`)
		ops.post("/operator/plans/pro/version", typed).status(200).has("$14.99", "175", "one organization on this plan keeps", "Everything in Free", "Not said any more").lacks("nonsense")
		typed.Set("step", "make")
		typed.Set("from", "7") // somebody else has made one meanwhile
		ops.post("/operator/plans/pro/version", typed).status(200)
		plan, _, err := w.billing.PlanOf(t.Context(), acme.ID)
		must(t, err)
		if plan.Version != 1 {
			t.Errorf("on version %d", plan.Version)
		}
		current := "1"
		for _, e := range editions(t, w) {
			if e.ID == "pro" && e.Current {
				current = strconv.Itoa(e.Version)
			}
		}
		typed.Set("from", current)
		ops.post("/operator/plans/pro/version", typed).status(303).location("/operator/plans/pro?done=plan_made")
		ops.get("/operator/plans/pro").status(200).has("$14.99", "Ann and friends", "Move 1 organization")
		ops.post("/operator/plans/pro/move", form("org", string(acme.ID))).status(303)
		eventually(t, "the organization is on the version that is sold", func() bool {
			plan, _, err := w.billing.PlanOf(t.Context(), acme.ID)
			return err == nil && plan.Limits.Participants == 175
		})
		ops.get("/operator/plans/pro").status(200).has("Nobody is on an older version").lacks("Ann and friends")
		ops.post("/operator/plans/pro/shown", form("name", "", "tagline", "For teams")).status(400).has("1 to 40 characters", `value="For teams"`)
		ops.post("/operator/plans/pro/shown", form("name", "Team", "tagline", "For teams", "listed", "yes")).status(303)
		w.browser().get("/pricing").status(200).has("Team")
		ops.get("/operator/audit").status(200).has("Made a version of a plan", "Moved to the current version", "Changed how a plan is shown")
	})
}

func editions(t *testing.T, w *world) []billing.Edition {
	all, err := w.billing.Editions(t.Context())
	must(t, err)
	return all
}

// Announcements are shown to whom they are for, escaped, and put away by each person for themselves.
func TestAnnouncementsStandOnTheConsole(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ops := w.operator("Olga")
		ann, org := w.owner("Ann")
		bob := w.member(org, "Bob", tenants.RoleMember)
		ops.get("/operator/announcements").status(200).has("Nothing is announced")
		ops.get("/operator/announcements/new").status(200)
		ops.post("/operator/announcements", form("english", "<b>Maintenance</b>", "german", "", "level", "warning", "audience", "all", "starts", "2020-01-01T00:00", "ends", "2020-06-01T00:00")).
			status(400).has("in both languages", "&lt;b&gt;Maintenance&lt;/b&gt;")
		make := func(english, audience, target string) {
			t.Helper()
			f := form("english", english, "german", english+" auf Deutsch", "level", "warning", "audience", audience, "org", target, "plan", target,
				"starts", hoursFromNow(-1), "ends", hoursFromNow(24))
			ops.post("/operator/announcements", f).status(303).location("/operator/announcements?done=announced")
		}
		make("Maintenance <i>tonight</i>", "all", "")
		make("For those who manage", "admins", "")
		make("For another", "plan", "business")
		ops.post("/operator/announcements", form("english", "x", "german", "x", "level", "info", "audience", "org", "org", "nobody-here", "starts", hoursFromNow(-1), "ends", hoursFromNow(24))).
			status(400).has("no such organization")
		ann.get(org).status(200).has("Maintenance &lt;i&gt;tonight", "For those who manage").lacks("For another")
		page := bob.get(org).status(200).has("Maintenance").lacks("For those who manage", "For another")
		id := between(page.body, "/announcements/", "/dismiss")
		bob.post("/announcements/"+id+"/dismiss", form("next", org)).status(303).location(org)
		bob.post("/announcements/"+id+"/dismiss", form("next", "https://evil.example")).status(303)
		bob.get(org).status(200).lacks("Maintenance")
		ann.get(org).status(200).has("Maintenance")
		code := ann.room(org)
		ann.get("/m/" + code).status(200).lacks("Maintenance") // never near a meeting
		ops.get("/operator/announcements/" + id).status(200).has("Maintenance")
		ops.post("/operator/announcements/"+id+"/end", form()).status(303)
		ann.get(org).status(200).lacks("Maintenance")
		w.browser().get("/operator/announcements").status(303)
	})
}

// hoursFromNow is a moment as a datetime-local field writes it, in UTC.
func hoursFromNow(hours int) string {
	return time.Now().UTC().Add(time.Duration(hours) * time.Hour).Format("2006-01-02T15:04")
}

// between is the first text between two others.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}

// What an organization paid shows in cents, and Stripe's events with what became of them.
func TestTheOperatorSeesTheMoney(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		none := 0
		_, err := w.billing.ChangePlan(t.Context(), "pro", billing.PlanChange{TrialDays: &none})
		must(t, err)
		ops := w.operator("Olga")
		ops.get("/operator/revenue").status(200).has("Nothing has been sold yet", "Everybody has paid")
		ann, org := w.owner("Ann")
		ann.get(org + "/billing?interval=month").status(200)
		hosted := ann.post(org+"/checkout", form("plan", "pro", "interval", "month", "seats", "2")).status(303).header.Get("Location")
		payAt(t, ann, ann.get(hosted).status(200), hosted)
		eventually(t, "the payment shows", func() bool { return ops.shows("/operator/revenue", "$25.98") })
		file := ops.get("/operator/revenue.csv?months=6").status(200)
		lines := strings.Split(strings.TrimSpace(file.body), "\r\n")
		if len(lines) != 7 || !strings.Contains(lines[6], ",USD,0,2598,0,0,0,0,2598,2598,0,0,0,2598,1,1,") {
			t.Errorf("the file:\n%s", file.body)
		}
		eventually(t, "all events are handled", func() bool { return ops.shows("/operator/events?state=handled", "customer.subscription.created") })
		ops.get("/operator/events?q=ann+and").status(200).has("customer.subscription.created", "Ann and friends")
		ops.get("/operator/events?q=%25").status(200).has("No event fits")
		events, _, err := w.billing.Webhooks(t.Context(), billing.LogQuery{Text: "customer.subscription.created", Limit: 1})
		must(t, err)
		id := events[0].ID
		ops.post("/operator/events/"+id+"/replay?state=handled", form()).status(303).location("/operator/events?state=handled&done=replayed")
		ops.post("/operator/events/evt_nothing/replay", form()).status(404)
		ops.get("/operator/revenue").status(200).has("$25.98")
		w.stripeDown.Store(true)
		ops.post("/operator/events/"+id+"/replay", form()).status(303).location("/operator/events?done=replay_failed")
		ops.get("/operator/health").status(200).has("cut off from Stripe", "Nothing can be bought while it lasts")
		ops.get("/operator/promotions").status(200).has("Stripe does not answer now")
		w.stripeDown.Store(false)
		ops.post("/operator/health/books", form()).status(303)
		ops.get("/operator/health").status(200).has("They agree", "1 books")
		ops.get("/operator/audit").status(200).has("Checked the books", "Replayed an event of Stripe")
	})
}

// Codes are made, counted and stopped at Stripe.
func TestTheOperatorMakesPromotions(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ops := w.operator("Olga")
		page := ops.get("/operator/promotions").status(200).has("No codes yet")
		key := between(page.body, `name="key" value="`, `"`)
		typed := form("key", key, "code", "spring25", "kind", "percent", "off", "25.5", "duration", "repeating", "months", "3", "uses", "10", "expires", "")
		bad := url.Values{}
		for k, v := range typed {
			bad[k] = v
		}
		bad.Set("off", "everything")
		ops.post("/operator/promotions", bad).status(400).has(`value="everything"`, `value="spring25"`)
		for range 2 { // pressed twice: one code
			ops.post("/operator/promotions", typed).status(303).location("/operator/promotions?done=promotion_made")
		}
		page = ops.get("/operator/promotions").status(200).has("SPRING25", "25.5\u00a0%", "3 months", "0 of 10", "Active")
		if n := strings.Count(page.body, `data-testid="promotion"`); n != 1 {
			t.Errorf("%d codes", n)
		}
		id := between(page.body, `action="/operator/promotions/`, `/stop"`)
		ops.post("/operator/promotions/"+id+"/stop", form()).status(303)
		ops.get("/operator/promotions").status(200).has("Stopped")
		ops.get("/operator/audit").status(200).has("Made a promotion code", "Stopped a promotion code")
	})
}

// What is around the process, and the nodes.
func TestTheOperatorSeesTheMachines(t *testing.T) {
	w := newWorld(t)
	ops := w.operator("Olga")
	ops.get("/operator/nodes").status(200).has("Media nodes", "this one", "Open", "Everything runs in one process")
	ops.post("/operator/nodes/this/drain", form()).status(404)
	ops.get("/operator/health").status(200).has("All is well", "They have not been checked yet", "Disk")
	*w.failing = app.ErrNoMediaNode
	ops.get("/operator/health").status(200).has("One thing needs a look", "no such media node")
	*w.failing = nil
	ann, _ := w.owner("Ann")
	for _, path := range []string{"/operator/revenue", "/operator/revenue.csv", "/operator/plans", "/operator/promotions", "/operator/events", "/operator/announcements", "/operator/nodes", "/operator/health"} {
		ann.get(path).status(303)
	}
}
