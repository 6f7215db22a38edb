package sfu_test

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// tokenWith is a token of acme's as other people's libraries make it.
func (w *world) tokenWith(identity, claim string, value any) string {
	w.t.Helper()
	claims := with(with(claimsOf(w.clock.Now()), "sub", identity), claim, value)
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(w.keys["PKacme"].Secret)
	w.ok(err)
	return token
}

// TestATokenSaysHowItsRoomIsToBe: the first one does, if nobody has said it before.
func TestATokenSaysHowItsRoomIsToBe(t *testing.T) {
	t.Parallel()
	w, clock, _ := fakeWorld(t)
	ask := func(identity string, config map[string]any) sfutest.Options {
		return sfutest.Options{SignalingOnly: true, Token: w.tokenWith(identity, "roomConfig", config)}
	}
	ann := w.join("ann", ask("ann", map[string]any{
		"name": "another", "emptyTimeout": 600, "departureTimeout": 20, "maxParticipants": 2, "metadata": "agenda: chairs", "ofTomorrow": true,
	}))
	as := func(room *livekit.Room) {
		t.Helper()
		if room.GetName() != acme.Room || room.GetEmptyTimeout() != 600 || room.GetDepartureTimeout() != 20 || room.GetMaxParticipants() != 2 || room.GetMetadata() != "agenda: chairs" {
			t.Errorf("the room is %v", room)
		}
	}
	as(ann.Join().GetRoom())
	bob := w.join("bob", ask("bob", map[string]any{"maxParticipants": 50, "metadata": "agenda: tables"}))
	as(bob.Join().GetRoom())
	if _, err := sfutest.Connect(w.ctx, w.node, ask("cat", map[string]any{"maxParticipants": 50})); !sfutest.ErrRefused(err) {
		t.Errorf("a third person in a room for two: %v", err)
	}
	ann.Leave()
	bob.Leave()
	w.eventually("an empty room", func() bool { return len(w.identities(acme)) == 0 })
	w.join("ann", ask("ann", map[string]any{"departureTimeout": 900})).Leave() // it is the same room still
	w.eventually("an empty room", func() bool { return len(w.identities(acme)) == 0 })
	clock.Advance(20 * time.Second)
	w.eventually("the room to close", func() bool { return len(w.node.Rooms()) == 0 })

	w.open(acme, sfu.Limits{Participants: 100, Revision: 2, EndsAt: clock.Now().Add(time.Hour)})
	_, err := w.node.ConfigureRoom(w.ctx, acme, &livekit.CreateRoomRequest{MaxParticipants: 3})
	w.ok(err)
	if most := w.join("ann", ask("ann", map[string]any{"maxParticipants": 2})).Join().GetRoom().GetMaxParticipants(); most != 3 {
		t.Errorf("made by the room API for 3, it is for %d", most)
	}
	w.open(globex, sfu.Limits{Participants: 5})
	token := w.token(globex, sfu.Grant{Identity: "ann", RoomConfig: &livekit.RoomConfiguration{MaxParticipants: 1000}})
	if most := w.join("ann", sfutest.Options{SignalingOnly: true, Token: token}).Join().GetRoom().GetMaxParticipants(); most != 5 {
		t.Errorf("asked for 1000 of 5, got %d", most)
	}
}

func TestATokenSaysOfWhatKindSomebodyIs(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	bob := w.join("bob", signaling)
	for identity, want := range map[string]livekit.ParticipantInfo_Kind{
		"agent": livekit.ParticipantInfo_AGENT, "sip": livekit.ParticipantInfo_SIP, "standard": livekit.ParticipantInfo_STANDARD, "unheard-of": livekit.ParticipantInfo_STANDARD,
	} {
		peer := w.join(identity, sfutest.Options{SignalingOnly: true, Token: w.tokenWith(identity, "kind", identity)})
		if got := peer.Join().GetParticipant().GetKind(); got != want {
			t.Errorf("of kind %q, and told to be %v", identity, got)
		}
		w.until(bob, identity, func() bool { return bob.People()[identity] != nil })
		if got := bob.People()[identity].GetKind(); got != want {
			t.Errorf("of kind %q, and shown as %v", identity, got)
		}
	}
}
