package sfu_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// A room for checking networks answers each person alone, and the world hears nothing of it.
func TestANetworkIsCheckedAndNobodyHearsOfIt(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			check := sfu.RoomKey{Tenant: "acme", Room: "check"}
			w.open(check, sfu.Limits{Participants: 2, EndsAt: time.Now().Add(patience), Check: true})
			enter := func(identity string) *sfutest.Peer {
				t.Helper()
				peer, err := sfutest.Dial(w.ctx, w.server.URL, sfutest.Options{SinglePC: single[0], Token: w.token(check, sfu.Grant{Identity: identity})})
				w.ok(err)
				t.Cleanup(peer.Leave)
				return peer
			}
			ann, bob := enter("ann"), enter("bob")
			if n := len(bob.Join().GetOtherParticipants()); n != 0 {
				t.Errorf("bob is shown %d others", n)
			}
			say := func(topic, text string) {
				t.Helper()
				w.ok(ann.SendData(w.ctx, sfutest.Text(topic, text), livekit.DataPacket_RELIABLE))
			}
			say(sfu.TopicCheckEcho, "hello?")
			w.gets(ann, sfu.TopicCheckEcho+": hello?")
			say(sfu.TopicCheckUp, strings.Repeat("x", 5000))
			say(sfu.TopicCheckUp, strings.Repeat("x", 5000))
			say(sfu.TopicCheckCount, "")
			w.until(ann, "the count", func() bool { return counted(ann).Packets == 2 && counted(ann).Bytes > 10_000 })
			say(sfu.TopicCheckDown, "")
			say(sfu.TopicCheckDown, "")                                                         // once is all there is
			w.until(ann, "what it measures with", func() bool { return poured(ann) >= 64<<10 }) // a busy machine gets no further before the time is over
			say(sfu.TopicCheckEcho, "the last")
			w.gets(ann, sfu.TopicCheckEcho+": the last")
			if got := poured(ann); got > 2<<20+64<<10 {
				t.Errorf("the node sent %d bytes", got)
			}
			// Everything else is as if nobody were there: no text for others, no track, no word outside.
			say("anything", "for all")
			w.ok(ann.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: &livekit.AddTrackRequest{Cid: "c", Type: livekit.TrackType_AUDIO}}}))
			w.until(ann, "a refusal", func() bool {
				for _, m := range ann.Messages() {
					if m.GetRequestResponse().GetReason() == livekit.RequestResponse_NOT_ALLOWED {
						return true
					}
				}
				return false
			})
			say(sfu.TopicCheckEcho, "after it")
			w.gets(ann, sfu.TopicCheckEcho+": after it")
			if got := bob.Packets(); len(got) != 0 {
				t.Errorf("bob got %d packets", len(got))
			}
			if len(bob.People()) > 1 || len(ann.People()) > 1 {
				t.Errorf("they see each other: %v, %v", ann.People(), bob.People())
			}
			rooms, err := w.node.RoomsOf(w.ctx, "acme", nil)
			w.ok(err)
			for _, room := range rooms {
				if room.GetName() == check.Room {
					t.Error("the room is listed")
				}
			}
			w.ok(w.node.SetLimits(w.ctx, check, sfu.Limits{Participants: 9, Revision: 1}))
			say("anything", "for all, now that it is a meeting")
			say(sfu.TopicCheckEcho, "still a check")
			w.gets(ann, sfu.TopicCheckEcho+": still a check")
			if got := bob.Packets(); len(got) != 0 {
				t.Errorf("a check became a meeting: bob got %d packets", len(got))
			}
			w.ok(w.node.End(w.ctx, check, sfu.ReasonLimit))
			w.sentAway(ann)
			if got := w.happened(); len(got) != 0 {
				t.Errorf("the world heard of %v", got)
			}
		})
	}
}

func counted(peer *sfutest.Peer) (count struct{ Bytes, Packets int64 }) {
	for _, packet := range peer.Packets() {
		if packet.GetUser().GetTopic() == sfu.TopicCheckCount {
			_ = json.Unmarshal(packet.GetUser().GetPayload(), &count)
		}
	}
	return count
}

func poured(peer *sfutest.Peer) (bytes int) {
	for _, packet := range peer.Packets() {
		if packet.GetUser().GetTopic() == sfu.TopicCheckDown {
			bytes += len(packet.GetUser().GetPayload())
		}
	}
	return bytes
}
