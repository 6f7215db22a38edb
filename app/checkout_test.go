package app_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

// A plan is bought for as many people as belong, or as the owner chooses, and then so many may belong.
func TestAPlanIsBoughtBySeats(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		for _, name := range []string{"Bob", "Cem"} {
			w.member(org, name, tenants.RoleMember)
		}
		ann.get(org+"/billing?interval=month").status(200).has("3 seats are used", "Pay $38.97", `name="seats" value="3"`)
		ann.get(org+"/billing?interval=month&seats=5").status(200).has("Pay $64.95", "interval=year&amp;seats=5")
		ann.get(org+"/billing?interval=month&seats=2").status(400).has("More people than that", `value="2"`, "Pay $38.97")
		ann.get(org+"/billing?seats=lots").status(400).has("from 1 to 10,000", `value="lots"`)
		ann.post(org+"/checkout", form("plan", "pro", "interval", "month", "seats", "1")).status(400).has("More people than that")

		hosted := ann.post(org+"/checkout", form("plan", "pro", "interval", "month", "seats", "4")).status(303).header.Get("Location")
		payAt(t, ann, ann.get(hosted).status(200).has("$51.96"), hosted)
		eventually(t, "four seats are paid", func() bool { return ann.shows(org+"/people", "3 of 4 seats used") })
		ann.get(org + "/invitations")
		ann.post(org+"/invitations", form("addresses", "dan@x.example, eve@x.example")).status(200).
			has("One invitation will go out.", "Every seat is taken")

		ann.get(org+"/billing").status(200).has("See what it costs", `value="4"`)
		ann.get(org+"/billing/change?seats=2").status(400).has("More people than that", `value="2"`)
		ann.get(org + "/billing/change?seats=4").status(400).has("what you have already")
		offer := ann.get(org+"/billing/change?seats=6").status(200).has("Change the seats of Pro", "Charged today", "$77.94 a month")
		ann.get(org + "/people").has("3 of 4 seats used") // looking changes nothing
		ann.post(org+"/billing/change", offer.form("seats", "today", "at", "plan", "interval")).status(303).location(org + "/billing?done=plan_changed")
		ann.get(org + "/people").has("3 of 6 seats used")
		w.member(org, "Dan", tenants.RoleAdmin).post(org+"/billing/change", form("seats", "9")).status(403)
	})
}

// shows reports whether a page holds these words now.
func (b *browser) shows(path, words string) bool {
	b.w.t.Helper()
	return strings.Contains(b.get(path).body, words)
}

// form is what the hidden fields of a page hold.
func (a *answer) form(names ...string) url.Values {
	a.t.Helper()
	out := url.Values{}
	for _, name := range names {
		found := regexp.MustCompile(`name="`+name+`" value="([^"]*)"`).FindAllStringSubmatch(a.body, -1)
		if found == nil {
			a.t.Fatalf("no field %q on the page:\n%s", name, excerpt(a.body))
		}
		out.Set(name, found[len(found)-1][1])
	}
	return out
}

// A trial costs nothing today and is there once; the plan is changed for what was shown, cancelled, and kept.
func TestATrialIsChangedCancelledAndKept(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ann.get(org+"/billing?interval=month").status(200).has("Try 14 days free", "$0 today. $12.99 is charged on", "Pay $12.99 today instead")
		hosted := ann.post(org+"/checkout", form("plan", "pro", "interval", "month", "trial", "yes")).status(303).header.Get("Location")
		payAt(t, ann, ann.get(hosted).status(200).has("Start trial", "$0.00"), hosted)
		ann.get(org+"/billing").status(200).has("Free trial", "First payment on", "Switch to Business", "Invoices", ">$0<").lacks("Try 14 days free")

		ann.get(org + "/billing/change?plan=enterprise").status(400).has("not sold like that")
		year := ann.get(org+"/billing/change?interval=year").status(200).has("Pay Pro yearly", "Charged today", "free trial goes on", "$124.68 a year")
		wrong := year.form("seats", "today", "at", "plan", "interval")
		wrong.Set("today", "1")
		ann.post(org+"/billing/change", wrong).status(409).has("price has changed", "$124.68 a year")
		ann.get(org + "/billing").has("$12.99 a month")
		ann.post(org+"/billing/change", year.form("seats", "today", "at", "plan", "interval")).status(303)
		ann.get(org + "/billing").has("$124.68 a year")

		ann.get(org+"/billing/cancel").status(200).has("Cancel Pro", "nothing will be", "Nothing is deleted", "Free plan counts: 100 people")
		ann.post(org+"/billing/cancel", form()).status(303).location(org + "/billing?done=plan_cancelled")
		ann.get(org+"/billing").has("Ending", "Keep Pro").lacks("See what it costs")
		ann.get(org + "/billing/change?interval=month").status(409).has("Keep it first")
		ann.post(org+"/billing/resume", form()).status(303).location(org + "/billing?done=plan_resumed")
		ann.get(org + "/billing").has("Switch to Business").lacks("Ending")
		ann.get(org+"/billing/invoices").status(200).has("Paid", ">$0<", "PDF")
		ann.get(org + "/billing/invoices?after=in_none").status(200)
		bob := w.member(org, "Bob", tenants.RoleMember)
		for _, path := range []string{"/billing/change?seats=2", "/billing/cancel", "/billing/invoices"} {
			bob.get(org + path).status(403)
		}
		bob.get(org+"/billing").status(200).lacks("Invoices", "Cancel the plan", "See what it costs")
	})
}
