package cluster

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// Whoever calls the room API reaches the room on whichever node it is, and the
// answers come back as they are.
func TestRoomAPIReachesTheRoomsNode(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	web := newWebTier(t, srv)
	for range 2 {
		mediaTier(t, srv, clockwork.NewRealClock())
	}
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann, bob := connect(t, web, "ann", false), connect(t, web, "bob", true)
	publish(t, ann)
	hears(t, bob, "ann")

	t.Run("people", func(t *testing.T) {
		people := must[[]*livekit.ParticipantInfo](t)(web.Participants(within(t), lobby))
		if len(people) != 2 || people[0].GetIdentity() != "ann" || len(people[0].GetTracks()) != 2 || people[1].GetSid() != bob.SID() {
			t.Errorf("in the room are %v", people)
		}
		who := must[*livekit.ParticipantInfo](t)(web.Participant(within(t), lobby, "bob"))
		if who.GetSid() != bob.SID() {
			t.Errorf("bob is %v", who)
		}
		if _, err := web.Participant(within(t), lobby, "carl"); !errors.Is(err, sfu.ErrUnknownPeer) {
			t.Errorf("nobody: %v", err)
		}
	})
	t.Run("who hears whom", func(t *testing.T) {
		list := must[[]sfu.Subscription](t)(web.Subscriptions(within(t), lobby))
		if len(list) != 2 || list[0].Subscriber != "bob" || list[0].Publisher != "ann" {
			t.Errorf("subscriptions are %v", list)
		}
	})
	t.Run("mute", func(t *testing.T) {
		track := must[*livekit.ParticipantInfo](t)(web.Participant(within(t), lobby, "ann")).GetTracks()[0]
		q := &livekit.MuteRoomTrackRequest{Identity: "ann", TrackSid: track.GetSid(), Muted: true}
		if info := must[*livekit.TrackInfo](t)(web.MuteTrack(within(t), lobby, q)); !info.GetMuted() {
			t.Errorf("the track is %v", info)
		}
		q.Muted = false
		if _, err := web.MuteTrack(within(t), lobby, q); !errors.Is(err, sfu.ErrUnmute) {
			t.Errorf("unmute: %v", err)
		}
		q.TrackSid, q.Muted = "TR_none", true
		if _, err := web.MuteTrack(within(t), lobby, q); !errors.Is(err, sfu.ErrUnknownTrack) {
			t.Errorf("no such track: %v", err)
		}
	})
	t.Run("permission and profile", func(t *testing.T) {
		q := &livekit.UpdateParticipantRequest{
			Identity: "bob", Name: "Bob", Attributes: map[string]string{"hand": "up"}, Permission: &livekit.ParticipantPermission{CanPublish: true},
		}
		info := must[*livekit.ParticipantInfo](t)(web.UpdateParticipant(within(t), lobby, q))
		if info.GetName() != "Bob" || info.GetAttributes()["hand"] != "up" || info.GetPermission().GetCanSubscribe() {
			t.Errorf("bob is %v", info)
		}
		if list := must[[]sfu.Subscription](t)(web.Subscriptions(within(t), lobby)); len(list) != 0 {
			t.Errorf("bob still gets %v", list)
		}
		q = &livekit.UpdateParticipantRequest{Identity: "bob", Permission: &livekit.ParticipantPermission{CanPublish: true, CanSubscribe: true}}
		must[*livekit.ParticipantInfo](t)(web.UpdateParticipant(within(t), lobby, q))
		sid := must[*livekit.ParticipantInfo](t)(web.Participant(within(t), lobby, "ann")).GetTracks()[0].GetSid()
		check(t, web.UpdateSubscriptions(within(t), lobby, &livekit.UpdateSubscriptionsRequest{Identity: "bob", TrackSids: []string{sid}}))
		until(t, "one track is left", func() bool {
			return len(must[[]sfu.Subscription](t)(web.Subscriptions(within(t), lobby))) == 1
		})
		if _, err := web.UpdateParticipant(within(t), lobby, &livekit.UpdateParticipantRequest{Identity: "bob", Name: string(make([]byte, 999))}); !errors.Is(err, sfu.ErrTooLarge) {
			t.Errorf("a long name: %v", err)
		}
	})
	t.Run("the room", func(t *testing.T) {
		room := must[*livekit.Room](t)(web.UpdateRoomMetadata(within(t), lobby, "agenda"))
		if room.GetMetadata() != "agenda" || room.GetNumParticipants() != 2 {
			t.Errorf("the room is %v", room)
		}
		room = must[*livekit.Room](t)(web.ConfigureRoom(within(t), lobby, &livekit.CreateRoomRequest{MaxParticipants: 7}))
		if room.GetMaxParticipants() != 7 {
			t.Errorf("the room is %v", room)
		}
		check(t, ann.Until(within(t), "the metadata", func() bool { return ann.Join().GetRoom().GetMetadata() == "agenda" }))
	})
	t.Run("data", func(t *testing.T) {
		big := &livekit.SendDataRequest{Data: make([]byte, 60_000), DestinationIdentities: []string{"bob"}}
		check(t, web.SendData(within(t), lobby, big))
		check(t, bob.Until(within(t), "the packet", func() bool {
			return slices.ContainsFunc(bob.Packets(), func(p *livekit.DataPacket) bool { return len(p.GetUser().GetPayload()) == 60_000 })
		}))
		big.Data = make([]byte, 200_000)
		if err := web.SendData(within(t), lobby, big); !errors.Is(err, sfu.ErrTooLarge) {
			t.Errorf("200 kB: %v", err)
		}
	})
	t.Run("bans", func(t *testing.T) {
		check(t, web.Ban(within(t), lobby, sfu.BanRule{Identity: "bob"}))
		check(t, bob.Until(within(t), "that bob is sent away", func() bool {
			return bob.LeaveRequest().GetReason() == livekit.DisconnectReason_PARTICIPANT_REMOVED
		}))
		bob.Drop()
		refused := joinAs(t, web.Client, lobby, "bob")
		if got := refused.next(t).GetLeave().GetReason(); got != livekit.DisconnectReason_UNKNOWN_REASON && got != livekit.DisconnectReason_PARTICIPANT_REMOVED {
			t.Errorf("bob is answered %s", got)
		}
		if err := refused.end(t); !errors.Is(err, sfu.ErrRemoved) {
			t.Errorf("bob again: %v", err)
		}
		check(t, web.Unban(within(t), lobby, sfu.BanRule{Identity: "bob"}))
		connect(t, web, "bob", false)
	})
	t.Run("nowhere", func(t *testing.T) {
		none := sfu.RoomKey{Tenant: "acme", Room: "nowhere"}
		if _, err := web.Participants(within(t), none); !errors.Is(err, sfu.ErrRoomNotOpen) {
			t.Errorf("people: %v", err)
		}
		if _, err := web.Participants(within(t), sfu.RoomKey{Tenant: "evil", Room: lobby.Room}); !errors.Is(err, sfu.ErrRoomNotOpen) {
			t.Errorf("people of another tenant's room: %v", err)
		}
	})
}

// Rooms are listed from all nodes, of one tenant only, and lists that do not fit
// into one answer come whole.
func TestRoomsAreListedFromAllNodes(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	web := newWebTier(t, srv)
	nodes := []*tier{mediaTier(t, srv, clockwork.NewRealClock()), mediaTier(t, srv, clockwork.NewRealClock())}
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	const rooms = 12
	for i := range rooms {
		key := sfu.RoomKey{Tenant: "acme", Room: fmt.Sprintf("room %02d", i)}
		check(t, web.SetLimits(within(t), key, hundred(1)))
		_, err := web.UpdateRoomMetadata(within(t), key, string(make([]byte, 64_000))) // five of them are more than a page
		check(t, err)
	}
	check(t, web.SetLimits(within(t), sfu.RoomKey{Tenant: "evil", Room: "room 01"}, hundred(1)))
	list := must[[]*livekit.Room](t)(web.RoomsOf(within(t), "acme", nil))
	if len(list) != rooms || list[0].GetName() != "room 00" || list[rooms-1].GetName() != "room 11" {
		t.Errorf("%d rooms: %.200v", len(list), list)
	}
	some := must[[]*livekit.Room](t)(web.RoomsOf(within(t), "acme", []string{"room 07", "room 99"}))
	if len(some) != 1 || some[0].GetName() != "room 07" {
		t.Errorf("two names, one of them open: %.200v", some)
	}
	if other := must[[]*livekit.Room](t)(web.RoomsOf(within(t), "evil", nil)); len(other) != 1 {
		t.Errorf("the other tenant has %d rooms", len(other))
	}

	// A node that dies takes its rooms off the list, and does not spoil it.
	lost := len(nodes[0].node.Rooms())
	nodes[0].kill()
	until(t, "the dead node is noticed", func() bool { return len(web.Nodes()) == 1 })
	if list := must[[]*livekit.Room](t)(web.RoomsOf(within(t), "acme", nil)); len(list) < rooms-lost || len(list) > rooms {
		t.Errorf("%d rooms of %d are left after %d went", len(list), rooms, lost)
	}
}

// A room of many people with much to say about themselves does not fit into one
// answer; it comes whole.
func TestLongRostersComeInPages(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	web := newWebTier(t, srv)
	mediaTier(t, srv, clockwork.NewRealClock())
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	const people = 90
	for i := range people {
		grant := sfu.Grant{Room: lobby.Room, Identity: fmt.Sprintf("p%02d", i), Metadata: strings.Repeat("m", 6000)}
		token := must[string](t)(sfu.SignToken("PKacme", secretOf("PKacme"), grant, time.Now()))
		p, err := sfutest.Connect(within(t), web, sfutest.Options{Token: token, SignalingOnly: true})
		check(t, err)
		t.Cleanup(p.Drop)
	}
	list := must[[]*livekit.ParticipantInfo](t)(web.Participants(within(t), lobby))
	if len(list) != people || list[0].GetIdentity() != "p00" || list[people-1].GetIdentity() != "p89" || len(list[45].GetMetadata()) != 6000 {
		t.Errorf("%d people", len(list))
	}
}

func TestQuestionsThatCannotBeUsed(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	node := newScripted(echo)
	server := mediaNode(t, dial(t, srv), node, ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	b, _, err := web.bound.read(within(t), lobby)
	check(t, err)
	for o := range operations {
		_, err := web.ask(within(t), b, control{Op: o, Question: []byte("\xff\xff\xff nothing")})
		if err == nil {
			t.Errorf("%s takes anything", o)
		}
	}
	if _, err := web.ask(within(t), b, control{Op: "dance"}); err == nil {
		t.Error("an operation that does not exist is done")
	}
	for name, data := range map[string][]byte{"no tenant": []byte(`{}`), "no JSON": []byte("?"), "too large": make([]byte, maxControl+1)} {
		if _, err := web.request(within(t), subjectRooms(server.ID()), data); err == nil {
			t.Errorf("a listing with %s is answered", name)
		}
	}
}
