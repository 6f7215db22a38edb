package sfu_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// signaling is somebody of whom only the seat matters.
var signaling = sfutest.Options{SignalingOnly: true}

func TestTwoHundredJoinsHundredSeats(t *testing.T) {
	for try := range 2 {
		w := realWorld(t)
		var (
			wait sync.WaitGroup
			mu   sync.Mutex
			in   []*sfutest.Peer
			full int
		)
		for i := range 200 {
			token := w.token(acme, sfu.Grant{Identity: fmt.Sprint("p", i)})
			wait.Go(func() {
				peer, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: token, SinglePC: i%2 == 0, SignalingOnly: true})
				mu.Lock()
				defer mu.Unlock()
				var refused *sfutest.RefusedError
				switch {
				case err == nil:
					in = append(in, peer)
				case errors.As(err, &refused) && refused.Leave.GetReason() == livekit.DisconnectReason_JOIN_FAILURE:
					full++
				default:
					t.Errorf("join: %v", err)
				}
			})
		}
		wait.Wait()
		if len(in) != 100 || full != 100 || len(w.identities(acme)) != 100 {
			t.Log(slices.DeleteFunc(w.happened(), func(e string) bool { return !strings.HasPrefix(e, "left") }))
			t.Errorf("try %d: %d in, %d refused, %d on the node; want 100 of each", try, len(in), full, len(w.identities(acme)))
		}
		in[0].Leave()
		w.eventually("a free seat", func() bool { return len(w.identities(acme)) == 99 })
		w.join("late", signaling)
		for _, peer := range in {
			peer.Drop()
		}
	}
}

func TestNobodyGetsIntoARoomThatIsNotOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, clockwork.NewRealClock())
	_, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "ann"})})
	if !sfutest.ErrRefused(err) {
		t.Errorf("a token alone: %v", err)
	}
	if n := len(w.node.Rooms()); n != 0 {
		t.Errorf("the token made %d rooms", n)
	}
	w.open(acme, sfu.Limits{})
	if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "ann"})}); !sfutest.ErrRefused(err) {
		t.Errorf("a room for nobody: %v", err)
	}
}

func TestSameNameOfAnotherTenant(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	token := w.token(globex, sfu.Grant{Identity: "ann"})
	if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: token}); !sfutest.ErrRefused(err) {
		t.Fatalf("globex's key opens acme's room: %v", err)
	}
	w.open(globex, sfu.Limits{Participants: 1})
	spy := w.join("ann", sfutest.Options{Token: token})
	join := spy.Join()
	if len(join.GetOtherParticipants()) != 0 || join.GetRoom().GetNumParticipants() != 1 || join.GetRoom().GetSid() == ann.Join().GetRoom().GetSid() {
		t.Errorf("globex sees of acme: %v", join)
	}
	w.publish(spy, sfutest.Microphone())
	w.ok(spy.SendData(w.ctx, sfutest.Text("t", "hello?"), livekit.DataPacket_RELIABLE))
	bob := w.join("bob", sfutest.Options{})
	w.ok(bob.Hears(w.ctx, "ann", audio, 20))
	if len(spy.People()) != 0 || len(spy.Tracks()) != 0 || len(bob.Tracks()) != 1 || len(bob.Packets()) != 0 {
		t.Errorf("the rooms mix: %v, %v", names(spy.People()), bob.Packets())
	}
	if err := w.node.Remove(w.ctx, globex, "bob", sfu.ReasonRemoved); !errors.Is(err, sfu.ErrUnknownPeer) {
		t.Errorf("remove acme's bob in globex's room: %v", err)
	}
}

// fakeWorld is at noon, with a meeting of forty minutes.
func fakeWorld(t *testing.T) (*world, *clockwork.FakeClock, time.Time) {
	clock := clockwork.NewFakeClockAt(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	w := newWorld(t, clock)
	end := clock.Now().Add(40 * time.Minute)
	w.open(acme, sfu.Limits{Participants: 100, EndsAt: end, Revision: 1, Plan: "Free"})
	return w, clock, end
}

// notices are the packets of the node's own, as "topic: what".
func notices(peer *sfutest.Peer) []string {
	var list []string
	for _, packet := range peer.Packets() {
		var body struct {
			Left   int64  `json:"left"`
			Reason string `json:"reason"`
		}
		if packet.GetParticipantIdentity() != "" || json.Unmarshal(packet.GetUser().GetPayload(), &body) != nil {
			continue
		}
		list = append(list, fmt.Sprintf("%s: %d%s", packet.GetUser().GetTopic(), body.Left, body.Reason))
	}
	return list
}

func TestMeetingWarnsAndEnds(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, clock, end := fakeWorld(t)
			ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]})
			w.ok(ann.Connected(w.ctx))
			w.ok(bob.Connected(w.ctx))
			want := []string{}
			for _, step := range []struct {
				left  time.Duration
				warns string
			}{
				{10*time.Minute + time.Second, ""}, {10 * time.Minute, "parley.clock: 600"}, {9 * time.Minute, ""},
				{5 * time.Minute, "parley.clock: 300"}, {time.Minute, "parley.clock: 60"}, {time.Second, ""},
			} {
				clock.Advance(end.Add(-step.left).Sub(clock.Now()))
				if step.warns == "" {
					continue
				}
				want = append(want, step.warns)
				for _, peer := range []*sfutest.Peer{ann, bob} {
					w.until(peer, step.warns, func() bool { return slices.Equal(notices(peer), want) })
				}
			}
			if got := w.identities(acme); len(got) != 2 {
				t.Fatalf("a second before the end, %v are there", got)
			}
			clock.Advance(time.Second)
			for _, peer := range []*sfutest.Peer{ann, bob} {
				leave := w.sentAway(peer)
				if leave.GetReason() != livekit.DisconnectReason_ROOM_CLOSED || leave.GetAction() != livekit.LeaveRequest_DISCONNECT {
					t.Errorf("sent away with %v", leave)
				}
				all := append(slices.Clone(want), "parley.ended: 0limit")
				w.until(peer, "the notice", func() bool { return slices.Equal(notices(peer), all) })
			}
			w.eventually("the end to be told", func() bool { return slices.Contains(w.happened(), "ended  limit") })
		})
	}
}

func TestNoMinutesByLeavingOrRestarting(t *testing.T) {
	t.Parallel()
	w, clock, end := fakeWorld(t)
	limits := sfu.Limits{Participants: 100, EndsAt: end, Revision: 1}
	ann := w.join("ann", signaling)
	clock.Advance(30 * time.Minute)
	ann.Leave()
	w.eventually("an empty room", func() bool { return len(w.identities(acme)) == 0 })
	clock.Advance(4 * time.Minute)
	w.open(acme, limits)
	ann = w.join("ann", signaling)
	clock.Advance(6 * time.Minute)
	w.sentAway(ann)
	w.eventually("the room to be gone", func() bool { return len(w.node.Rooms()) == 0 })
	if err := w.node.SetLimits(w.ctx, acme, limits); !errors.Is(err, sfu.ErrRoomEnded) {
		t.Errorf("opening it again with the same end: %v", err)
	}

	// A node that comes up in the middle knows nothing but the limits.
	end = clock.Now().Add(time.Minute)
	restarted := w.newNode()
	defer w.closeNode(restarted)
	w.ok(restarted.SetLimits(w.ctx, acme, sfu.Limits{Participants: 100, EndsAt: end}))
	bob, err := sfutest.Connect(w.ctx, restarted, sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "bob"}), SignalingOnly: true})
	w.ok(err)
	defer bob.Drop()
	clock.Advance(time.Minute)
	w.sentAway(bob)
}

// deafClock never ticks: nothing but the join itself looks at the time.
type deafClock struct{ *clockwork.FakeClock }

func (c deafClock) NewTicker(time.Duration) clockwork.Ticker {
	return clockwork.NewFakeClock().NewTicker(time.Hour)
}

func TestNobodyGetsInAfterTheEnd(t *testing.T) {
	t.Parallel()
	clock := deafClock{clockwork.NewFakeClock()}
	w := newWorld(t, clock)
	end := clock.Now().Add(40 * time.Minute)
	w.open(acme, sfu.Limits{Participants: 100, EndsAt: end})
	token := w.keys.Token("PKacme", sfu.Grant{Room: acme.Room, Identity: "ann", TTL: 2 * time.Hour}, clock.Now())
	clock.Advance(40*time.Minute - time.Second)
	w.join("bob", sfutest.Options{SignalingOnly: true, Token: w.token(acme, sfu.Grant{Identity: "bob"})})
	clock.Advance(time.Second)
	if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: token}); !sfutest.ErrRefused(err) {
		t.Errorf("join at the very end: %v", err)
	}
}

func TestUpgradeLiftsTheEndWhilePeopleTalk(t *testing.T) {
	t.Parallel()
	w, clock, end := fakeWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.ok(ann.Connected(w.ctx))
	clock.Advance(31 * time.Minute)
	w.until(ann, "the first warning", func() bool { return slices.Equal(notices(ann), []string{"parley.clock: 600"}) })
	later := end.Add(30 * time.Hour)
	w.open(acme, sfu.Limits{Participants: 150, EndsAt: later, Revision: 2, Plan: "Pro"})
	var metadata struct {
		EndsAt, Now  int64
		Participants int
		Plan         string
	}
	w.until(ann, "the new limit", func() bool {
		return json.Unmarshal([]byte(ann.Join().GetRoom().GetMetadata()), &metadata) == nil && metadata.Plan == "Pro"
	})
	if metadata.EndsAt != later.UnixMilli() || metadata.Now != clock.Now().UnixMilli() || metadata.Participants != 150 {
		t.Errorf("room metadata %+v", metadata)
	}
	w.open(acme, sfu.Limits{Participants: 1, EndsAt: end, Revision: 1}) // late news
	clock.Advance(20 * time.Minute)
	if got := w.identities(acme); !slices.Equal(got, []string{"ann"}) {
		t.Fatalf("after the old end, %v are there", got)
	}
	w.join("bob", signaling)
	clock.Advance(later.Add(-10 * time.Minute).Sub(clock.Now()))
	w.until(ann, "the warning again", func() bool { return slices.Equal(notices(ann), []string{"parley.clock: 600", "parley.clock: 600"}) })
	w.open(acme, sfu.Limits{Participants: 150, EndsAt: clock.Now().Add(-time.Second), Revision: 3})
	w.sentAway(ann)
}

func TestHostEndsAndRemoves(t *testing.T) {
	t.Parallel()
	w, clock, _ := fakeWorld(t)
	ann, bob, cat := w.join("ann", sfutest.Options{}), w.join("bob", signaling), w.join("cat", sfutest.Options{SinglePC: true})
	w.ok(ann.Connected(w.ctx))
	w.ok(cat.Connected(w.ctx))
	old := w.token(acme, sfu.Grant{Identity: "bob"})
	w.ok(w.node.Remove(w.ctx, acme, "bob", sfu.ReasonRemoved))
	if leave := w.sentAway(bob); leave.GetReason() != livekit.DisconnectReason_PARTICIPANT_REMOVED {
		t.Errorf("removed with %v", leave)
	}
	if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: old}); !sfutest.ErrRefused(err) {
		t.Errorf("the old token after the removal: %v", err)
	}
	clock.Advance(2 * time.Second)
	w.join("bob", signaling) // invited again, with a new token
	if err := w.node.Remove(w.ctx, acme, "nobody", sfu.ReasonRemoved); !errors.Is(err, sfu.ErrUnknownPeer) {
		t.Errorf("removing nobody: %v", err)
	}
	w.ok(w.node.End(w.ctx, acme, sfu.ReasonHost))
	for _, peer := range []*sfutest.Peer{ann, cat} {
		if leave := w.sentAway(peer); leave.GetReason() != livekit.DisconnectReason_ROOM_DELETED {
			t.Errorf("ended with %v", leave)
		}
		w.until(peer, "the notice", func() bool { return slices.Equal(notices(peer), []string{"parley.ended: 0host"}) })
	}
	if err := w.node.End(w.ctx, acme, sfu.ReasonHost); !errors.Is(err, sfu.ErrRoomNotOpen) {
		t.Errorf("ending it twice: %v", err)
	}
}

func TestEmptyRoomCloses(t *testing.T) {
	t.Parallel()
	w, clock, _ := fakeWorld(t)
	ann := w.join("ann", signaling)
	clock.Advance(6 * time.Minute)
	if len(w.node.Rooms()) != 1 {
		t.Fatal("a room with somebody in it was closed")
	}
	ann.Leave()
	w.eventually("an empty room", func() bool { return len(w.identities(acme)) == 0 })
	clock.Advance(sfu.EmptyFor - time.Second)
	w.join("bob", signaling).Leave()
	w.eventually("an empty room", func() bool { return len(w.identities(acme)) == 0 })
	clock.Advance(sfu.EmptyFor - time.Second)
	if len(w.node.Rooms()) != 1 {
		t.Fatal("closed although bob was there meanwhile")
	}
	clock.Advance(time.Second)
	w.eventually("the room to close", func() bool { return len(w.node.Rooms()) == 0 })
	w.eventually("its end to be told", func() bool { return slices.Contains(w.happened(), "ended  empty") })
}

func TestEvents(t *testing.T) {
	t.Parallel()
	w, clock, _ := fakeWorld(t)
	ann := w.join("ann", signaling)
	again := w.join("ann", signaling)
	w.sentAway(ann)
	clock.Advance(sfu.RosterEvery)
	w.eventually("a roster", func() bool { return slices.Contains(w.happened(), "roster") })
	w.ok(w.node.Remove(w.ctx, acme, "ann", sfu.ReasonRemoved))
	w.sentAway(again)
	want := []string{"joined ann", "left ann duplicate", "joined ann", "roster", "left ann removed"}
	w.eventually("the events", func() bool { return slices.Equal(w.happened(), want) })
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := map[string]bool{}
	for _, e := range w.events {
		ids[e.ID] = true
		if e.Room != acme || e.At.IsZero() {
			t.Errorf("event %+v", e)
		}
	}
	if len(ids) != len(w.events) || !slices.Equal(w.events[3].Roster, []string{"ann"}) {
		t.Errorf("%d ids for %d events; roster %v", len(ids), len(w.events), w.events[3].Roster)
	}
}
