package app_test

import (
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

		ann.get(org+"/billing").status(200).has("Change seats", `value="4"`)
		ann.post(org+"/billing/seats", form("seats", "2")).status(400).has("More people than that", `value="2"`)
		ann.post(org+"/billing/seats", form("seats", "6")).status(303).location(org + "/billing?done=seats_saved")
		ann.get(org + "/people").has("3 of 6 seats used")
		w.member(org, "Dan", tenants.RoleAdmin).post(org+"/billing/seats", form("seats", "9")).status(403)
	})
}

// shows reports whether a page holds these words now.
func (b *browser) shows(path, words string) bool {
	b.w.t.Helper()
	return strings.Contains(b.get(path).body, words)
}
