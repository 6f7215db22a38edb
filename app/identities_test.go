package app_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/app/identity"
	"parley/app/identityfake"
	"parley/tenants"
)

// to follows a page of ours to the provider's and chooses somebody there; it gives the address that the provider sends the browser back to.
func (b *browser) to(leaving *answer, choice url.Values) string {
	b.w.t.Helper()
	leaving.status(200)
	found := regexp.MustCompile(`http-equiv="refresh" content="0;url=([^"]+)"`).FindStringSubmatch(leaving.body)
	if found == nil {
		b.w.t.Fatalf("the page leads to no provider: %s", excerpt(leaving.body))
	}
	address := html.UnescapeString(found[1])
	b.get(address).status(200).has("stands in for")
	back := b.do(http.MethodPost, address, "text/html", choice).status(303).header.Get("Location")
	if !strings.HasPrefix(back, b.w.base+"/auth/") {
		b.w.t.Fatalf("the provider leads to %q", back)
	}
	return back
}

// by signs in or up with a provider as somebody known there.
func (b *browser) by(provider, subject string) *answer {
	b.w.t.Helper()
	b.get("/login").status(200)
	return b.get(b.to(b.post("/auth/"+provider, form("next", "/home")), form("subject", subject)))
}

func TestSomebodySignsUpWithGoogle(t *testing.T) { onBoth(t, somebodySignsUpWithGoogle) }

func somebodySignsUpWithGoogle(t *testing.T, w *world) {
	b := w.browser()
	b.get("/signup").has("Continue with Google", "Continue with Facebook")
	b.by("google", "1001").status(303).location("/auth/new")
	b.get("/auth/new").status(200).has("Leila Haddad", "leila@gmail.example").lacks(`name="email"`)
	b.post("/auth/new", form("name", "Leila Haddad", "organization", "")).status(400).has("Please type a name")
	made := b.post("/auth/new", form("name", "Leila Haddad", "organization", "Haddad Gardens", "email", "another@gmail.example")).status(303)
	org, _, _ := strings.Cut(made.header.Get("Location"), "?")
	b.get(org).status(200).has("Haddad Gardens")
	leila, err := w.store.UserByEmail(t.Context(), "leila@gmail.example")
	must(t, err)
	if leila.ConfirmedAt == nil || leila.HasPassword {
		t.Errorf("confirmed %v, has a password: %t", leila.ConfirmedAt, leila.HasPassword)
	}
	again := w.browser()
	again.by("google", "1001").status(303).location("/home")
	again.get(org).status(200)

	// The only way in stays.
	again.get("/me/security").status(200).has("with Google", "Unlink Google")
	again.post("/me/identities/unlink", form("issuer", identity.GoogleIssuer, "subject", "1001")).status(409).has("only way in")
	again.post("/me/password", form("password", "a heron on the jetty")).status(303)
	again.get("/me/security")
	again.post("/me/identities/unlink", form("issuer", identity.GoogleIssuer, "subject", "1001")).status(303)
	w.browser().by("google", "1001").status(303).location("/login?why=link&email=leila%40gmail.example&next=%2Fme%2Fsecurity")
}

func TestAnAddressAloneNeverLinks(t *testing.T) { onBoth(t, anAddressAloneNeverLinks) }

func anAddressAloneNeverLinks(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	w.login.Known("google", identityfake.Account{Subject: "thief", Name: "Ann", Email: "ann@parley.example", Verified: true})
	thief := w.browser()
	thief.by("google", "thief").status(303).location("/login?why=link&email=ann%40parley.example&next=%2Fme%2Fsecurity")
	thief.get(org).status(303)
	thief.get("/login?why=link&email=ann%40parley.example").has("Sign in here, then link")

	ann.get("/me/security").has("Link Google")
	back := ann.to(ann.post("/me/identities/google", form()), form("subject", "thief"))
	ann.get(back).status(303).location("/me/security?done=linked")
	ann.get("/me/security?done=linked").has("It is linked", "Unlink Google").lacks("Link Google<")
	in := w.browser()
	in.by("google", "thief").status(303).location("/home")
	in.get(org).status(200)

	// The same identity opens one account only.
	ben, _ := w.owner("Ben")
	ben.get("/me/security")
	ben.get(ben.to(ben.post("/me/identities/google", form()), form("subject", "thief"))).status(409).has("signs in somebody else")
	// A way back that another person's browser began links nothing.
	back = ben.to(ben.post("/me/identities/facebook", form()), form("subject", "1001"))
	ann.get(back).status(400)
	if all, err := w.store.Identities(t.Context(), visitorID(t, w, "ann@parley.example")); err != nil || len(all) != 1 {
		t.Errorf("Ann has %v, %v", all, err)
	}
}

func visitorID(t *testing.T, w *world, email string) tenants.UserID {
	t.Helper()
	user, err := w.store.UserByEmail(t.Context(), email)
	must(t, err)
	return user.ID
}

func TestFacebookVouchesForNoAddress(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.by("facebook", "1002").status(303).location("/auth/new")
	b.get("/auth/new").has(`value="kenji@mail.example"`)
	b.post("/auth/new", form("name", "Kenji", "email", "kenji@mail.example", "organization", "Watanabe")).status(303)
	kenji, err := w.store.UserByEmail(t.Context(), "kenji@mail.example")
	must(t, err)
	if kenji.ConfirmedAt != nil {
		t.Error("an address that Facebook names counts as confirmed")
	}
	w.letter("kenji@mail.example", "Confirm")
}

func TestAnswersThatAreNotForThisBrowser(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.get("/login")
	back := b.to(b.post("/auth/google", form()), form("subject", "1001"))
	w.browser().get(back).status(400).has("did not come through") // somebody else's browser
	forged := regexp.MustCompile(`state=[^&]+`).ReplaceAllString(back, "state=forged")
	b.get(forged).status(400)
	b.get(back).status(400) // the way back was used up by the forged one

	b.get("/login")
	back = b.to(b.post("/auth/google", form()), form("subject", "1001"))
	b.get(strings.Replace(back, "/auth/google/", "/auth/facebook/", 1)).status(400)

	b.get("/login")
	back = b.to(b.post("/auth/google", form()), form("subject", "1001"))
	b.get(back).status(303)
	b.get(back).status(400)

	b.get("/login")
	b.get(b.to(b.post("/auth/google", form()), form("cancel", "yes"))).status(303).location("/login?why=cancelled")
	b.get("/login")
	b.post("/auth/nobody", form()).status(404)
}

func TestIDTokensThatAreNotToBeBelieved(t *testing.T) {
	w := newWorld(t)
	for name, tamper := range map[string]func(map[string]any){
		"another nonce":    func(c map[string]any) { c["nonce"] = "another" },
		"no nonce":         func(c map[string]any) { delete(c, "nonce") },
		"another issuer":   func(c map[string]any) { c["iss"] = "https://evil.example" },
		"another audience": func(c map[string]any) { c["aud"] = "another-client" },
		"another subject":  func(c map[string]any) { c["sub"] = "1002" },
		"expired":          func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
		"no expiry":        func(c map[string]any) { delete(c, "exp") },
	} {
		t.Run(name, func(t *testing.T) {
			w.login.SetTamper(tamper)
			defer w.login.SetTamper(nil)
			w.browser().by("google", "1001").status(400).has("did not come through")
		})
	}
	w.browser().by("google", "1001").status(303)
}

func TestAnOrganizationsOwnSignIn(t *testing.T) { onBoth(t, organizationsOwnSignIn) }

func organizationsOwnSignIn(t *testing.T, w *world) {
	ann, path := w.owner("Ann")
	settings := path + "/settings/sign-in"
	ann.get(settings).status(200).has("Single sign-on is not among what your organization has")
	ann.post(settings, form("issuer", w.login.Issuer())).status(403)
	org := w.business(path)
	set := func(pairs ...string) url.Values {
		f := form("issuer", w.login.Issuer(), "client", identityfake.ClientID, "secret", identityfake.ClientSecret, "domains", "parley.example")
		for i := 0; i < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return f
	}
	ann.get(settings).status(200).has("/auth/oidc/callback")
	ann.post(settings, set()).status(400).has("own confirmed address") // not confirmed yet
	ann.get(w.letter("ann@parley.example", "Confirm")).status(200)
	ann.get(settings)
	for fault, f := range map[string]url.Values{
		"address of an identity provider": set("issuer", "ftp://login.example"),
		"paste the client ID":             set("client", ""),
		"paste the client secret":         set("secret", ""),
		"not domains":                     set("domains", "nowhere"),
		"Anybody gets an address there":   set("domains", "gmail.com"),
		"has to be in the domain":         set("domains", "parley.example, rival.example"),
		"Come in through your provider":   set("enforced", "yes"),
	} {
		ann.post(settings, f).status(400).has(fault).lacks(identityfake.ClientSecret)
	}
	ann.post(settings, set()).status(303)
	ann.get(settings).status(200).has(w.login.Issuer()).lacks(identityfake.ClientSecret)

	// Who comes from there with an address of the organization becomes a member, of this organization only.
	w.login.Known("oidc", identityfake.Account{Subject: "bea", Name: "Bea Kowalski", Email: "bea@parley.example", Verified: true})
	w.login.Known("oidc", identityfake.Account{Subject: "ceo", Name: "Not Ann", Email: "ann@parley.example", Verified: true})
	through := func(b *browser, subject string) *answer {
		b.get("/auth/organization").status(200)
		return b.get(b.to(b.post("/auth/organization", form("email", "anybody@parley.example")), form("subject", subject)))
	}
	bea := w.browser()
	through(bea, "bea").status(303).location(path)
	bea.get(path).status(200)
	through(w.browser(), "1001").status(403).has("does not belong")
	through(w.browser(), "ceo").status(303).location("/login?why=link&email=ann%40parley.example&next=%2Fme%2Fsecurity")
	beaUser, err := w.store.UserByEmail(t.Context(), "bea@parley.example")
	must(t, err)
	if beaUser.ConfirmedAt != nil {
		t.Error("an organization's provider confirms addresses for everybody")
	}
	b := w.browser()
	b.get("/auth/organization")
	b.post("/auth/organization", form("email", "x@elsewhere.example")).status(404).has("No organization has set up")

	// Enforced: members go through it, the owner need not.
	_, err = w.store.CreateUser(t.Context(), tenants.CreateUserInput{Org: org.ID, Email: "dan@parley.example", Name: "Dan", Password: annsPassword, Role: tenants.RoleMember})
	must(t, err)
	code := ann.room(path)
	ann.get(settings)
	ann.get(ann.to(ann.post("/sso/"+strings.TrimPrefix(path, "/o/"), form("next", settings)), form("subject", "ceo"))).status(303).location(settings)
	ann.get(settings).has("It works")
	ann.post(settings, set("enforced", "yes", "secret", "")).status(303)
	dan := w.browser()
	dan.signIn("dan@parley.example", annsPassword).status(303)
	door := dan.get(path).status(303).header.Get("Location")
	if !strings.HasPrefix(door, "/sso/") {
		t.Fatalf("a member without the organization's sign-in is led to %q", door)
	}
	dan.get("/join")
	dan.post(path+"/rooms", form("name", "Planted")).status(403)
	dan.get("/m/" + code).status(200)
	dan.post("/m/"+code+"/end", form()).status(403) // a guest there until then
	dan.get(door).status(200).has("has its own door")
	w.login.Known("oidc", identityfake.Account{Subject: "dan", Name: "Dan", Email: "dan@parley.example", Verified: true})
	dan.get(dan.to(dan.post("/sso/"+strings.TrimPrefix(path, "/o/"), form("next", path)), form("subject", "dan"))).status(303).location(path)
	dan.get(path).status(200)
	fresh := w.browser()
	fresh.signIn("dan@parley.example", annsPassword).status(303)
	fresh.get(path).status(303)
	owner := w.browser()
	owner.signIn("ann@parley.example", annsPassword).status(303)
	owner.get(path).status(200)

	// The plan has it no more: nobody is locked out, what was set stays, and it comes back with the plan.
	must(t, w.billing.SetPlan(t.Context(), org.ID, "free"))
	fresh.get(path).status(200)
	late := w.browser()
	late.get("/auth/organization")
	late.post("/auth/organization", form("email", "bea@parley.example")).status(404).has("own sign-in is paused", "Forgot your password?")
	late.get("/forgot")
	late.post("/forgot", form("email", "bea@parley.example")).status(200) // who came in that way only has no password yet
	late.get(w.letter("bea@parley.example", "password")).status(200)
	owner.get(settings).status(200).has("Single sign-on is not among what", "What was set up is kept").lacks(identityfake.ClientSecret)
	w.business(path)
	fresh.get(path).status(303)
	owner.get(settings).status(200).has(w.login.Issuer())

	// Another organization cannot take the domain, and a stranger sees nothing.
	ben, benPath := w.owner("Ben")
	w.business(benPath)
	ben.get(w.letter("ben@parley.example", "Confirm")).status(200)
	ben.get(benPath + "/settings/sign-in")
	ben.post(benPath+"/settings/sign-in", set()).status(409).has("Another organization uses")
	ben.get("/sso/" + strings.TrimPrefix(path, "/o/")).status(404)

	owner.get(settings)
	owner.post(settings+"/remove", form()).status(303)
	fresh.get(path).status(200)
}

func TestAProfile(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.get("/me").status(200).has(`value="Ann"`)
	ann.post("/me/profile", form("name", "Ann Lindqvist", "nickname", "x", "zone", "Nowhere/There")).status(400).has("Ann Lindqvist", "3 to 30 letters", "no such time zone")
	ann.post("/me/profile", form("name", "Ann Lindqvist", "nickname", "@Ann.L", "zone", "Europe/Stockholm")).status(303).location("/me?done=saved")
	ann.get("/me?done=saved").status(200).has(`value="ann.l"`, `data-zone="Europe/Stockholm"`, "Your profile is saved")
	ann.get(org).has("Ann Lindqvist")
	ann.post("/me/profile", form("name", "Ann", "language", "de")).status(303)
	ann.get("/me").has(`lang="de"`, "Wer Sie sind")
	ann.post("/me/profile", form("name", "Ann", "nickname", "ann.l", "language", "xx")).status(303)
	ben, _ := w.owner("Ben")
	ben.get("/me")
	ben.post("/me/profile", form("name", "Ben", "nickname", "ANN.L")).status(409).has("is not free")
}

func TestAGuestsSeatWorksInTheirBrowserOnly(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	guest := w.browser()
	guest.get("/m/" + code).status(200)
	guest.post("/m/"+code+"/join", form("name", "Guest")).status(303)
	guest.get("/m/" + code + "/room").status(200)

	at, err := url.Parse(w.base + "/m/" + code)
	must(t, err)
	thief := w.browser()
	for _, c := range guest.http.Jar.Cookies(at) {
		if c.Name == "parley_seat" {
			thief.http.Jar.SetCookies(at, []*http.Cookie{{Name: c.Name, Value: c.Value, Path: "/m/" + code}})
		}
	}
	thief.get("/m/" + code + "/room").status(303)
}
