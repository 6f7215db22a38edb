package sfu_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// clocks are the meeting's ends that a peer was told of by packets.
func clocks(peer *sfutest.Peer) []int64 {
	var ends []int64
	for _, packet := range peer.Packets() {
		var clock struct {
			EndsAt int64
			Plan   string
		}
		if packet.GetUser().GetTopic() == sfu.TopicClock && json.Unmarshal(packet.GetUser().GetPayload(), &clock) == nil && clock.Plan != "" {
			ends = append(ends, clock.EndsAt)
		}
	}
	return ends
}

func TestRoomMetadataAndTheClockGetThroughBoth(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, end := fakeWorld(t)
			ann := w.join("ann", sfutest.Options{SinglePC: single[0]})
			if !slices.Contains([]byte(ann.Join().GetRoom().GetMetadata()), '{') {
				t.Errorf("metadata %q, want the clock", ann.Join().GetRoom().GetMetadata())
			}
			room, err := w.node.UpdateRoomMetadata(w.ctx, acme, "agenda: chairs")
			w.ok(err)
			if room.GetMetadata() != "agenda: chairs" || room.GetName() != acme.Room {
				t.Errorf("the answer shows %v", room)
			}
			bob := w.join("bob", sfutest.Options{SinglePC: single[1]})
			for _, peer := range []*sfutest.Peer{ann, bob} {
				w.until(peer, "the metadata", func() bool { return peer.Join().GetRoom().GetMetadata() == "agenda: chairs" })
				w.until(peer, "the clock", func() bool { return slices.Equal(clocks(peer), []int64{end.UnixMilli()}) })
			}
			later := end.Add(time.Hour)
			w.open(acme, sfu.Limits{Participants: 100, EndsAt: later, Revision: 2, Plan: "Pro"})
			w.until(bob, "the later end", func() bool { return slices.Contains(clocks(bob), later.UnixMilli()) })
			if bob.Join().GetRoom().GetMetadata() != "agenda: chairs" {
				t.Errorf("metadata %q after the change", bob.Join().GetRoom().GetMetadata())
			}
			_, err = w.node.UpdateRoomMetadata(w.ctx, acme, "")
			w.ok(err)
			w.until(bob, "the clock in the metadata again", func() bool { return json.Valid([]byte(bob.Join().GetRoom().GetMetadata())) })
			if _, err := w.node.UpdateRoomMetadata(w.ctx, acme, string(make([]byte, 64_001))); !errors.Is(err, sfu.ErrTooLarge) {
				t.Errorf("64,001 bytes of metadata: %v", err)
			}
		})
	}
}

func TestOwnSeatsNeverRaiseTheLimit(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	configure := func(most uint32) uint32 {
		room, err := w.node.ConfigureRoom(w.ctx, acme, &livekit.CreateRoomRequest{MaxParticipants: most})
		w.ok(err)
		return room.GetMaxParticipants()
	}
	if got := configure(1000); got != 100 {
		t.Errorf("asked for 1000 of 100, got %d", got)
	}
	if got := configure(1); got != 1 {
		t.Errorf("asked for 1, got %d", got)
	}
	w.join("ann", signaling)
	if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "bob"})}); !sfutest.ErrRefused(err) {
		t.Errorf("the second person in a room for one: %v", err)
	}
	w.open(acme, sfu.Limits{Participants: 200, Revision: 1})
	if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "bob"})}); !sfutest.ErrRefused(err) {
		t.Errorf("after an upgrade: %v", err)
	}
}

func TestEmptyAndDepartureTimeouts(t *testing.T) {
	t.Parallel()
	w, clock, _ := fakeWorld(t)
	open := func() bool { return len(w.node.Rooms()) == 1 }
	room, err := w.node.ConfigureRoom(w.ctx, acme, &livekit.CreateRoomRequest{EmptyTimeout: 600, DepartureTimeout: 20})
	w.ok(err)
	if room.GetEmptyTimeout() != 600 || room.GetDepartureTimeout() != 20 {
		t.Errorf("the answer shows %v", room)
	}
	clock.Advance(599 * time.Second)
	w.join("ann", signaling).Leave()
	w.eventually("an empty room", func() bool { return len(w.identities(acme)) == 0 })
	clock.Advance(19 * time.Second)
	if !open() {
		t.Fatal("closed before the departure timeout")
	}
	clock.Advance(time.Second)
	w.eventually("the room to close", func() bool { return !open() })

	w.open(acme, sfu.Limits{Participants: 1})
	_, err = w.node.ConfigureRoom(w.ctx, acme, &livekit.CreateRoomRequest{EmptyTimeout: 600, DepartureTimeout: 20})
	w.ok(err)
	clock.Advance(599 * time.Second)
	if !open() {
		t.Fatal("closed before anybody could come")
	}
	clock.Advance(time.Second)
	w.eventually("the room that nobody came to", func() bool { return !open() })
	if _, err := w.node.ConfigureRoom(w.ctx, acme, &livekit.CreateRoomRequest{}); !errors.Is(err, sfu.ErrRoomNotOpen) {
		t.Errorf("a room that is gone: %v", err)
	}
}

func TestRoomsOfATenant(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	w.open(sfu.RoomKey{Tenant: "acme", Room: "weekly"}, sfu.Limits{Participants: 3})
	w.open(globex, sfu.Limits{Participants: 3})
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	list := func(tenant string, names ...string) string {
		rooms, err := w.node.RoomsOf(w.ctx, tenant, names)
		w.ok(err)
		var list []string
		for _, room := range rooms {
			list = append(list, fmt.Sprintf("%s %d/%d", room.GetName(), room.GetNumParticipants(), room.GetNumPublishers()))
		}
		return fmt.Sprint(list)
	}
	w.eventually("ann's track", func() bool { return w.node.Stats().Tracks == 1 })
	for want, got := range map[string]string{
		"[daily 1/1 weekly 0/0]": list("acme"), "[weekly 0/0]": list("acme", "weekly", "monthly"),
		"[daily 0/0]": list("globex"), "[]": list("initech"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

//nolint:staticcheck // the deprecated fields are the ones that clients read
func TestDataFromOutside(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true})
	topic := "news"
	send := func(text string, to ...string) {
		t.Helper()
		w.ok(w.node.SendData(w.ctx, acme, &livekit.SendDataRequest{Data: []byte(text), Topic: &topic, DestinationIdentities: to}))
	}
	send("for bob", "bob")
	w.ok(w.node.SendData(w.ctx, acme, &livekit.SendDataRequest{Data: []byte("for ann"), Topic: &topic, DestinationSids: []string{ann.SID()}}))
	send("for all")
	w.gets(ann, "news: for all")
	w.gets(bob, "news: for all")
	if a, b := texts(ann), texts(bob); !slices.Equal(a, []string{"news: for ann", "news: for all"}) || !slices.Equal(b, []string{"news: for bob", "news: for all"}) {
		t.Errorf("ann got %q, bob %q", a, b)
	}
	if packet := bob.Packets()[0]; packet.GetParticipantIdentity() != "" || packet.GetParticipantSid() != "" {
		t.Errorf("the packet says it is from %v", packet)
	}
	if err := w.node.SendData(w.ctx, acme, &livekit.SendDataRequest{Data: make([]byte, 64_001)}); !errors.Is(err, sfu.ErrTooLarge) {
		t.Errorf("64,001 bytes: %v", err)
	}
	if err := w.node.SendData(w.ctx, globex, &livekit.SendDataRequest{}); !errors.Is(err, sfu.ErrRoomNotOpen) {
		t.Errorf("a room that is not open: %v", err)
	}
}
