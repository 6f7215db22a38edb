package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/websocket"
	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// checkStart is what the lobby's page gets to check a network with.
type checkStart struct {
	Server string
	Tokens []string
}

func (b *browser) startCheck(code string) (start checkStart) {
	b.w.t.Helper()
	b.get("/m/" + code).status(200)
	must(b.w.t, json.Unmarshal([]byte(b.postJSON("/m/"+code+"/check", form()).status(200).body), &start))
	return start
}

// A guest at the lobby checks their network through the media node, and neither meeting, quota nor usage knows of it.
func TestAGuestChecksTheirNetworkAndItCountsForNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.freePlan(40*time.Minute, 1) // one person a meeting
		ann, org := w.owner("Ann")
		code := ann.room(org)
		start := w.browser().startCheck(code)
		if len(start.Tokens) != 5 {
			t.Fatalf("%d tokens", len(start.Tokens))
		}
		for _, token := range start.Tokens[:3] {
			p := dialToken(t, start.Server, token)
			must(t, p.SendData(t.Context(), sfutest.Text(sfu.TopicCheckEcho, "hello?"), livekit.DataPacket_RELIABLE))
			eventually(t, "the node's answer", func() bool { return len(p.Packets()) > 0 })
			if p.others() != 0 {
				t.Errorf("who checks sees %v", p.People())
			}
		}
		ann.get("/m/" + code).status(200).has("Nobody")
		ann.get(org + "/meetings").status(200).has("No meeting")
		o, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
		must(t, err)
		rooms, err := w.node.RoomsOf(t.Context(), string(o.ID), nil)
		must(t, err)
		if len(rooms) != 0 {
			t.Errorf("open rooms: %v", rooms)
		}
		dial(t, ann.join(code, "Ann")) // the one seat, and the one meeting at a time, are free
		page := ann.get(org + "/meetings").status(200).body
		if strings.Contains(page, "way-0") || strings.Contains(page, "check-") {
			t.Error("the check is on the page of meetings")
		}
	})
}

func TestATokenOfACheckOpensNothingElse(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	guest := w.browser()
	start := guest.startCheck(code)
	var claims jwt.MapClaims
	_, _, err := jwt.NewParser().ParseUnverified(start.Tokens[0], &claims)
	must(t, err)
	video, _ := claims["video"].(map[string]any)
	room, _ := video["room"].(string)
	if video["canPublish"] != false || video["canSubscribe"] != false || video["hidden"] != true || !strings.HasPrefix(room, "check-") {
		t.Errorf("the token grants %v", video)
	}
	if expires, err := claims.GetExpirationTime(); err != nil || time.Until(expires.Time) > 2*time.Minute {
		t.Errorf("the token is good until %v (%v)", expires, err)
	}

	t.Run("it works on our own pages only", func(t *testing.T) {
		header := http.Header{"Origin": {"https://evil.example"}}
		_, res, err := websocket.DefaultDialer.DialContext(t.Context(), start.Server+"/rtc?access_token="+start.Tokens[0], header)
		if err == nil || res == nil || res.StatusCode != 403 {
			t.Errorf("dial gave %v, want 403", err)
		}
	})
	t.Run("each check is a room of its own", func(t *testing.T) {
		again := guest.startCheck(code)
		if again.Tokens[0] == start.Tokens[0] {
			t.Error("the same token twice")
		}
	})
	for name, who := range map[string]struct{ org, room string }{
		"an organization cannot make such rooms itself, to meet without a meeting": {org, otherwise(room)},
		"another organization's key opens no room of this one's":                   {anotherOrg(w), room},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(who.org, "/o/"))
			must(t, err)
			key, err := w.store.Org(o.ID).CreateKey(t.Context(), "robots")
			must(t, err)
			token, err := sfu.SignToken(key.ID, []byte(key.Secret), sfu.Grant{Room: who.room, Identity: "i", Attributes: map[string]string{"door": "web"}}, time.Now())
			must(t, err)
			if p, err := sfutest.Dial(t.Context(), start.Server, sfutest.Options{Token: token}); !sfutest.ErrRefused(err) {
				p.Leave()
				t.Errorf("it got in, or fell over: %v", err)
			}
			if rooms := w.node.Rooms(); len(rooms) != 0 {
				t.Errorf("open: %v", rooms)
			}
		})
	}
}

// otherwise is a name with another letter at its end.
func otherwise(name string) string {
	last := "x"
	if strings.HasSuffix(name, last) {
		last = "y"
	}
	return name[:len(name)-1] + last
}

func anotherOrg(w *world) string {
	_, org := w.owner("Eve")
	return org
}

func TestWhoMayCheckTheirNetwork(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	bob := w.member(org, "Bob", tenants.RoleMember)
	code := ann.room(org)
	ann.get(org + "/policies").status(200)
	ann.post(org+"/policies", form("waiting", "nobody", "share", "everyone", "chat", "everyone")).status(303) // no guests
	guest := w.browser()
	guest.get("/pricing").status(200)
	guest.postJSON("/m/"+code+"/check", form()).status(403)
	guest.postJSON("/m/abcd-efgh-jkmn/check", form()).status(404)
	bob.startCheck(code)

	t.Run("not without the page's word", func(t *testing.T) {
		b := w.browser()
		b.postJSON("/m/"+code+"/check", form()).status(403)
	})
	t.Run("not without end", func(t *testing.T) {
		last := 0
		for range 40 {
			last = bob.postJSON("/m/"+code+"/check", form()).code
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("the fortieth check in a row was answered %d", last)
		}
	})
}

// A check is over after its time, also for who kept a token for later.
func TestACheckEndsByItself(t *testing.T) {
	clock := &ahead{Clock: clockwork.NewRealClock()}
	w := newWorldAt(t, tenantstest.SQLitePath(t), clock)
	ann, org := w.owner("Ann")
	start := ann.startCheck(ann.room(org))
	p := dialToken(t, start.Server, start.Tokens[0])
	clock.put(3 * time.Minute)
	p.sentAway()
	if late, err := sfutest.Dial(t.Context(), start.Server, sfutest.Options{Token: start.Tokens[1]}); err == nil {
		late.Leave()
		t.Error("a token works after its time")
	}
}

func TestThePageForWhoLooksAfterTheNetworkIsForAnybody(t *testing.T) {
	w := newWorld(t)
	doors := w.node.Doors()
	port := strconv.Itoa(doors.Port)
	b := w.browser()
	b.get("/network?room=k7dm-9q2x-h4tw").status(200).has("UDP "+port, "TCP "+port, "127.0.0.1", `href="/m/k7dm-9q2x-h4tw"`)
	b.get("/network?room="+url.QueryEscape(`"><script>x`)).status(200).lacks("<script>x", `href="/m/`)
}
