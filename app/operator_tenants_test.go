package app_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"parley/tenants"
)

// csrfOf fetches a page for its form token and posts.
func (b *browser) act(page, path string, f url.Values) *answer {
	b.w.t.Helper()
	b.get(page).status(200)
	return b.post(path, f)
}

func TestAnOperatorFindsAndSuspends(t *testing.T) { onBoth(t, anOperatorFindsAndSuspends) }

func anOperatorFindsAndSuspends(t *testing.T, w *world) {
	ops := w.operator("Olga")
	ann, org := w.owner("Ann")
	ben, benOrg := w.owner("Ben")
	found := w.business(org)
	bob := w.member(org, "Bob", tenants.RoleMember)
	key := w.apiKey(found.ID, "Ann", tenants.ScopeRoomsRead)
	code, other := ann.room(org), ben.room(benOrg)
	session := ann.join(code, "Ann")
	inside, elsewhere := dial(t, session), dial(t, ben.join(other, "Ben"))

	for _, search := range []string{"Ann and", found.Slug, "ANN@parley", "bob@" + found.Slug} {
		ops.get("/operator/tenants?q="+url.QueryEscape(search)).status(200).has("Ann and friends", "Business").lacks("Ben and friends")
	}
	ops.get("/operator/tenants?q=%25").status(200).has("No organization fits")
	ops.get("/operator/tenants?q=cus_nobody").status(200).has("No organization fits")
	ops.get("/operator/tenants?show=closed").status(200).lacks("Ann and friends")
	at := "/operator/tenants/" + string(found.ID)
	ops.get(at).status(200).has("Ann and friends", "ann@parley.example", "Suspend Ann and friends", "Given by an operator")
	ops.get("/operator/tenants/nobody").status(404)

	ops.act(at, at+"/suspend", form("reason", " ", "form", "closing")).status(400).has("Say why")
	inside.others()
	ops.act(at, at+"/suspend", form("reason", "Complaints about spam", "form", "closing")).status(303).location(at + "?done=tenant_suspended")
	ops.get(at+"?done=tenant_suspended").status(200).has("Suspended since", "Complaints about spam", "Restore Ann and friends", "Suspended an organization")
	ops.act(at, at+"/suspend", form("reason", "again", "form", "closing")).status(409)
	ops.get("/operator/tenants?show=closed").status(200).has("Ann and friends")

	// Every door of it is shut, and says what happened; nobody else's is.
	inside.sentAway()
	if elsewhere.gone() {
		t.Error("another organization's meeting ended")
	}
	guest := w.browser()
	guest.get("/m/"+code).status(403).has("Ann and friends is closed", "help@parley.example").lacks("Complaints")
	guest.post("/m/"+code+"/join", form("name", "Gus")).status(403)
	ann.get("/m/"+code).status(403).has("Complaints about spam", "To your organization")
	ann.get("/m/" + code + "/after").status(200).has("suspended the organization")
	w.program(key.Token, w.description()).call("GET", "/api/v1/rooms", "").status(403)
	if res := guest.do("GET", "/rtc/validate?access_token="+url.QueryEscape(session.Token), "*/*", nil); res.code != 403 || !strings.Contains(res.body, "suspended") {
		t.Errorf("a token is answered with %d %s", res.code, res.body)
	}
	for _, who := range []*browser{ann, bob} {
		who.get(org).status(200).has("has suspended this organization", "Complaints about spam", "help@parley.example")
		who.post(org+"/rooms", form("name", "Another")).status(403).has("Complaints about spam")
	}
	ann.get(org + "/settings/data").status(200)
	ann.post(org+"/settings/data/export", form()).status(303)
	w.browser().signIn("ann@parley.example", annsPassword).status(303)
	link := w.letter("ann@parley.example", "suspended")
	if !strings.HasSuffix(link, org) {
		t.Errorf("the mail leads to %s", link)
	}
	ann.get(org+"/audit").status(200).has("Suspended the organization", "The operator of Parley", "Complaints about spam")

	ops.act(at, at+"/restore", form("reason", "All settled", "form", "closing")).status(303).location(at + "?done=tenant_restored")
	ann.get(org).status(200).lacks("has suspended this organization")
	dial(t, ann.join(code, "Ann"))
	w.program(key.Token, w.description()).call("GET", "/api/v1/rooms", "").status(200)
	w.letter("ann@parley.example", "open again")
	ops.act(at, at+"/restore", form("reason", "again", "form", "closing")).status(404)
}

func TestAnOperatorLocksAPerson(t *testing.T) { onBoth(t, anOperatorLocksAPerson) }

func anOperatorLocksAPerson(t *testing.T, w *world) {
	ops := w.operator("Olga")
	ann, org := w.owner("Ann")
	bob := w.member(org, "Bob", tenants.RoleMember)
	found, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
	must(t, err)
	key := w.apiKey(found.ID, "Ann", tenants.ScopeRoomsRead)
	email := "bob@" + found.Slug + ".example"
	user, err := w.store.UserByEmail(t.Context(), email)
	must(t, err)
	code := ann.room(org)
	session := bob.join(code, "Bob")
	inside, stays := dial(t, session), dial(t, ann.join(code, "Ann"))

	ops.get("/operator/people?q=" + url.QueryEscape(email)).status(200).has("Bob").lacks("ann@parley.example")
	at := "/operator/people/" + string(user.ID)
	ops.get(at).status(200).has("Bob", "Ann and friends", "In 1 browser").lacks("password_hash")
	ops.act(at, at+"/lock", form("reason", "")).status(400).has("Say why")
	ops.act(at, at+"/lock", form("reason", "Somebody else used your account")).status(303)
	ops.get(at).status(200).has("Locked since", "Somebody else used", "In 0 browsers", "Locked a person")

	inside.sentAway()
	if stays.gone() {
		t.Error("somebody else was sent away")
	}
	bob.get(org).status(303)
	if res := bob.do("GET", "/rtc/validate?access_token="+url.QueryEscape(session.Token), "*/*", nil); res.code != 200 {
		t.Errorf("the token itself is answered with %d %s", res.code, res.body)
	}
	again := bob.postJSON("/m/"+code+"/token", form())
	if again.code < 400 {
		t.Errorf("a locked person gets a fresh session: %d", again.code)
	}
	bob.signIn(email, "wrong").status(401).lacks("locked")
	bob.signIn(email, password).status(403).has("Your account is locked", "Somebody else used your account", "help@parley.example")
	bob.get(org).status(303)
	w.program(key.Token, w.description()).call("GET", "/api/v1/rooms", "").status(200) // the organization's own key goes on
	var problem map[string]any
	must(t, json.Unmarshal([]byte(again.body), &problem))

	ops.act(at, at+"/unlock", form("reason", "Settled by phone")).status(303)
	bob.signIn(email, password).status(303)
	bob.get(org).status(200)
	ops.act(at, at+"/sign-out", form()).status(303)
	bob.get(org).status(303)
}
