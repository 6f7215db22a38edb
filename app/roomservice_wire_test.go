package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"
)

// What comes over the wire when it goes wrong: a code and a sentence as JSON, and the status that belongs to the code.
func TestRoomAPIOnTheWire(t *testing.T) {
	w := newWorld(t)
	acme := w.developer("Ann")
	good := acme.token(grants{"roomList": true})
	forged := good[:len(good)-4] + "AAAA"
	for name, test := range map[string]struct {
		method, path, token, kind, body string
		status                          int
		code                            string
	}{
		"fine":           {"POST", "livekit.RoomService/ListRooms", good, "application/json", `{"names":["a"],"unknown":1}`, 200, ""},
		"no token":       {"POST", "livekit.RoomService/ListRooms", "", "application/json", `{}`, 401, "unauthenticated"},
		"a forged token": {"POST", "livekit.RoomService/ListRooms", forged, "application/json", `{}`, 401, "unauthenticated"},
		"no grant":       {"POST", "livekit.RoomService/CreateRoom", good, "application/json", `{"name":"a"}`, 403, "permission_denied"},
		"no JSON":        {"POST", "livekit.RoomService/ListRooms", good, "application/json", `{`, 400, "malformed"},
		"no protobuf":    {"POST", "livekit.RoomService/ListRooms", good, "application/protobuf", "\xff\xff\xff", 400, "malformed"},
		"another type":   {"POST", "livekit.RoomService/ListRooms", good, "text/plain", `{}`, 404, "bad_route"},
		"GET":            {"GET", "livekit.RoomService/ListRooms", good, "application/json", "", 404, "bad_route"},
		"no such method": {"POST", "livekit.RoomService/Dance", good, "application/json", `{}`, 404, "bad_route"},
		"no service":     {"POST", "livekit.Egress/ListEgress", good, "application/json", `{}`, 404, "bad_route"},
		"too large":      {"POST", "livekit.RoomService/ListRooms", good, "application/json", strings.Repeat(" ", 200<<10) + `{}`, 400, "invalid_argument"},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), test.method, w.base+"/twirp/"+test.path, bytes.NewReader([]byte(test.body)))
			must(t, err)
			req.Header.Set("Content-Type", test.kind)
			req.Header.Set("Authorization", "Bearer "+test.token)
			res, err := http.DefaultClient.Do(req)
			must(t, err)
			defer res.Body.Close()
			raw, err := io.ReadAll(res.Body)
			must(t, err)
			var answer struct{ Code, Msg string }
			if err := json.Unmarshal(raw, &answer); err != nil || res.StatusCode != test.status || answer.Code != test.code || (test.code != "") != (answer.Msg != "") {
				t.Errorf("%d %s, want %d %s", res.StatusCode, raw, test.status, test.code)
			}
		})
	}
}

// One organization's calls are slowed down together, and nobody else's with them.
func TestRoomAPISlowsOneOrganizationDown(t *testing.T) {
	w := newWorld(t)
	acme, other := w.developer("Ann"), w.developer("Eve")
	list := func(client livekit.RoomService) error {
		return second(client.ListRooms(t.Context(), &livekit.ListRoomsRequest{}))
	}
	client, calls := acme.rooms(grants{"roomList": true}), 0
	var err error
	for ; err == nil && calls < 1000; calls++ {
		err = list(client)
	}
	if !is(err, twirp.ResourceExhausted) || calls < 600 {
		t.Errorf("after %d calls: %v", calls, err)
	}
	must(t, list(other.rooms(grants{"roomList": true})))
}
