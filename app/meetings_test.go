package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/billing"
	"parley/sfu"
	"parley/views"
)

// join posts the lobby's form as its script does.
func (b *browser) join(code, name string) views.MeetingSession {
	b.w.t.Helper()
	b.get("/m/" + code).status(200)
	a := b.postJSON("/m/"+code+"/join", form("name", name)).status(200)
	var s views.MeetingSession
	must(b.w.t, json.Unmarshal([]byte(a.body), &s))
	return s
}

// freePlan changes the free plan's limits.
func (w *world) freePlan(length time.Duration, people int) {
	w.t.Helper()
	must(w.t, w.billing.SetPlanLimits(w.t.Context(), billing.FreePlan, billing.LimitsChange{MeetingLength: &length, Participants: &people}))
}

func TestAGuestComesInWithALinkAndAName(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	guest := w.browser()
	guest.get("/m/"+code).status(200).has("Kitchen refit", "Join")
	s := guest.join(code, "  Leila \u202e Haddad\n")
	if s.Name != "Leila Haddad" || s.Host || s.CanUpgrade || s.Token == "" {
		t.Errorf("the guest's session is %+v", s)
	}
	if host := ann.join(code, ""); !host.Host || !host.CanUpgrade || len(host.Offers) == 0 || host.Name != "Ann" {
		t.Errorf("the owner's session is %+v", host)
	}
	t.Run("a reload is the same person", func(t *testing.T) {
		guest.get("/m/"+code+"/room").status(200).has(s.Identity, "Leila Haddad")
	})
	t.Run("joining again is the same person and takes no second seat", func(t *testing.T) {
		if again := guest.join(code, "Leila"); again.Identity != s.Identity {
			t.Errorf("identity %q became %q", s.Identity, again.Identity)
		}
	})
	t.Run("a fresh token needs the seat", func(t *testing.T) {
		guest.get("/m/" + code)
		guest.postJSON("/m/"+code+"/token", form()).status(200).has(s.Identity)
		stranger := w.browser()
		stranger.get("/m/" + code)
		stranger.postJSON("/m/"+code+"/token", form()).status(403)
	})
	t.Run("a forged seat leads to the lobby", func(t *testing.T) {
		forger := w.browser()
		u, _ := url.Parse(w.base + "/m/" + code + "/room")
		forger.http.Jar.SetCookies(u, []*http.Cookie{{Name: "parley_seat", Value: "eyJhbGciOiJub25lIn0.eyJuYW1lIjoieCIsImlkIjoieCJ9."}})
		forger.get("/m/" + code + "/room").status(303).location("/m/" + code)
	})
	t.Run("without a name one stays in the lobby", func(t *testing.T) {
		nobody := w.browser()
		nobody.get("/m/" + code)
		nobody.post("/m/"+code+"/join", form("name", " \u200b ")).status(400).has(`aria-invalid="true"`)
	})
	t.Run("without script the form leads to the meeting's page", func(t *testing.T) {
		plain := w.browser()
		plain.get("/m/" + code)
		plain.post("/m/"+code+"/join", form("name", "Plain")).status(303).location("/m/" + code + "/room")
	})
}

func TestCodesAreReadKindlyAndWrongOnesSaySo(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	b := w.browser()
	b.get("/join").status(200).has("Code or link")
	for _, typed := range []string{code, strings.ToUpper(code), strings.ReplaceAll(code, "-", " "), w.base + "/m/" + code + "?x=1"} {
		b.post("/join", form("code", typed)).status(303).location("/m/" + code)
	}
	b.post("/join", form("code", "no such thing")).status(400).has("no such thing")
	b.get("/m/" + strings.ToUpper(code)).status(303).location("/m/" + code)
	b.get("/m/zzzz-zzzz-zzzz").status(404)
}

func TestPersonOneTooManyIsToldKindly(t *testing.T) {
	w := newWorld(t)
	w.freePlan(40*time.Minute, 2)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	ann.join(code, "Ann")
	w.browser().join(code, "Leila")
	late := w.browser()
	late.get("/m/" + code)
	late.post("/m/"+code+"/join", form("name", "Mateo")).status(409).has("Every seat is taken")
	late.postJSON("/m/"+code+"/join", form("name", "Mateo")).status(409)
}

func TestOnlyMembersEndAMeetingForAll(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	ann.join(code, "Ann")
	ann.get("/m/" + code)
	ann.postJSON("/m/"+code+"/end", form()).status(204) // also before anybody's media is connected
	ann.join(code, "Ann")
	guest := w.browser()
	session := guest.join(code, "Leila")
	peer := dial(t, session)
	guest.postJSON("/m/"+code+"/end", form()).status(403)
	ann.get("/m/" + code)
	ann.postJSON("/m/"+code+"/end", form()).status(204)
	peer.sentAway()
	guest.get("/m/" + code + "/room").status(410).has("ended")
	guest.get("/m/" + code + "/after").status(200)
	ann.join(code, "Ann") // the host may start the next one
	guest.join(code, "Leila")
}

func TestTheMeetingEndsAtItsLimitAndTheRoomRests(t *testing.T) {
	w := newWorld(t)
	w.freePlan(4*time.Second, 10)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	peer := dial(t, ann.join(code, "Ann"))
	peer.sentAway()
	ann.get("/m/" + code + "/after").status(200).has("Upgrade")
	eventually(t, "the meeting's row says that the limit ended it", func() bool {
		_, room, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		m, err := w.store.Org(room.Org).LastMeeting(t.Context(), room.ID)
		must(t, err)
		return m.EndReason == "limit"
	})
}

func TestUpgradingLiftsARunningMeeting(t *testing.T) { onBoth(t, upgradingLifts) }

func upgradingLifts(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	code := ann.room(org)
	session := ann.join(code, "Ann")
	peer := dial(t, session)
	before := w.limits(t, code)

	ann.get(org + "/billing").status(200)
	res := ann.post(org+"/checkout", form("plan", "pro", "interval", "month", "return", "meeting")).status(303)
	hosted := res.header.Get("Location")
	page := ann.get(hosted).status(200).has("Pay")
	payAt(t, ann, page, hosted)

	eventually(t, "the node gives the meeting Pro's length", func() bool {
		now := w.limits(t, code)
		return now.Revision > before.Revision && now.Plan == "Pro" && now.EndsAt.Sub(before.EndsAt) > 24*time.Hour
	})
	if peer.gone() {
		t.Error("the host was dropped by upgrading")
	}
	ann.get(org + "/billing").status(200).has("Pro")
	t.Run("a second purchase is refused", func(t *testing.T) {
		ann.get(org + "/billing")
		ann.post(org+"/checkout", form("plan", "pro", "interval", "month")).status(409)
	})
}

func TestAForgedStripeEventChangesNothing(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for name, signature := range map[string]string{"no signature": "", "another secret": "t=1700000000,v1=00"} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.base+"/webhooks/stripe", strings.NewReader(`{"id":"evt_1","type":"customer.subscription.updated"}`))
			must(t, err)
			req.Header.Set("Stripe-Signature", signature)
			res, err := b.http.Do(req)
			must(t, err)
			defer res.Body.Close()
			if res.StatusCode != 400 {
				t.Errorf("answered %d, want 400", res.StatusCode)
			}
		})
	}
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// payAt presses "Pay" on the stand-in's page and follows to where it leads.
func payAt(t *testing.T, b *browser, page *answer, hosted string) {
	t.Helper()
	found := tokenField.FindStringSubmatch(page.body)
	if found == nil {
		t.Fatalf("no token on the payment page:\n%s", excerpt(page.body))
	}
	res := b.do(http.MethodPost, hosted+"/pay", "text/html", form("token", found[1])).status(303)
	b.get(res.header.Get("Location")).status(200).has("Pro")
}

func (w *world) limits(t *testing.T, code string) sfu.Limits {
	t.Helper()
	for _, r := range w.node.Rooms() {
		if r.Room.Room == code {
			return r.Limits
		}
	}
	return sfu.Limits{}
}
