package sfu_test

import (
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
)

const (
	audio = webrtc.RTPCodecTypeAudio
	video = webrtc.RTPCodecTypeVideo
)

// modes are who uses one connection and who uses two.
var modes = map[string][3]bool{
	"two connections": {false, false, false},
	"one connection":  {true, true, true},
	"mixed":           {true, false, true},
}

func TestThreePeopleMeet(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			everybody := []string{"ann", "bob", "cat"}
			peers := map[string]*sfutest.Peer{}
			for i, identity := range everybody {
				peers[identity] = w.join(identity, sfutest.Options{SinglePC: single[i]})
				w.publish(peers[identity], sfutest.Microphone())
				w.publish(peers[identity], sfutest.Camera())
			}
			for _, me := range everybody {
				for _, other := range everybody {
					if me == other {
						continue
					}
					w.ok(peers[me].Hears(w.ctx, other, audio, 5))
					w.ok(peers[me].Hears(w.ctx, other, video, 5))
					info := peers[me].People()[other]
					if info.GetState() != livekit.ParticipantInfo_ACTIVE || len(info.GetTracks()) != 2 || !info.GetIsPublisher() {
						t.Errorf("%s sees %s as %v", me, other, info)
					}
				}
			}
			peers["cat"].Leave()
			for _, me := range everybody[:2] {
				w.until(peers[me], "cat to be gone", func() bool { return peers[me].People()["cat"] == nil && len(peers[me].Tracks()) == 2 })
			}
			w.ok(peers["ann"].Hears(w.ctx, "bob", video, 20))
			if leave := peers["cat"].LeaveRequest(); leave.GetReason() != livekit.DisconnectReason_CLIENT_INITIATED {
				t.Errorf("cat's goodbye was answered with %v", leave)
			}
		})
	}
}

func TestMeetOverWebSocket(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	var peers []*sfutest.Peer
	for i, identity := range []string{"ann", "bob"} {
		peer, err := sfutest.Dial(w.ctx, w.server.URL, sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: identity}), SinglePC: i == 0})
		w.ok(err)
		t.Cleanup(peer.Drop)
		w.publish(peer, sfutest.Microphone())
		peers = append(peers, peer)
	}
	w.ok(peers[0].Hears(w.ctx, "bob", audio, 10))
	w.ok(peers[1].Hears(w.ctx, "ann", audio, 10))
	peers[0].Leave()
	w.until(peers[1], "ann to be gone", func() bool { return len(peers[1].People()) == 0 })
}

func TestH264(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true})
	source := sfutest.Camera()
	source.Codec = webrtc.MimeTypeH264
	if info := w.publish(ann, source).Info(); info.GetMimeType() != webrtc.MimeTypeH264 {
		t.Errorf("published as %s", info.GetMimeType())
	}
	w.ok(bob.Hears(w.ctx, "ann", video, 20))
	for _, track := range bob.Tracks() {
		if track.Codec != webrtc.MimeTypeH264 {
			t.Errorf("received as %s", track.Codec)
		}
	}
}

func TestLateJoinerGetsWhatIsThere(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann := w.join("ann", sfutest.Options{SinglePC: single[0]})
			camera := w.publish(ann, sfutest.Camera())
			muted := sfutest.Microphone()
			muted.Muted = true
			microphone := w.publish(ann, muted)
			w.ok(ann.Until(w.ctx, "pictures", func() bool { return camera.Sent() > 30 }))
			before := camera.Keys()
			w.eventually("the muted one is there as well", func() bool { return w.node.Stats().Tracks == 2 })

			bob := w.join("bob", sfutest.Options{SinglePC: single[1]})
			if n := len(bob.Join().GetOtherParticipants()[0].GetTracks()); n != 2 {
				t.Fatalf("the join response shows %d of ann's tracks, want 2", n)
			}
			w.ok(bob.Hears(w.ctx, "ann", video, 20))
			if camera.Keys() == before {
				t.Error("ann was not asked for a key frame")
			}
			w.until(bob, "the muted track", func() bool { return len(bob.Tracks()) == 2 })
			for _, info := range bob.People()["ann"].GetTracks() {
				if info.GetMuted() != (info.GetSid() == microphone.SID()) {
					t.Errorf("track %s is shown with muted %v", info.GetSource(), info.GetMuted())
				}
			}
			w.ok(microphone.SetMuted(false))
			w.ok(bob.Hears(w.ctx, "ann", audio, 20))
		})
	}
}

func TestMute(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true})
	microphone := w.publish(ann, sfutest.Microphone())
	w.ok(bob.Hears(w.ctx, "ann", audio, 5))
	isMuted := func() bool { return bob.People()["ann"].GetTracks()[0].GetMuted() }
	w.ok(microphone.SetMuted(true))
	w.until(bob, "mute", isMuted)
	w.ok(microphone.SetMuted(false))
	w.until(bob, "unmute", func() bool { return !isMuted() })
	w.ok(bob.Hears(w.ctx, "ann", audio, 20))
}

func TestUnpublishAndPublishAgain(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]})
			sections := 0
			for range 5 { // more often than one connection has sections at the start
				camera := w.publish(ann, sfutest.Camera())
				w.ok(bob.Hears(w.ctx, "ann", video, 5))
				if sections == 0 {
					sections = bob.Sections()
				} else if got := bob.Sections(); got > sections+1 {
					// One more is right: a section is free again only when bob has
					// agreed that it is quiet, and ann may be faster than that.
					t.Errorf("the SDP grows: %d media sections after %d", got, sections)
				}
				w.ok(camera.Unpublish())
				w.until(bob, "no track", func() bool { return tracksOf(bob, "ann") == 0 && bob.Receiving() == 0 })
			}
			w.eventually("no track on the node", func() bool { s := w.node.Stats(); return s.Tracks == 0 && s.Subscriptions == 0 })
		})
	}
}

// Publishers hear how their streams come in; with it, browsers know the round
// trip, and how much they may send.
func TestPublishersHearHowItComesIn(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann := w.join("ann", sfutest.Options{SinglePC: single[0]})
			camera := sfutest.Camera()
			camera.Simulcast = true
			streams := []*sfutest.Stream{w.publish(ann, sfutest.Microphone()).Stream("")}
			layers := w.publish(ann, camera)
			for _, rid := range sfutest.Rids() {
				streams = append(streams, layers.Stream(rid))
			}
			for _, stream := range streams {
				w.until(ann, "a report that knows a sender report", func() bool {
					report := stream.Report()
					return report != nil && report.LastSenderReport != 0 && report.LastSequenceNumber > 0
				})
				if report := stream.Report(); report.TotalLost != 0 || report.FractionLost != 0 {
					t.Errorf("lost on loopback: %+v", report)
				}
			}
		})
	}
}

// A section that lay quiet through further offers is used again. Pion takes its
// receiver for stopped then, and would never end its reads.
func TestPublishOnASectionThatLayQuiet(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	camera := w.publish(ann, sfutest.Camera())
	w.ok(bob.Hears(w.ctx, "ann", video, 5))
	w.ok(camera.Unpublish())
	w.until(bob, "no track", func() bool { return tracksOf(bob, "ann") == 0 })
	for range 2 {
		microphone := w.publish(ann, sfutest.Microphone())
		w.ok(bob.Hears(w.ctx, "ann", audio, 5))
		w.ok(microphone.Unpublish())
		w.until(bob, "no track", func() bool { return tracksOf(bob, "ann") == 0 })
	}
	again := sfutest.Camera()
	again.Reuse = true
	w.publish(ann, again)
	w.ok(bob.Hears(w.ctx, "ann", video, 5))
	ann.Leave()
	w.until(bob, "ann to be gone", func() bool { return bob.People()["ann"] == nil })
	bob.Leave()
	w.ok(w.node.Close(w.ctx)) // waits for everything that the node has started
}

func TestSubscriberChooses(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann := w.join("ann", sfutest.Options{SinglePC: single[0]})
			microphone := w.publish(ann, sfutest.Microphone())
			bob := w.join("bob", sfutest.Options{SinglePC: single[1], NoSubscribe: true})
			w.until(bob, "ann's track", func() bool { return tracksOf(bob, "ann") == 1 })
			subscribe := func(yes bool) {
				t.Helper()
				w.ok(bob.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Subscription{
					Subscription: &livekit.UpdateSubscription{TrackSids: []string{microphone.SID()}, Subscribe: yes},
				}}))
			}
			for range 2 {
				subscribe(true)
				w.ok(bob.Hears(w.ctx, "ann", audio, 10))
				subscribe(false)
				w.until(bob, "silence", func() bool { return len(bob.Tracks()) == 0 })
			}
		})
	}
}

func TestPublisherChoosesSubscribers(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob, cat := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{}), w.join("cat", sfutest.Options{SinglePC: true})
	w.publish(ann, sfutest.Microphone())
	w.ok(bob.Hears(w.ctx, "ann", audio, 5))
	w.ok(cat.Hears(w.ctx, "ann", audio, 5))
	permit := func(p *livekit.SubscriptionPermission) {
		w.ok(ann.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_SubscriptionPermission{SubscriptionPermission: p}}))
	}
	permit(&livekit.SubscriptionPermission{TrackPermissions: []*livekit.TrackPermission{{ParticipantIdentity: "bob", AllTracks: true}}})
	w.until(cat, "silence", func() bool { return len(cat.Tracks()) == 0 })
	w.ok(bob.Hears(w.ctx, "ann", audio, 5))
	permit(&livekit.SubscriptionPermission{AllParticipants: true})
	w.ok(cat.Hears(w.ctx, "ann", audio, 5))
}

func TestSpeakers(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	loud := sfutest.Microphone()
	loud.Loud = true
	microphone := w.publish(ann, loud)
	speaks := func(active bool) func() bool {
		return func() bool {
			for _, message := range slices.Backward(bob.Messages()) {
				for _, speaker := range message.GetSpeakersChanged().GetSpeakers() {
					if speaker.GetSid() == ann.SID() {
						return speaker.GetActive() == active
					}
				}
			}
			return false
		}
	}
	w.until(bob, "ann speaks", speaks(true))
	w.ok(microphone.SetMuted(true))
	w.until(bob, "ann is silent", speaks(false))
}

func TestNack(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	w.publish(ann, sfutest.Camera())
	w.ok(bob.Hears(w.ctx, "ann", video, 20))
	for _, track := range bob.Tracks() {
		w.until(bob, "packets for the second time", func() bool {
			w.ok(bob.Nack(track))
			return track.Twice() > 0
		})
	}
}

func TestSenderReports(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true})
	w.publish(ann, sfutest.Microphone())
	w.ok(bob.Hears(w.ctx, "ann", audio, 5))
	for _, track := range bob.Tracks() {
		w.until(bob, "sender reports", func() bool { return track.Reports() > 1 })
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{SignalingOnly: true})
	w.ok(ann.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: 42}}}))
	w.ok(ann.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Ping{Ping: 43}}))
	w.until(ann, "pong", func() bool {
		var response, pong bool
		for _, message := range ann.Messages() {
			response = response || message.GetPongResp().GetLastPingTimestamp() == 42
			pong = pong || message.GetPong() == 43
		}
		return response && pong
	})
}
