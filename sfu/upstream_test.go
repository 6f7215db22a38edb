package sfu_test

import (
	"testing"
	"time"

	"github.com/pion/webrtc/v3"

	"parley/sfu/sfutest"
)

// TestWhatAPublisherLosesComesAgain: a picture and a voice through a network that
// loses every tenth packet each way are whole for who receives them.
func TestWhatAPublisherLosesComesAgain(t *testing.T) {
	simulcast := sfutest.Camera()
	simulcast.Simulcast = true
	for name, test := range map[string]struct {
		options sfutest.Options
		camera  sfutest.Source
	}{
		"in place":                      {sfutest.Options{}, sfutest.Camera()},
		"on repair streams":             {sfutest.Options{RTX: true}, sfutest.Camera()},
		"on a simulcast's":              {sfutest.Options{RTX: true}, simulcast},
		"on a simulcast's, one for all": {sfutest.Options{RTX: true, SinglePC: true}, simulcast},
	} {
		t.Run(name, func(t *testing.T) {
			w := realWorld(t)
			weak := &sfutest.Weak{Delay: 10 * time.Millisecond}
			test.options.Weak = weak
			ann, bob := w.join("ann", test.options), w.join("bob", sfutest.Options{})
			w.publish(ann, sfutest.Microphone())
			w.publish(ann, test.camera)
			sound, picture := w.track(bob, audio), w.track(bob, video)
			weak.SetLoss(0.1)
			w.comesWhole(bob, picture, 400)
			if !test.options.RTX { // what this peer sends again of a voice, it sends as it was
				w.comesWhole(bob, sound, 200)
			}
			if test.options.RTX {
				if sent, asked := ann.Repairs(); asked == 0 || sent > asked+picture.Received()/10 {
					t.Errorf("%d packets were asked for, %d sent again", asked, sent)
				}
			}
		})
	}
}

// comesWhole waits for a stretch of packets of a track, of which no more are
// missing than are on their way; without repairs, every tenth is. Where the machine
// holds up what asks for them or brings them, it is a later stretch.
func (w *world) comesWhole(peer *sfutest.Peer, track *sfutest.Track, more uint64) {
	w.t.Helper()
	for {
		got, lost := track.Received(), track.Lost()
		w.until(peer, "media through a bad network", func() bool { return track.Received() > got+more })
		missing := track.Lost() - lost
		if missing <= int64(more)/40 {
			return
		}
		w.t.Logf("%d packets are missing of %d", missing, more)
	}
}

// TestTheNodeOpensMedia: what comes in goes past Pion as soon as Pion has found
// whose it is, and of what crosses over nothing is lost or comes twice.
func TestTheNodeOpensMedia(t *testing.T) {
	t.Parallel()
	simulcast := sfutest.Camera()
	simulcast.Simulcast = true
	for name, options := range map[string]sfutest.Options{
		"two connections": {}, "one connection": {SinglePC: true}, "TCP": {TCP: true},
		"without GCM": {OldCipher: true}, "DTLS client": {Active: true}, "repaired": {RTX: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			bob := w.join("bob", sfutest.Options{})
			ann := w.join("ann", options)
			w.publish(ann, sfutest.Microphone())
			w.publish(ann, simulcast)
			for _, track := range []*sfutest.Track{w.track(bob, audio), w.track(bob, video)} {
				before, more := track.Lost(), track.Received()+150
				w.until(bob, "media", func() bool { return track.Received() > more })
				if track.Lost() != before || track.Twice() > 0 {
					t.Errorf("%v: %d packets lost, %d came twice", track.Kind, track.Lost()-before, track.Twice())
				}
			}
			ours, pions := w.node.Opened(acme, "ann")
			w.ok(bob.Hears(w.ctx, "ann", video, 50))
			more, others := w.node.Opened(acme, "ann")
			if more < ours+50 || others > pions || pions > ours/4 {
				t.Errorf("the node has opened %d packets and then %d more, Pion %d and then %d more", ours, more-ours, pions, others-pions)
			}
			w.ok(ann.Resume(w.ctx))
			w.ok(bob.Hears(w.ctx, "ann", video, 50))
			if _, others := w.node.Opened(acme, "ann"); others > pions {
				t.Errorf("after an ICE restart Pion has opened %d", others-pions)
			}
		})
	}
}

// TestPublishersEstimateTheirWay: by what the node says of it, with Pion's
// implementation of the algorithm that browsers have.
func TestPublishersEstimateTheirWay(t *testing.T) {
	w := realWorld(t)
	weak := &sfutest.Weak{Delay: 10 * time.Millisecond}
	ann, bob := w.join("ann", sfutest.Options{Estimates: true, RTX: true, Weak: weak}), w.join("bob", sfutest.Options{})
	w.publish(ann, realCamera())
	w.track(bob, webrtc.RTPCodecTypeVideo)
	w.until(bob, "an estimate that has grown", func() bool { return ann.Estimate() > 1_500_000 })
	weak.SetLoss(0.3)
	w.until(bob, "an estimate that has shrunk", func() bool { return ann.Estimate() < 1_000_000 })
}
