package app_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

const opsPassword = "keys on the hook by nine"

// operator makes an operator and a browser in which they have signed in.
func (w *world) operator(name string) *browser {
	w.t.Helper()
	email := strings.ToLower(name) + "@ops.example"
	_, err := w.store.CreateOperator(w.t.Context(), email, name, opsPassword)
	must(w.t, err)
	b := w.browser()
	b.operatorSignIn(email, opsPassword).status(303).location("/operator")
	return b
}

func (b *browser) operatorSignIn(email, password string) *answer {
	b.w.t.Helper()
	b.get("/operator/login").status(200)
	return b.post("/operator/login", form("email", email, "password", password))
}

// cookies are what a browser would send to a path, by name.
func (b *browser) cookies(path string) map[string]string {
	u, err := url.Parse(b.w.base + path)
	must(b.w.t, err)
	out := map[string]string{}
	for _, c := range b.http.Jar.Cookies(u) {
		out[c.Name] = c.Value
	}
	return out
}

func TestOperatorsAreOthersThanPeople(t *testing.T) { onBoth(t, operatorsAreOthersThanPeople) }

func operatorsAreOthersThanPeople(t *testing.T, w *world) {
	ops := w.operator("Olga")
	ops.get("/operator").status(200).has("Overview", `data-theme="dark"`, "operator-tag", "Olga")
	if got := ops.cookies("/o/x"); got["parley_operator"] != "" || ops.cookies("/operator/audit")["parley_operator"] == "" {
		t.Errorf("the operator's cookie goes to other pages too: %v", got)
	}

	// A person's session opens nothing here, though the address and the password are an operator's as well.
	ann, org := w.owner("Ann")
	_, err := w.store.CreateOperator(t.Context(), "ann@parley.example", "Ann", annsPassword)
	must(t, err)
	for _, path := range []string{"/operator", "/operator/audit", "/operator/audit.csv", "/operator/nothing"} {
		ann.get(path).status(303).location("/operator/login?next=" + url.QueryEscape(path))
	}
	ann.get(org).status(200)
	ann.post("/operator/logout", form()).status(303)
	ann.get(org).status(200)

	// An operator's token opens no organization, in whatever cookie it comes.
	jar := ops.http.Jar
	u, err := url.Parse(w.base + "/")
	must(t, err)
	jar.SetCookies(u, []*http.Cookie{{Name: "parley_session", Value: ops.cookies("/operator")["parley_operator"], Path: "/"}})
	ops.get(org).status(303).location("/login?next=" + url.QueryEscape(org))
	ops.get("/me").status(303)

	// Both in one browser: each door sees its own, and the console names no person.
	ann.operatorSignIn("ann@parley.example", annsPassword).status(303)
	ann.get("/operator").status(200).has("Newest organizations").lacks(`href="/me"`, `action="/logout"`)
	ann.get(org).status(200)
	ann.get("/operator").status(200)
	ann.post("/operator/logout", form()).status(303).location("/operator/login")
	ann.get("/operator").status(303)
	ann.get(org).status(200)
}

func TestAnOperatorsSignInIsHeldAndLeadsBack(t *testing.T) {
	w := newWorldAt(t, tenantstest.SQLitePath(t), clockwork.NewRealClock())
	_, err := w.store.CreateOperator(t.Context(), "olga@ops.example", "Olga", opsPassword)
	must(t, err)
	b := w.browser()
	b.get("/operator/audit?about=operator").status(303).location("/operator/login?next=%2Foperator%2Faudit%3Fabout%3Doperator")
	for _, foreign := range []string{"//evil.example", "https://evil.example/", "/home", "/operatorx", "/operator/login"} {
		b.get("/operator/login?next=" + url.QueryEscape(foreign)).status(200).has(`name="next" value="/operator"`)
	}
	b.post("/operator/login", form("email", "olga@ops.example", "password", opsPassword, "next", "/operator/audit?about=operator")).status(303).location("/operator/audit?about=operator")

	other := w.browser()
	for range 5 {
		other.operatorSignIn("olga@ops.example", "wrong").status(401).has("do not belong to an operator", "olga@ops.example")
	}
	other.operatorSignIn("olga@ops.example", opsPassword).status(429).has("Too many tries")
	if got := other.operatorSignIn("olga@ops.example", opsPassword).header.Get("Retry-After"); got == "" {
		t.Error("nobody is told when to come back")
	}
	res := b.do("POST", "/operator/logout", "text/html", form("csrf", "forged"))
	res.status(403)
	b.get("/operator").status(200)
}

func TestTheOperatorsLogIsShownAndTaken(t *testing.T) { onBoth(t, theOperatorsLogIsShownAndTaken) }

func theOperatorsLogIsShownAndTaken(t *testing.T, w *world) {
	ops := w.operator("Olga")
	for range 60 {
		must(t, w.store.OperatorDid(tenants.WithOrigin(t.Context(), tenants.Origin{Via: tenants.ViaTerminal}), "test.deed", "pro", "=1+1 longer meetings"))
	}
	page := ops.get("/operator/audit").status(200).has("At the command line", "test.deed", "longer meetings", "Older")
	if n := strings.Count(page.body, `data-testid="operator-line"`); n != 50 {
		t.Errorf("%d lines on a page", n)
	}
	ops.get("/operator/audit?person=olga").status(200).has("Signed in", "127.0.0.1").lacks("test.deed")
	ops.get("/operator/audit?target=pro&about=operator").status(200).has("Nothing here")
	ops.get("/operator/audit?from=" + time.Now().AddDate(0, 0, 2).Format(time.DateOnly)).status(200).has("Nothing here")
	rows, err := csv.NewReader(strings.NewReader(ops.get("/operator/audit.csv").status(200).body)).ReadAll()
	must(t, err)
	if len(rows) != 63 || rows[1][9] != "'=1+1 longer meetings" || rows[62][6] != "operator.create" || len(rows[1][10]) != 64 {
		t.Errorf("%d rows, %v, %v", len(rows), rows[1], rows[len(rows)-1])
	}
}
