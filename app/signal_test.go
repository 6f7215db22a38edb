package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// dialWith joins with a token that an organization signed itself, as its developers do.
func dialWith(t *testing.T, w *world, key, secret, room, identity string) *peer {
	t.Helper()
	token, err := sfu.SignToken(key, []byte(secret), sfu.Grant{Room: room, Identity: identity}, time.Now())
	must(t, err)
	return dialToken(t, "ws"+strings.TrimPrefix(w.base, "http"), token)
}

func TestTheSignallingDoor(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	session := ann.join(code, "Ann")
	b := w.browser()

	for _, path := range []string{"/rtc", "/rtc/v1"} {
		t.Run(path, func(t *testing.T) {
			for name, token := range map[string]string{
				"no token":          "",
				"not a token":       "nonsense",
				"a changed token":   session.Token[:len(session.Token)-4] + "AAAA",
				"a token of no key": unsigned(t),
			} {
				t.Run(name, func(t *testing.T) {
					b.get(path + "/validate?access_token=" + token).status(401)
					b.get(path + "?access_token=" + token).status(401)
				})
			}
		})
	}
	t.Run("a good token is told so", func(t *testing.T) {
		b.get("/rtc/validate?access_token=" + session.Token).status(200).has("success")
	})
	t.Run("a page of another site cannot use a token of ours", func(t *testing.T) {
		header := http.Header{"Origin": {"https://evil.example"}}
		_, res, err := websocket.DefaultDialer.DialContext(t.Context(), session.ServerURL+"/rtc?access_token="+session.Token, header)
		if err == nil || res == nil || res.StatusCode != 403 {
			t.Errorf("dial gave %v, want 403", err)
		}
	})
	t.Run("a message that is too large ends the connection and nothing else", func(t *testing.T) {
		ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), session.ServerURL+"/rtc?access_token="+session.Token, nil)
		must(t, err)
		defer ws.Close()
		_ = ws.WriteMessage(websocket.BinaryMessage, make([]byte, 1<<20))
		must(t, ws.SetReadDeadline(time.Now().Add(30*time.Second)))
		for err == nil {
			_, _, err = ws.ReadMessage()
		}
		b.get("/healthz").status(200)
	})
	t.Run("a message that is no signal ends the connection and nothing else", func(t *testing.T) {
		ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), session.ServerURL+"/rtc?access_token="+session.Token, nil)
		must(t, err)
		defer ws.Close()
		must(t, ws.WriteMessage(websocket.BinaryMessage, []byte("\xff\xff\xff this is no protobuf")))
		must(t, ws.SetReadDeadline(time.Now().Add(30*time.Second)))
		for err == nil {
			_, _, err = ws.ReadMessage()
		}
		b.get("/healthz").status(200)
	})
}

func TestAKeyOfAnOrganizationMakesItsRoomsAtTheFirstJoin(t *testing.T) {
	w := newWorld(t)
	w.freePlan(40*time.Minute, 2)
	_, org := w.owner("Ann")
	o, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
	must(t, err)
	key, err := w.store.Org(o.ID).CreateKey(t.Context(), "robots")
	must(t, err)
	one := dialWith(t, w, key.ID, key.Secret, "standup", "one")
	dialWith(t, w, key.ID, key.Secret, "standup", "two")
	eventually(t, "the two see each other", func() bool { return one.others() == 1 })
	t.Run("within the organization's limits", func(t *testing.T) {
		token, err := sfu.SignToken(key.ID, []byte(key.Secret), sfu.Grant{Room: "standup", Identity: "three"}, time.Now())
		must(t, err)
		if _, err := sfutest.Dial(t.Context(), "ws"+strings.TrimPrefix(w.base, "http"), sfutest.Options{Token: token}); !sfutest.ErrRefused(err) {
			t.Errorf("the third person of two got in, or fell over: %v", err)
		}
	})
}

func unsigned(t *testing.T) string {
	t.Helper()
	token, err := sfu.SignToken("PK00000000000000", []byte(strings.Repeat("x", 32)), sfu.Grant{Room: "r", Identity: "i"}, time.Now())
	must(t, err)
	return token
}
