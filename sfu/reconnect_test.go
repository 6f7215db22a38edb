package sfu_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
)

func TestSameIdentityAgainLeavesNoGhost(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			w.open(acme, sfu.Limits{Participants: 2, Revision: 1})
			bob := w.join("bob", sfutest.Options{SinglePC: single[1]})
			w.publish(bob, sfutest.Microphone())
			old := w.join("ann", sfutest.Options{SinglePC: single[0]})
			w.publish(old, sfutest.Microphone())
			w.ok(bob.Hears(w.ctx, "ann", audio, 5))
			w.ok(old.Hears(w.ctx, "bob", audio, 5))
			fresh := w.join("ann", sfutest.Options{SinglePC: single[0]})
			if leave := w.sentAway(old); leave.GetReason() != livekit.DisconnectReason_DUPLICATE_IDENTITY {
				t.Errorf("the older connection got %v", leave)
			}
			w.publish(fresh, sfutest.Microphone())
			w.ok(bob.Hears(w.ctx, "ann", audio, 5))
			w.until(bob, "one ann with one track", func() bool {
				return len(bob.People()) == 1 && tracksOf(bob, "ann") == 1 && len(bob.Tracks()) == 1
			})
			if info := bob.People()["ann"]; info.GetSid() != fresh.SID() {
				t.Errorf("bob sees ann as %v", info)
			}
			if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "cat"})}); !sfutest.ErrRefused(err) {
				t.Errorf("the seats moved: a third person gets %v", err)
			}
			w.ok(fresh.Hears(w.ctx, "bob", audio, 5))
			w.eventually("a track each on the node", func() bool { s := w.node.Stats(); return s.Tracks == 2 && s.Subscriptions == 2 })
		})
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]})
			w.publish(ann, sfutest.Microphone())
			w.publish(bob, sfutest.Microphone())
			w.ok(ann.Hears(w.ctx, "bob", audio, 5))
			w.ok(bob.Hears(w.ctx, "ann", audio, 5))
			sid := ann.SID()
			for range 2 {
				w.ok(ann.Resume(w.ctx))
				w.ok(ann.Hears(w.ctx, "bob", audio, 20))
				w.ok(bob.Hears(w.ctx, "ann", audio, 20))
			}
			w.publish(bob, sfutest.Camera())
			w.ok(ann.Hears(w.ctx, "bob", video, 20))
			if got := bob.People()["ann"].GetSid(); got != sid || len(w.identities(acme)) != 2 {
				t.Errorf("ann is %s now, was %s; in the room: %v", got, sid, w.identities(acme))
			}
		})
	}
}

// TestResumeWhileAnOfferIsOut: signalling breaks while the client has not heard
// of, or not answered, what the node offers; the first time, or later.
func TestResumeWhileAnOfferIsOut(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"the first": true, "a later one": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			bob := w.join("bob", sfutest.Options{SinglePC: true})
			w.publish(bob, sfutest.Microphone())
			ann := w.join("ann", sfutest.Options{LosesFirst: first})
			if !first {
				w.ok(ann.Hears(w.ctx, "bob", audio, 5))
				ann.LoseOffers(1)
				w.publish(bob, sfutest.Camera())
			}
			w.until(ann, "an offer to get lost", ann.Lost)
			sid := ann.SID()
			w.ok(ann.Resume(w.ctx))
			w.ok(ann.Hears(w.ctx, "bob", audio, 20))
			if !first {
				w.ok(ann.Hears(w.ctx, "bob", video, 20))
			}
			w.publish(ann, sfutest.Microphone())
			w.ok(bob.Hears(w.ctx, "ann", audio, 20))
			if got := bob.People()["ann"].GetSid(); got != sid || ann.LeaveRequest() != nil {
				t.Errorf("ann is %s now, was %s; she was told %v", got, sid, ann.LeaveRequest())
			}
		})
	}
}

// resumeAs opens a signalling connection that wants to go on with a session.
func (w *world) resumeAs(token, sid string) *livekit.SignalResponse {
	w.t.Helper()
	pipe := sfutest.NewPipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.node.Join(w.ctx, sfu.Hello{Token: token, Reconnect: true, SID: sid}, pipe) // the message says it
	}()
	w.t.Cleanup(func() { _ = pipe.Close(sfu.ReasonLeft); <-done })
	select {
	case first := <-pipe.Out:
		return first
	case <-w.ctx.Done():
		w.t.Fatal("no answer")
		return nil
	}
}

func TestResumeOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", signaling)
	token := w.token(acme, sfu.Grant{Identity: "ann"})
	for name, first := range map[string]*livekit.SignalResponse{
		"an unknown session":      w.resumeAs(token, "PA_unknown"),
		"no session":              w.resumeAs(token, ""),
		"somebody else's session": w.resumeAs(w.token(acme, sfu.Grant{Identity: "eve"}), ann.SID()),
		"a room that is not open": w.resumeAs(w.token(globex, sfu.Grant{Identity: "ann"}), ann.SID()),
	} {
		if leave := first.GetLeave(); leave.GetAction() != livekit.LeaveRequest_RECONNECT {
			t.Errorf("%s: answered with %v, want leave and RECONNECT", name, first)
		}
	}
	if len(w.identities(acme)) != 1 {
		t.Errorf("in the room: %v", w.identities(acme))
	}
	w.ok(w.node.Remove(w.ctx, acme, "ann", sfu.ReasonRemoved))
	w.sentAway(ann)
	if leave := w.resumeAs(token, ann.SID()).GetLeave(); leave.GetReason() != livekit.DisconnectReason_PARTICIPANT_REMOVED {
		t.Errorf("resume after removal: %v", leave)
	}
}

func TestSyncStateOfATrackThatIsNotKnown(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", signaling)
	w.ok(ann.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_SyncState{SyncState: &livekit.SyncState{
		PublishTracks: []*livekit.TrackPublishedResponse{{Track: &livekit.TrackInfo{Sid: "TR_lost"}}},
	}}}))
	if leave := w.sentAway(ann); leave.GetAction() != livekit.LeaveRequest_RECONNECT {
		t.Errorf("answered with %v, want RECONNECT", leave)
	}
}

func TestSilentPeopleLoseTheirSeat(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClock()
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 10})
	bob := w.join("bob", signaling)
	ann := w.join("ann", signaling)
	ann.Drop()
	ticks := 0
	w.eventually("ann's seat to be free", func() bool {
		clock.Advance(time.Second)
		if ticks++; ticks%3 == 0 {
			w.ok(bob.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Ping{Ping: 1}}))
		}
		return len(w.identities(acme)) == 1 || ticks > 25
	})
	if got := w.identities(acme); len(got) != 1 || got[0] != "bob" {
		t.Errorf("after %d seconds in the room: %v", ticks, got)
	}
}

// LiveKit's Go SDK sends no pings at all: its media and its socket say that it is there.
func TestPeopleWhoSayNothingStayWhileTheirMediaFlows(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClock()
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 10})
	ann, ben := w.join("ann", sfutest.Options{}), w.join("ben", sfutest.Options{})
	w.publish(ben, sfutest.Microphone())
	w.ok(ann.Hears(w.ctx, "ben", webrtc.RTPCodecTypeAudio, 1))
	w.ok(ben.Connected(w.ctx))
	w.join("ghost", signaling) // whose media never comes
	w.eventually("the ghost to be noticed", func() bool {
		clock.Advance(time.Second)
		return !slices.Contains(w.identities(acme), "ghost")
	})
	if got := w.identities(acme); !slices.Equal(got, []string{"ann", "ben"}) {
		t.Errorf("in the room: %v", got)
	}
}

func TestTokensAreRenewed(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClock()
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 10})
	ann := w.join("ann", sfutest.Options{SignalingOnly: true, Token: w.token(acme, sfu.Grant{Identity: "ann", Name: "Ann", Attributes: map[string]string{"role": "host"},
		Kind: livekit.ParticipantInfo_AGENT, RoomConfig: &livekit.RoomConfiguration{DepartureTimeout: 20}})})
	clock.Advance(6 * time.Minute)
	var fresh string
	w.until(ann, "a fresh token", func() bool {
		for _, message := range ann.Messages() {
			if token := message.GetRefreshToken(); token != "" {
				fresh = token
			}
		}
		return fresh != ""
	})
	claims, err := sfu.Verify(context.Background(), w.keys, fresh, clock.Now().Add(9*time.Minute))
	w.ok(err)
	if claims.Identity != "ann" || claims.Name != "Ann" || claims.Attributes["role"] != "host" || claims.RoomKey() != acme ||
		claims.Kind != livekit.ParticipantInfo_AGENT || claims.RoomConfig.GetDepartureTimeout() != 20 {
		t.Errorf("the fresh token says %+v", claims)
	}
}

func TestNodeSaysGoodbye(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true})
	w.publish(ann, sfutest.Camera())
	w.ok(bob.Hears(w.ctx, "ann", video, 5))
	w.closeNode(w.node)
	for _, peer := range []*sfutest.Peer{ann, bob} {
		leave := w.sentAway(peer)
		if leave.GetReason() != livekit.DisconnectReason_SERVER_SHUTDOWN || leave.GetAction() != livekit.LeaveRequest_RECONNECT {
			t.Errorf("goodbye: %v", leave)
		}
	}
	if w.node.Ready() == nil || w.node.SetLimits(w.ctx, acme, sfu.Limits{}) == nil {
		t.Error("a closed node takes people")
	}
	if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "cat"})}); !sfutest.ErrRefused(err) {
		t.Errorf("join a closed node: %v", err)
	}
}
