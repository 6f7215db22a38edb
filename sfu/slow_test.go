package sfu_test

import (
	"context"
	"net/url"
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// TestWhoDoesNotReadSignalsHoldsNobodyUp: the queue of one is bounded, and is
// that one's own.
func TestWhoDoesNotReadSignalsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true})
	w.publish(ann, sfutest.Microphone())
	hello, err := sfu.ParseHello("/rtc", url.Values{"access_token": {w.token(acme, sfu.Grant{Identity: "slow"})}}, "")
	w.ok(err)
	slow, over := sfutest.NewPipe(), make(chan struct{})
	go func() {
		defer close(over)
		_ = w.node.Join(context.Background(), hello, slow)
	}()
	w.until(bob, "the slow one", func() bool { return bob.People()["slow"] != nil })
	const messages = 6000 // more than wait for one client
	for i := range messages {
		w.open(acme, sfu.Limits{Participants: 100, Publishers: i, Revision: int64(i + 1), Plan: "Free"})
		if i%500 == 0 || i == messages-1 { // so that who reads keeps up
			w.until(bob, "all of them", func() bool { return updates(bob) == i+1 })
		}
	}
	w.ok(bob.Hears(w.ctx, "ann", audio, 20))
	select {
	case <-slow.Closed():
	case <-w.ctx.Done():
		t.Error("the connection that is not read stays open")
	}
	w.ok(w.node.Remove(w.ctx, acme, "slow", sfu.ReasonSilent))
	<-over
}

// updates counts what a peer has heard about the room.
func updates(peer *sfutest.Peer) (n int) {
	for _, message := range peer.Messages() {
		if message.GetRoomUpdate() != nil {
			n++
		}
	}
	return n
}

// TestWhoDoesNotReadDataHoldsNobodyUp, and is lost when too much waits.
func TestWhoDoesNotReadDataHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]})
			stuck := w.join("stuck", sfutest.Options{SinglePC: single[2], Stuck: true})
			w.publish(ann, sfutest.Microphone())
			w.ok(stuck.Hears(w.ctx, "ann", audio, 5))
			// Megabytes that are for him alone: through Pion's SCTP they would take bob long under the race detector.
			large := &livekit.SendDataRequest{Data: make([]byte, 60_000), DestinationIdentities: []string{"stuck"}}
			said := 0
			w.until(bob, "the end of who is stuck", func() bool {
				for range 10 {
					w.ok(w.node.SendData(w.ctx, acme, large))
				}
				w.ok(ann.SendData(w.ctx, sfutest.Text("t", "for all"), livekit.DataPacket_RELIABLE))
				said++
				return bob.People()["stuck"] == nil
			})
			w.until(bob, "all that was for him", func() bool { return len(bob.Packets()) == said })
			w.ok(bob.Hears(w.ctx, "ann", audio, 20))
			if leave := w.sentAway(stuck); leave.GetReason() != livekit.DisconnectReason_CONNECTION_TIMEOUT {
				t.Errorf("sent away with %v", leave)
			}
			if got := w.identities(acme); len(got) != 2 || !slices.Contains(got, "bob") {
				t.Errorf("left are %v", got)
			}
		})
	}
}
