package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"parley/sfu/sfutest"
	"parley/tenants"
)

// developer is an organization's program, with a key of its own, that calls the room API as LiveKit's server SDKs do.
type developer struct {
	w   *world
	org *tenants.Scoped
	key tenants.MediaKey
}

func (w *world) developer(owner string) developer {
	w.t.Helper()
	_, org := w.owner(owner)
	o, err := w.store.OrgBySlug(w.t.Context(), strings.TrimPrefix(org, "/o/"))
	must(w.t, err)
	scoped := w.store.Org(o.ID)
	key, err := scoped.CreateKey(w.t.Context(), "robots")
	must(w.t, err)
	return developer{w: w, org: scoped, key: key}
}

type grants map[string]any

func (d developer) token(g grants) string {
	d.w.t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": d.key.ID, "nbf": time.Now().Add(-time.Second).Unix(), "exp": time.Now().Add(time.Hour).Unix(), "video": g,
	}).SignedString([]byte(d.key.Secret))
	must(d.w.t, err)
	return token
}

// bearer is an HTTP client of the generated LiveKit clients, with a token.
type bearer string

func (b bearer) Do(req *http.Request) (*http.Response, error) {
	req.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultClient.Do(req)
}

func (d developer) rooms(g grants) livekit.RoomService {
	return livekit.NewRoomServiceProtobufClient(d.w.base, bearer(d.token(g)))
}

func (d developer) asJSON(g grants) livekit.RoomService {
	return livekit.NewRoomServiceJSONClient(d.w.base, bearer(d.token(g)))
}

func admin(room string) grants { return grants{"roomAdmin": true, "room": room} }

// is says whether a call failed with a code of the protocol.
func is(err error, code twirp.ErrorCode) bool {
	var failed twirp.Error
	return errors.As(err, &failed) && failed.Code() == code
}

func done[A any](t *testing.T) func(A, error) A {
	return func(answer A, err error) A {
		t.Helper()
		must(t, err)
		return answer
	}
}

func TestRoomAPI(t *testing.T) {
	w := newWorld(t)
	w.freePlan(40*time.Minute, 10)
	acme := w.developer("Ann")
	ctx := t.Context()
	all := grants{"roomCreate": true, "roomList": true, "roomAdmin": true, "room": "standup"}

	for name, client := range map[string]livekit.RoomService{"protobuf": acme.rooms(all), "JSON": acme.asJSON(all)} {
		t.Run(name, func(t *testing.T) {
			room := done[*livekit.Room](t)(client.CreateRoom(ctx, &livekit.CreateRoomRequest{
				Name: "standup", Metadata: "chairs", EmptyTimeout: 60, DepartureTimeout: 30, MaxParticipants: 500,
			}))
			if room.GetName() != "standup" || room.GetSid() == "" || room.GetMetadata() != "chairs" || room.GetMaxParticipants() != 10 ||
				room.GetEmptyTimeout() != 60 || room.GetDepartureTimeout() != 30 {
				t.Errorf("the room is %v", room)
			}
			if list := done[*livekit.ListRoomsResponse](t)(client.ListRooms(ctx, &livekit.ListRoomsRequest{})); len(list.GetRooms()) != 1 || list.GetRooms()[0].GetSid() != room.GetSid() {
				t.Errorf("rooms: %v", list)
			}
			one, two := dialWith(t, w, acme.key.ID, acme.key.Secret, "standup", "one"), dialWith(t, w, acme.key.ID, acme.key.Secret, "standup", "two")
			eventually(t, "the two see each other", func() bool { return one.others() == 1 })
			microphone, err := one.Publish(ctx, sfutest.Microphone())
			must(t, err)
			who := &livekit.RoomParticipantIdentity{Room: "standup", Identity: "one"}
			eventually(t, "the track", func() bool {
				return len(done[*livekit.ParticipantInfo](t)(client.GetParticipant(ctx, who)).GetTracks()) == 1
			})
			people := done[*livekit.ListParticipantsResponse](t)(client.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: "standup"}))
			if len(people.GetParticipants()) != 2 || people.GetParticipants()[0].GetSid() != one.SID() {
				t.Errorf("people: %v", people)
			}

			mute := &livekit.MuteRoomTrackRequest{Room: "standup", Identity: "one", TrackSid: microphone.SID(), Muted: true}
			if track := done[*livekit.MuteRoomTrackResponse](t)(client.MutePublishedTrack(ctx, mute)).GetTrack(); !track.GetMuted() {
				t.Errorf("the track is %v", track)
			}
			mute.Muted = false
			if _, err := client.MutePublishedTrack(ctx, mute); !is(err, twirp.FailedPrecondition) {
				t.Errorf("unmuting somebody: %v", err)
			}
			info := done[*livekit.ParticipantInfo](t)(client.UpdateParticipant(ctx, &livekit.UpdateParticipantRequest{
				Room: "standup", Identity: "one", Name: "Number one", Attributes: map[string]string{"hand": "up"},
				Permission: &livekit.ParticipantPermission{CanSubscribe: true},
			}))
			if info.GetName() != "Number one" || len(info.GetTracks()) != 0 || info.GetPermission().GetCanPublish() {
				t.Errorf("the person is %v", info)
			}
			if _, err := client.UpdateParticipant(ctx, &livekit.UpdateParticipantRequest{Room: "standup", Identity: "one", Metadata: strings.Repeat("m", 9000)}); !is(err, twirp.InvalidArgument) {
				t.Errorf("too much metadata: %v", err)
			}
			done[*livekit.UpdateSubscriptionsResponse](t)(client.UpdateSubscriptions(ctx, &livekit.UpdateSubscriptionsRequest{Room: "standup", Identity: "two", TrackSids: []string{microphone.SID()}}))

			topic := "news"
			done[*livekit.SendDataResponse](t)(client.SendData(ctx, &livekit.SendDataRequest{Room: "standup", Data: make([]byte, 60_000), Topic: &topic, DestinationIdentities: []string{"two"}}))
			eventually(t, "the packet", func() bool {
				for _, p := range two.Packets() {
					if p.GetUser().GetTopic() == topic && len(p.GetUser().GetPayload()) == 60_000 {
						return true
					}
				}
				return false
			})
			if room := done[*livekit.Room](t)(client.UpdateRoomMetadata(ctx, &livekit.UpdateRoomMetadataRequest{Room: "standup", Metadata: "tables"})); room.GetMetadata() != "tables" {
				t.Errorf("the room is %v", room)
			}

			done[*livekit.RemoveParticipantResponse](t)(client.RemoveParticipant(ctx, &livekit.RoomParticipantIdentity{Room: "standup", Identity: "two", RevokeTokenTs: time.Now().Add(time.Hour).Unix()}))
			two.sentAway()
			if reason := two.LeaveRequest().GetReason(); reason != livekit.DisconnectReason_PARTICIPANT_REMOVED {
				t.Errorf("removed with %s", reason)
			}
			if _, err := client.RemoveParticipant(ctx, &livekit.RoomParticipantIdentity{Room: "standup", Identity: "two"}); !is(err, twirp.NotFound) {
				t.Errorf("removing somebody who is gone: %v", err)
			}

			done[*livekit.DeleteRoomResponse](t)(client.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: "standup"}))
			one.sentAway()
			if reason := one.LeaveRequest().GetReason(); reason != livekit.DisconnectReason_ROOM_DELETED {
				t.Errorf("the room ended with %s", reason)
			}
			if _, err := client.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: "standup"}); !is(err, twirp.NotFound) {
				t.Errorf("deleting it twice: %v", err)
			}
			if _, err := client.GetParticipant(ctx, who); !is(err, twirp.NotFound) {
				t.Errorf("a person of a room that is gone: %v", err)
			}
			if left := done[*livekit.ListParticipantsResponse](t)(client.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: "standup"})); len(left.GetParticipants()) != 0 {
				t.Errorf("people of a room that is gone: %v", left)
			}
			for method, err := range map[string]error{
				"ForwardParticipant": second(client.ForwardParticipant(ctx, &livekit.ForwardParticipantRequest{Room: "standup"})),
				"MoveParticipant":    second(client.MoveParticipant(ctx, &livekit.MoveParticipantRequest{Room: "standup"})),
				"PerformRpc":         second(client.PerformRpc(ctx, &livekit.PerformRpcRequest{Room: "standup"})),
			} {
				if !is(err, twirp.Unimplemented) {
					t.Errorf("%s: %v", method, err)
				}
			}
		})
	}
}

func second[A any](_ A, err error) error { return err }

// calls is every method with a room's name in it.
func calls(client livekit.RoomService, room string) map[string]error {
	ctx := context.Background()
	return map[string]error{
		"ListParticipants":    second(client.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: room})),
		"GetParticipant":      second(client.GetParticipant(ctx, &livekit.RoomParticipantIdentity{Room: room, Identity: "one"})),
		"RemoveParticipant":   second(client.RemoveParticipant(ctx, &livekit.RoomParticipantIdentity{Room: room, Identity: "one", RevokeTokenTs: 1})),
		"MutePublishedTrack":  second(client.MutePublishedTrack(ctx, &livekit.MuteRoomTrackRequest{Room: room, Identity: "one", TrackSid: "TR_x", Muted: true})),
		"UpdateParticipant":   second(client.UpdateParticipant(ctx, &livekit.UpdateParticipantRequest{Room: room, Identity: "one", Name: "Mallory"})),
		"UpdateSubscriptions": second(client.UpdateSubscriptions(ctx, &livekit.UpdateSubscriptionsRequest{Room: room, Identity: "one", TrackSids: []string{"TR_x"}})),
		"SendData":            second(client.SendData(ctx, &livekit.SendDataRequest{Room: room, Data: []byte("psst")})),
		"UpdateRoomMetadata":  second(client.UpdateRoomMetadata(ctx, &livekit.UpdateRoomMetadataRequest{Room: room, Metadata: "mine"})),
		"DeleteRoom":          second(client.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: room})),
	}
}

// Another organization's key neither sees nor touches a room, though it names it, and has one of that name itself.
func TestRoomAPIStaysInItsOrganization(t *testing.T) {
	w := newWorld(t)
	w.freePlan(40*time.Minute, 10)
	acme, evil := w.developer("Ann"), w.developer("Eve")
	one := dialWith(t, w, acme.key.ID, acme.key.Secret, "standup", "one")
	everything := grants{"roomCreate": true, "roomList": true, "roomAdmin": true, "room": "standup"}
	client := evil.rooms(everything)
	look := func() *livekit.ListRoomsResponse {
		return done[*livekit.ListRoomsResponse](t)(client.ListRooms(t.Context(), &livekit.ListRoomsRequest{Names: []string{"standup"}}))
	}
	check := func() {
		t.Helper()
		for method, err := range calls(client, "standup") {
			if err != nil && !is(err, twirp.NotFound) {
				t.Errorf("%s: %v", method, err)
			}
		}
		people := done[*livekit.ListParticipantsResponse](t)(acme.rooms(everything).ListParticipants(t.Context(), &livekit.ListParticipantsRequest{Room: "standup"}))
		if len(people.GetParticipants()) != 1 || people.GetParticipants()[0].GetName() == "Mallory" || one.gone() || len(one.Packets()) != 0 {
			t.Errorf("acme's room has changed: %v, %v", people, one.Packets())
		}
		if metadata := one.Join().GetRoom().GetMetadata(); metadata == "mine" {
			t.Error("acme's room has other metadata")
		}
	}
	if rooms := look().GetRooms(); len(rooms) != 0 {
		t.Errorf("evil sees %v", rooms)
	}
	check()
	done[*livekit.Room](t)(client.CreateRoom(t.Context(), &livekit.CreateRoomRequest{Name: "standup"}))
	if rooms := look().GetRooms(); len(rooms) != 1 || rooms[0].GetNumParticipants() != 0 || rooms[0].GetSid() == one.Join().GetRoom().GetSid() {
		t.Errorf("evil sees %v", rooms)
	}
	check()
}

func TestRoomAPIAsksForGrants(t *testing.T) {
	w := newWorld(t)
	acme := w.developer("Ann")
	ctx := t.Context()
	for name, g := range map[string]grants{
		"none": {}, "a person's": {"roomJoin": true, "room": "standup"}, "another room's": admin("kitchen"), "no room's": {"roomAdmin": true}, "a list": {"roomList": true},
	} {
		for method, err := range calls(acme.rooms(g), "standup") {
			if !is(err, twirp.PermissionDenied) {
				t.Errorf("%s with grants %s: %v", method, name, err)
			}
		}
		if _, err := acme.rooms(g).CreateRoom(ctx, &livekit.CreateRoomRequest{Name: "standup"}); !is(err, twirp.PermissionDenied) {
			t.Errorf("CreateRoom with grants %s: %v", name, err)
		}
		if _, err := acme.rooms(g).ListRooms(ctx, &livekit.ListRoomsRequest{}); (name == "a list") != (err == nil) {
			t.Errorf("ListRooms with grants %s: %v", name, err)
		}
	}
	create := acme.rooms(grants{"roomCreate": true})
	for name, q := range map[string]*livekit.CreateRoomRequest{
		"no name": {}, "a long name": {Name: strings.Repeat("n", 200)}, "much metadata": {Name: "a", Metadata: strings.Repeat("m", 64_001)},
	} {
		if _, err := create.CreateRoom(ctx, q); !is(err, twirp.InvalidArgument) {
			t.Errorf("a room with %s: %v", name, err)
		}
	}
	if _, err := create.CreateRoom(ctx, &livekit.CreateRoomRequest{Name: "a", Egress: &livekit.RoomEgress{}}); !is(err, twirp.Unimplemented) {
		t.Errorf("a room that records itself: %v", err)
	}
}

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

// A room that closes soon after the last person, or is created again, wins nobody a minute.
func TestRoomAPIWinsNoMinutes(t *testing.T) {
	w := newWorld(t)
	w.freePlan(40*time.Minute, 10)
	acme := w.developer("Ann")
	client := acme.rooms(grants{"roomCreate": true, "roomList": true})
	create := func() {
		t.Helper()
		done[*livekit.Room](t)(client.CreateRoom(t.Context(), &livekit.CreateRoomRequest{Name: "standup", DepartureTimeout: 1}))
	}
	end := func(p *peer) int64 {
		t.Helper()
		var clock struct{ EndsAt int64 }
		must(t, json.Unmarshal([]byte(p.Join().GetRoom().GetMetadata()), &clock))
		return clock.EndsAt
	}
	create()
	first := dialWith(t, w, acme.key.ID, acme.key.Secret, "standup", "one")
	was := end(first)
	if was == 0 {
		t.Fatal("the meeting has no end")
	}
	first.Leave()
	eventually(t, "the room closes", func() bool {
		return len(done[*livekit.ListRoomsResponse](t)(client.ListRooms(t.Context(), &livekit.ListRoomsRequest{})).GetRooms()) == 0
	})
	// What happened in another room afterwards is known, and so this is.
	dialWith(t, w, acme.key.ID, acme.key.Secret, "kitchen", "two").Leave()
	kitchen := done[tenants.Room](t)(acme.org.RoomByMediaName(t.Context(), "kitchen"))
	eventually(t, "everybody is known to have left", func() bool {
		_, here, err := acme.org.Current(t.Context(), kitchen.ID)
		must(t, err)
		return len(here) == 0
	})
	create()
	if is := end(dialWith(t, w, acme.key.ID, acme.key.Secret, "standup", "one")); is != was {
		t.Errorf("the meeting ends %s later", time.Duration(is-was)*time.Millisecond)
	}
}
