package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestAnOperatorLooksWithConsent asks, is let in, reads, and is out again. Everything that could write is tried meanwhile.
func TestAnOperatorLooksWithConsent(t *testing.T) {
	for name, address := range map[string]string{"sqlite": tenantstest.SQLitePath(t), "postgres": tenantstest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) { anOperatorLooksWithConsent(t, newWorldOn(t, address), address) })
	}
}

func anOperatorLooksWithConsent(t *testing.T, w *world, address string) {
	ops := w.operator("Olga")
	ann, org := w.owner("Ann")
	_, other := w.owner("Ben")
	found := w.business(org)
	bob := w.member(org, "Bob", tenants.RoleAdmin)
	code := ann.room(org)
	at := "/operator/tenants/" + string(found.ID)

	ops.act(at, at+"/support", form("form", "support", "reason", "", "minutes", "9999")).status(400).has("Say why", "Between 5 and 240 minutes")
	ops.act(at, at+"/support", form("form", "support", "reason", "Their sign-in fails", "minutes", "60")).status(303)
	ops.act(at, at+"/support", form("form", "support", "reason", "Again", "minutes", "60")).status(409)
	ops.get(org + "/usage").status(303) // nobody has agreed
	list, err := w.store.Org(found.ID).Supports(t.Context())
	must(t, err)
	id := list[0].ID
	ops.act(at, at+"/support/"+id+"/open", form()).status(410)
	if link := w.letter("ann@parley.example", "asks to look"); !strings.HasSuffix(link, org+"/settings/support") {
		t.Errorf("the mail leads to %s", link)
	}
	ann.get(org).status(200).has("asks to look at these pages", "Their sign-in fails")
	bob.act(org+"/settings/support", org+"/settings/support/"+id+"/allow", form()).status(403)
	ann.act(org+"/settings/support", org+"/settings/support/"+id+"/allow", form()).status(303)

	ops.act(at, at+"/support/"+id+"/open", form()).status(303).location(org + "/usage")
	ops.get(org+"/usage").status(200).has("You look at this organization as an operator", "Their sign-in fails")
	ann.get(org).status(200).has("can look at these pages until")
	for _, page := range []string{"/people", "/invitations", "/policies", "/quotas", "/meetings", "/audit", "/settings", "/settings/sign-in", "/developers", "/billing"} {
		ops.get(org + page).status(200).has("You look at this organization as an operator").lacks(code)
	}
	for _, page := range []string{"/rooms/x", "/settings/data", "/settings/isolation", "/usage.csv", "/audit.csv", "/settings/support", "/leave", "/developers/webhooks/x"} {
		ops.get(org + page).status(403)
	}
	ops.get(org).status(303).location(org + "/usage")
	ops.get(other + "/usage").status(303).location("/login?next=" + url.QueryEscape(other+"/usage"))
	ops.get("/me").status(303)
	ann.get(org+"/audit?about=support").status(200).has("Looked at a page", "/policies", "Allowed an operator to look")

	// No write goes through, whatever the verb and the address; only the log of looks grows.
	raw := tenantstest.Inspect(t, address)
	before := raw.Rows(found.ID)
	tried := 0
	for _, r := range w.web.Routes() {
		if !strings.HasPrefix(r.Path, "/o/:org") || r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
			continue
		}
		path := strings.Replace(r.Path, ":org", found.Slug, 1)
		for _, name := range []string{"room", "member", "link", "invitation", "export", "meeting", "key", "webhook", "delivery", "access", "emoji", "pack"} {
			path = strings.ReplaceAll(path, ":"+name, id)
		}
		f := form("name", "Taken over", "csrf", ops.csrf)
		ops.do(r.Method, path, "text/html", f).status(403)
		tried++
	}
	if tried < 40 {
		t.Errorf("only %d writes were tried", tried)
	}
	for _, line := range before.Diff(raw.Rows(found.ID)) {
		if !strings.Contains(line, "audit") {
			t.Errorf("a look changed something: %s", line)
		}
	}

	// Either side ends it; then nothing is shown any more.
	ann.act(org+"/settings/support", org+"/settings/support/"+id+"/end", form()).status(303)
	gone := func(why string) {
		t.Helper()
		for _, page := range []string{"/usage", "/people", "/audit"} {
			if res := ops.get(org + page); res.code != 303 || !strings.HasPrefix(res.header.Get("Location"), "/login") {
				t.Errorf("%s: %s is answered with %d %s", why, page, res.code, res.header.Get("Location"))
			}
		}
	}
	gone("ended by the organization")
	ops.act(at, at+"/support/"+id+"/open", form()).status(410)

	ops.act(at, at+"/support", form("form", "support", "reason", "A leak", "minutes", "30", "emergency", "1")).status(303)
	w.letter("ann@parley.example", "looks into")
	list, err = w.store.Org(found.ID).Supports(t.Context())
	must(t, err)
	id = list[0].ID
	ops.act(at, at+"/support/"+id+"/open", form()).status(303)
	ops.get(org + "/usage").status(200)
	ops.act("/operator", "/operator/logout", form()).status(303)
	gone("the operator has signed out")
	ops.operatorSignIn("olga@ops.example", opsPassword).status(303)
	ops.act(at, at+"/support/"+id+"/open", form()).status(303)
	ops.get(org + "/usage").status(200)
	ops.act(at, at+"/support/"+id+"/end", form()).status(303)
	gone("ended by the operator")
	ops.get("/operator/audit?about=support").status(200).has("Looked without asking", "A leak", "Ann and friends")
}
