package app_test

import "testing"

// What somebody chose on the page of prices is what they are offered after signing up, by password or at a provider, also after a fault.
func TestWhoChoseMonthlyIsOfferedMonthly(t *testing.T) {
	w := newWorld(t)
	w.browser().get("/pricing?interval=month").status(200).has("/signup?plan=pro&amp;interval=month")
	w.browser().get("/pricing").has("/signup?plan=pro&amp;interval=year")

	ann := w.browser()
	page := ann.get("/signup?plan=pro&interval=month").status(200).has(`value="/home?offer=month"`)
	filled := page.form("plan", "interval")
	for field, value := range map[string]string{"name": "Ann", "email": "ann@parley.example", "password": "short", "organization": "Ann and friends"} {
		filled.Set(field, value)
	}
	again := ann.post("/signup", filled).status(400).form("plan", "interval")
	filled.Set("interval", again.Get("interval"))
	filled.Set("password", "two chairs and a lamp")
	ann.post("/signup", filled).status(303).location("/o/ann-and-friends/billing?interval=month")
	ann.get("/home?offer=year").status(303).location("/o/ann-and-friends/billing?interval=year")
	ann.get("/home?offer=//elsewhere.example").status(303).location("/o/ann-and-friends")

	leila := w.browser()
	leila.get("/signup?plan=pro&interval=month")
	to := leila.get(leila.to(leila.post("/auth/google", form("next", "/home?offer=month")), form("subject", "1001"))).status(303).location("/auth/new?offer=month")
	leila.post("/auth/new", form("name", "Leila", "organization", "", "offer", leila.get(to.header.Get("Location")).form("offer").Get("offer"))).status(400).has(`name="offer" value="month"`)
	leila.post("/auth/new", form("name", "Leila", "organization", "Haddad Gardens", "offer", "month")).status(303).location("/o/haddad-gardens/billing?interval=month")
}

// The table of the page of prices is what the catalogue says of the plans.
func TestThePricesAreComparedByTheCatalogue(t *testing.T) {
	newWorld(t).browser().get("/pricing").status(200).
		has("Without ads", "Single sign-on", "Guests need no account", "Lifts a running meeting, nobody drops", "Terms by contract").
		lacks("Everything in Free", "plan.feature.")
}
