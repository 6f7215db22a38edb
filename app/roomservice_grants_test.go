package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"
)

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
