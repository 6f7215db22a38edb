package app_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/tenants"
)

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
