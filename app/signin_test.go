package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

const annsPassword = "two chairs and a lamp"

// letter waits for the newest mail to an address whose subject has the word in it, and gives the first link in it.
func (w *world) letter(to, word string) (link string) {
	w.t.Helper()
	eventually(w.t, "a mail to "+to+" about "+word, func() bool {
		mails, err := w.mails.List()
		must(w.t, err)
		for _, m := range mails {
			if m.To == to && strings.Contains(m.Subject, word) {
				link = regexp.MustCompile(`https?://\S+`).FindString(m.Text)
				return true
			}
		}
		return false
	})
	return link
}

// signIn signs in with the right password or not.
func (b *browser) signIn(email, password string) *answer {
	b.w.t.Helper()
	b.get("/login").status(200)
	return b.post("/login", form("email", email, "password", password))
}

func TestANewPasswordByMail(t *testing.T) { onBoth(t, newPasswordByMail) }

func newPasswordByMail(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	b := w.browser()
	strip := regexp.MustCompile(`(nonce|value)="[^"]*"|[a-z]+(@|%40)parley\.example`)
	ask := func(email string) string {
		b.get("/forgot").status(200)
		a := b.post("/forgot", form("email", email)).status(200)
		return strip.ReplaceAllString(a.body, "")
	}
	if ask("ann@parley.example") != ask("nobody@parley.example") {
		t.Error("one can tell from the answer which addresses have an account")
	}
	link := w.letter("ann@parley.example", "Choose")
	b.get(link).status(200)
	token := queryOf(t, link, "token")
	b.post("/reset", form("token", token, "password", "password12")).status(400).has("Pick another", `value="`+token+`"`)
	b.post("/reset", form("token", token, "password", "a heron on the jetty")).status(303).location("/login?why=reset")
	b.get("/login?why=reset").has("Your new password is set")
	b.post("/reset", form("token", token, "password", "a heron on the quay")).status(400).has("used up")
	b.get(link).status(400).has("used up")
	ann.get(org).status(303)
	b.signIn("ann@parley.example", annsPassword).status(401)
	b.signIn("ann@parley.example", "a heron on the jetty").status(303)
	mails, err := w.mails.List()
	must(t, err)
	for _, m := range mails {
		if m.To == "nobody@parley.example" {
			t.Error("somebody without an account got a mail")
		}
	}
}

func queryOf(t *testing.T, link, name string) string {
	t.Helper()
	u, err := url.Parse(link)
	must(t, err)
	return u.Query().Get(name)
}

func TestTooManyTriesAreToldKindly(t *testing.T) {
	w := newWorld(t)
	w.owner("Ann")
	b := w.browser()
	var last *answer
	for range 6 {
		last = b.signIn("ann@parley.example", "not her password")
	}
	last.status(429).has("too many tries", "1 minute", "choose a new password", `value="ann@parley.example"`).lacks("not her password")
	if last.header.Get("Retry-After") == "" {
		t.Error("a program is not told when to come back")
	}
	b.signIn("ann@parley.example", annsPassword).status(429)
	w.browser().signIn("nobody@parley.example", "x").status(401)
}

func TestSocketsAreSlowedDownInPlainWords(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	var last *answer
	for range 700 {
		if last = b.get("/rtc/validate"); last.code == http.StatusTooManyRequests {
			break
		}
	}
	last.status(429).has("try again in")
	if last.header.Get("Retry-After") == "" || strings.Contains(last.body, "<html") {
		t.Errorf("answer %q, Retry-After %q", last.body, last.header.Get("Retry-After"))
	}
}

func TestWhereOneIsSignedIn(t *testing.T) { onBoth(t, whereOneIsSignedIn) }

func whereOneIsSignedIn(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	phone, library := w.browser(), w.browser()
	for _, b := range []*browser{phone, library} {
		b.signIn("ann@parley.example", annsPassword).status(303)
	}
	ben, _ := w.owner("Ben")

	page := ann.get("/me/security").status(200).has("This browser", "on this machine", "Sign out everywhere else")
	ends := regexp.MustCompile(`/me/sign-ins/[0-9a-f-]{36}/end`).FindAllString(page.body, -1)
	if len(ends) != 2 {
		t.Fatalf("%d others are listed, want 2", len(ends))
	}
	ben.get("/me/security").status(200)
	for _, end := range ends {
		ben.post(end, form()).status(303)
	}
	phone.get(org).status(200)
	library.get(org).status(200)

	ann.post(ends[0], form()).status(303)
	in := 0
	for _, b := range []*browser{phone, library} {
		if b.get(org).code == 200 {
			in++
		}
	}
	if in != 1 {
		t.Errorf("after ending one of two, %d are in", in)
	}
	ann.post("/me/sign-ins/end-others", form()).status(303)
	ann.get("/me/security?done=others").status(200).has("All other browsers are signed out").lacks("Sign out everywhere else")
	phone.get(org).status(303)
	library.get(org).status(303)
}

func TestManySignInsTakePages(t *testing.T) {
	w := newWorld(t)
	ann, _ := w.owner("Ann")
	who, err := w.store.UserByEmail(t.Context(), "ann@parley.example")
	must(t, err)
	for range 24 {
		_, err := w.store.StartSignIn(t.Context(), tenants.StartSignInInput{User: who.ID, Browser: "Firefox", Method: tenants.ByPassword})
		must(t, err)
	}
	shown := func(path string, want int) *answer {
		page := ann.get(path).status(200).has("deleted 120 days after it was last used")
		if n := strings.Count(page.body, `data-testid="sign-in"`); n != want {
			t.Errorf("%s shows %d sign-ins, want %d", path, n, want)
		}
		return page
	}
	shown("/me/security", 20).has("This browser", "1 to 20 of 25", `href="/me/security?page=2"`, "Sign out everywhere else")
	second := shown("/me/security?page=2", 5).has("21 to 25 of 25", `href="/me/security?page=1"`, "Sign out everywhere else").lacks("This browser")
	shown("/me/security?page=999999999999999999999", 20)
	end := regexp.MustCompile(`/me/sign-ins/[0-9a-f-]{36}/end`).FindString(second.body)
	ann.get("/me/security?page=2")
	ann.post(end, form("page", "2")).status(303).location("/me/security?done=ended&page=2")
	ann.post("/me/sign-ins/end-others", form()).status(303)
	shown("/me/security?done=others", 1).lacks("Sign out everywhere else", "Next")
}

func TestTheSessionIsRenewedWhenRightsChange(t *testing.T) {
	w := newWorld(t)
	ann, _ := w.owner("Ann")
	ann.get("/me/security").status(200)
	cookie := func() string {
		u, _ := url.Parse(w.base)
		for _, c := range ann.http.Jar.Cookies(u) {
			if c.Name == "parley_session" {
				return c.Value
			}
		}
		return ""
	}
	before := cookie()
	ann.get("/me/security").status(200)
	if cookie() != before {
		t.Error("the session changes from page to page")
	}
	ann.post("/me/password", form("present", annsPassword, "password", "a heron on the jetty")).status(303)
	if cookie() == before {
		t.Error("the session's id is the same after the password changed")
	}
	ann.get("/me/security").status(200)
	thief := w.browser()
	u, _ := url.Parse(w.base)
	thief.http.Jar.SetCookies(u, []*http.Cookie{{Name: "parley_session", Value: before, Path: "/"}})
	thief.get("/me/security").status(303)
	w.letter("ann@parley.example", "was changed")

	before = cookie()
	ann.post("/me/address", form("email", "ann@new.example", "present", "a heron on the jetty")).status(303)
	link := w.letter("ann@new.example", "new address")
	ann.get(link).status(200)
	ann.post("/address/take", form("token", queryOf(t, link, "token"))).status(200).has("new address is set")
	ann.get("/me/security").status(200).has("ann@new.example")
	if cookie() == before {
		t.Error("the session's id is the same after the address changed")
	}
}

func TestTheOldAddressCanStopTheNewOne(t *testing.T) { onBoth(t, oldAddressCanStopTheNewOne) }

func oldAddressCanStopTheNewOne(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	ann.get("/me/security").status(200)
	ann.post("/me/address", form("email", "ann@new.example", "present", "wrong")).status(400).has("not your present password", `value="ann@new.example"`)
	ann.post("/me/address", form("email", "not an address", "present", annsPassword)).status(400).has("not complete", `value="not an address"`)
	ann.post("/me/address", form("email", "ann@new.example", "present", annsPassword)).status(303)
	ann.get("/me/security").has("ann@new.example")
	take, keep := w.letter("ann@new.example", "new address"), w.letter("ann@parley.example", "about to change")

	b := w.browser()
	b.get(take).status(200) // a mail program that opens links by itself changes nothing
	b.get(keep).status(200)
	ann.get(org).status(200)
	b.post("/address/keep", form("token", queryOf(t, keep, "token"))).status(303).location("/login?why=kept")
	ann.get(org).status(303)
	b.get(take).status(200)
	b.post("/address/take", form("token", queryOf(t, take, "token"))).status(400).has("used up")
	b.signIn("ann@parley.example", annsPassword).status(303)
}
