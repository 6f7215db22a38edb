package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestAPersonSignsUpAndConfirmsTheAddress(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.get(org).status(200).has("Ann and friends", "Open a room")

	mails, err := w.mails.List()
	must(t, err)
	if len(mails) != 1 || mails[0].To != "ann@parley.example" {
		t.Fatalf("mails = %+v, want one to ann@parley.example", mails)
	}
	link := regexp.MustCompile(`https?://\S+/confirm\?token=\S+`).FindString(mails[0].Text)
	ann.get(link).status(200)
	user, err := w.store.UserByEmail(t.Context(), "ann@parley.example")
	must(t, err)
	if user.ConfirmedAt == nil {
		t.Error("the address is not confirmed after its link was followed")
	}
	ann.get(link).status(400) // works once
	ann.get("/dev/mail").status(200).has("ann@parley.example")
	ann.get("/dev/mail/" + mails[0].ID).status(200).has("/confirm?token=")
}

func TestASignUpFormKeepsWhatWasTypedAndSaysWhatIsWrong(t *testing.T) {
	w := newWorld(t)
	w.owner("Ann")
	for name, tt := range map[string]struct {
		form url.Values
		code int
	}{
		"taken e-mail":  {form("name", "Bea Typed", "email", "ANN@parley.example", "password", "two chairs and a lamp", "organization", "Bea's"), 409},
		"weak password": {form("name", "Bea Typed", "email", "bea@parley.example", "password", "password", "organization", "Bea's"), 400},
		"no address":    {form("name", "Bea Typed", "email", "bea", "password", "two chairs and a lamp", "organization", "Bea's"), 400},
		"empty":         {form("name", "", "email", "", "password", "", "organization", "Bea Typed"), 400},
	} {
		t.Run(name, func(t *testing.T) {
			b := w.browser()
			b.get("/signup").status(200)
			b.post("/signup", tt.form).status(tt.code).has("Bea Typed", `aria-invalid="true"`).lacks("two chairs and a lamp")
		})
	}
}

func TestSigningIn(t *testing.T) {
	w := newWorld(t)
	_, org := w.owner("Ann")
	signIn := func(b *browser, email, password, next string) *answer {
		b.get("/login?next=" + url.QueryEscape(next)).status(200)
		return b.post("/login", form("email", email, "password", password, "next", next))
	}
	t.Run("leads back to where one was going", func(t *testing.T) {
		b := w.browser()
		b.get(org).status(303).location("/login?next=" + url.QueryEscape(org))
		signIn(b, "ann@parley.example", "two chairs and a lamp", org).status(303).location(org)
		b.get(org).status(200)
	})
	t.Run("never leads to another site", func(t *testing.T) {
		for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
			signIn(w.browser(), "ann@parley.example", "two chairs and a lamp", next).status(303).location("/home")
		}
	})
	t.Run("gives one answer for an unknown address and a wrong password", func(t *testing.T) {
		unknown := signIn(w.browser(), "nobody@parley.example", "two chairs and a lamp", "").status(401)
		wrong := signIn(w.browser(), "ann@parley.example", "three chairs and a lamp", "").status(401)
		strip := regexp.MustCompile(`(nonce|value)="[^"]*"|email=[^"]*"`)
		if a, b := strip.ReplaceAllString(unknown.body, ""), strip.ReplaceAllString(wrong.body, ""); a != b {
			t.Error("the two pages differ, so one can tell which addresses have an account")
		}
	})
	t.Run("renews the session, so a planted one is worth nothing", func(t *testing.T) {
		b := w.browser()
		u, _ := url.Parse(w.base)
		b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "parley_session", Value: "planted-by-somebody-else", Path: "/"}})
		signIn(b, "ann@parley.example", "two chairs and a lamp", "").status(303)
		for _, c := range b.http.Jar.Cookies(u) {
			if c.Name == "parley_session" && c.Value == "planted-by-somebody-else" {
				t.Error("the planted session id was signed in")
			}
		}
	})
	t.Run("ends with signing out, also for a copied cookie", func(t *testing.T) {
		b := w.browser()
		signIn(b, "ann@parley.example", "two chairs and a lamp", "").status(303)
		u, _ := url.Parse(w.base)
		copied := b.http.Jar.Cookies(u)
		b.get(org).status(200)
		b.post("/logout", form()).status(303)
		thief := w.browser()
		thief.http.Jar.SetCookies(u, copied)
		thief.get(org).status(303)
	})
}

func TestFormsFromElsewhereAreRefused(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.get(org).status(200)
	for name, token := range map[string]string{"no token": "", "a made-up token": "00000000-0000-4000-8000-000000000000"} {
		t.Run(name, func(t *testing.T) {
			ann.csrf = token
			ann.post(org+"/rooms", form("name", "Planted")).status(403)
			other := w.browser()
			other.get("/login")
			other.csrf = token
			other.post("/login", form("email", "ann@parley.example", "password", "two chairs and a lamp")).status(403)
		})
	}
	ann.get(org).status(200).lacks("Planted")
}

func TestGuessingIsSlowedDown(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	var last *answer
	for range 70 {
		if last = b.get("/m/0000-0000-0000"); last.code == 429 {
			break
		}
		last.status(404)
	}
	last.status(429).has("minute")
}

// Whoever is refused in a room that they have found takes nothing from those beside them.
func TestWhoIsRefusedDoesNotShutOutTheirOffice(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	gil := w.browser()
	gil.get("/m/" + code).status(200)
	for range 70 {
		gil.do("GET", "/m/"+code+"/host", "application/json", nil).status(403)
	}
	ann.get("/m/" + code).status(200)
}

// Nor does whoever misses something in it: the pictures of files that were taken away.
func TestWhoMissesSomethingInARoomDoesNotShutOutTheirOffice(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	connected(t, ann, code, "Ann")
	for range 70 {
		ann.takes(code, "gone/preview").status(404)
	}
	ann.get("/m/" + code).status(200)
}

// An invitation that is there is no guess, however often its form is sent with faults; links that lead nowhere are.
func TestOnlyWrongInvitationsCountAsGuesses(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.get(org + "/invitations").status(200)
	ann.post(org+"/invitations", form("addresses", "cem@x.example")).status(200)
	ann.post(org+"/invitations/send", form("csv", "email,name,role\ncem@x.example,,member\n")).status(303)
	link := w.mailedInvite("cem@x.example")
	office := w.browser()
	office.get(link).status(200)
	for range 70 {
		office.post(link+"/signup", form("name", "Cem", "password", "short")).status(400)
	}
	office.get(link).status(200)

	var last *answer
	for range 70 { // by whichever of the three ways
		if last = office.get("/invite/nothing-here"); last.code == 429 {
			break
		}
		office.post("/invite/nothing-here/signup", form("name", "Cem", "password", password))
	}
	last.status(429).has("minute")
	office.get(link).status(429)
}

func TestEveryPageCarriesTheSecurityHeaders(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	for _, path := range []string{"/", "/pricing", "/signup", "/login", "/join", org, org + "/billing", "/m/" + code, "/m/" + code + "/after", "/no/such/page", "/dev/components", "/dev/mail"} {
		a := ann.get(path)
		csp := a.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self' 'nonce-", "frame-ancestors 'none'", "base-uri 'none'"} {
			if a.code != 303 && !strings.Contains(csp, want) {
				t.Errorf("%s (%d): policy %q lacks %q", path, a.code, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q allows something unsafe", path, csp)
		}
		if a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Referrer-Policy") == "" {
			t.Errorf("%s lacks a header: %v", path, a.header)
		}
		a.lacks(" style=", " onclick=", "javascript:")
		if regexp.MustCompile(`(src|href|action)="(https?:)?//`).MatchString(strings.ReplaceAll(a.body, w.base, "")) {
			t.Errorf("%s loads or links something from another host", path)
		}
	}
}

func TestOurFaultsSayNoMoreThanThat(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	must(t, w.db.Close())
	ann.get(org).status(500).has("Code 500").lacks("sql", "database", "goroutine")
	w.browser().get("/pricing").status(500).lacks("sql", "database", "goroutine")
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.get("/healthz").status(200).has(`"status":"ok"`)
	b.get("/readyz").status(200).has(`"ready":true`)
	*w.failing = http.ErrServerClosed
	b.get("/readyz").status(503).has(`"switch":"unavailable"`)
	b.get("/healthz").status(200)
}
