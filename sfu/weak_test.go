package sfu_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
)

func realCamera() sfutest.Source {
	camera := sfutest.Camera()
	camera.Simulcast, camera.Real = true, true
	return camera
}

func (w *world) downlink(identity string) sfu.Downlink {
	for _, link := range w.node.Downlinks(acme) {
		if link.Identity == identity {
			return link
		}
	}
	return sfu.Downlink{}
}

// track waits for somebody's track of a kind.
func (w *world) track(peer *sfutest.Peer, kind webrtc.RTPCodecType) (found *sfutest.Track) {
	w.t.Helper()
	w.until(peer, "a track", func() bool {
		for _, t := range peer.Tracks() {
			if t.Kind == kind && t.Received() > 0 {
				found = t
				return true
			}
		}
		return false
	})
	return found
}

// wait gives the test more time than others have.
func (w *world) wait(most time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	w.ctx = ctx
	w.t.Cleanup(cancel)
}

// estimates are what the node thinks that somebody's network carries, looked at
// ten times a second.
type estimates struct {
	at   time.Time
	list []int
}

func (e *estimates) look(link sfu.Downlink) {
	if now := time.Now(); link.Limited && now.Sub(e.at) >= 100*time.Millisecond {
		e.at, e.list = now, append(e.list, link.Estimate)
	}
}

// mean is that of the latest looks, and whether it is within a fifth of a rate.
func (e *estimates) mean(looks, rate int) (mean int, close bool) {
	if len(e.list) < looks {
		return 0, false
	}
	for _, one := range e.list[len(e.list)-looks:] {
		mean += one
	}
	mean /= looks
	return mean, mean >= rate*8/10 && mean <= rate*12/10
}

// TestAWeakNetworkCarriesACall: loss, jitter that reorders, and a bottleneck. That
// the estimate settles within 10 s is shown in sfu/congestion, on a clock of its
// own; here it has the time that the machine takes, which holds packets up when
// it is busy and so looks like a weaker network.
func TestAWeakNetworkCarriesACall(t *testing.T) {
	const rate = 300_000
	w := realWorld(t)
	w.wait(4 * patience)
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	camera := w.publish(ann, realCamera())
	weak := &sfutest.Weak{Rate: rate, Queue: 300 * time.Millisecond, Delay: 10 * time.Millisecond, Jitter: 100 * time.Millisecond, Loss: 0.05}
	bob := w.join("bob", sfutest.Options{Weak: weak})
	picture, sound := w.track(bob, video), w.track(bob, audio)
	var seen estimates
	start := time.Now()
	w.eventually("an estimate that stays within a fifth of the way, in the mean of eight seconds", func() bool {
		seen.look(w.downlink("bob"))
		_, settled := seen.mean(80, rate)
		return settled
	})
	t.Logf("settled after %v", time.Since(start))
	lost, heard, shown, all := sound.Lost(), sound.Received(), uint64(0), uint64(0)
	for part := range 4 {
		frames, sent, before := picture.Decoder().Frames(), camera.Stream("q").Sent(), sound.Received()
		w.eventually("two seconds of sound", func() bool { return sound.Received() >= before+100 })
		frames, sent = picture.Decoder().Frames()-frames, camera.Stream("q").Sent()-sent
		t.Logf("part %d: %d of %d frames, %d repaired in all, %+v", part, frames, sent, picture.Repaired(), w.downlink("bob"))
		shown, all = shown+frames, all+sent
		if frames < sent/5 {
			t.Errorf("part %d: %d of %d frames can be shown", part, frames, sent)
		}
	}
	if shown < all*6/10 {
		t.Errorf("%d of %d frames can be shown", shown, all)
	}
	lost, heard = sound.Lost()-lost, sound.Received()-heard
	if float64(lost) > 0.01*float64(heard) {
		t.Errorf("%d of %d sounds lost", lost, heard)
	}
}

func TestAWeakPersonDragsNobodyDown(t *testing.T) {
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	camera := w.publish(ann, realCamera())
	weak := &sfutest.Weak{Queue: 300 * time.Millisecond, Delay: 10 * time.Millisecond}
	cat := w.join("cat", sfutest.Options{Weak: weak})
	strong, held := w.track(bob, video), w.track(cat, video)
	w.until(bob, "the best layer", func() bool { return strong.Layer() == 2 })
	w.until(cat, "the best layer", func() bool { return held.Layer() == 2 })
	weak.SetRate(100_000)
	best := camera.Stream("f")
	sent, got, catGot := best.Sent(), strong.Received(), held.Received()
	w.eventually("a thousand packets of the best layer", func() bool { return best.Sent() >= sent+1000 })
	sent, got, catGot = best.Sent()-sent, strong.Received()-got, held.Received()-catGot
	t.Logf("of %d packets, bob got %d and cat %d", sent, got, catGot)
	if float64(got) < 0.95*float64(sent) {
		t.Errorf("bob got %d of %d packets, though only cat's network is weak", got, sent)
	}
	if catGot > sent/2 {
		t.Errorf("cat got %d of %d packets through 100 kbit/s", catGot, sent)
	}
	if layer := strong.Layer(); layer != 2 {
		t.Errorf("bob gets layer %d", layer)
	}
}

func TestAPictureIsPausedAndComesBack(t *testing.T) {
	w := realWorld(t)
	w.wait(4 * patience) // after tries that failed, the next one waits up to 16 s
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	w.publish(ann, realCamera())
	weak := &sfutest.Weak{Rate: 120_000, Queue: 300 * time.Millisecond, Delay: 10 * time.Millisecond}
	bob := w.join("bob", sfutest.Options{Weak: weak, AllowPause: true})
	picture, sound := w.track(bob, video), w.track(bob, audio)
	state := func(want livekit.StreamState) func() bool {
		return func() bool {
			last := livekit.StreamState_ACTIVE
			for _, message := range bob.Messages() {
				for _, s := range message.GetStreamStateUpdate().GetStreamStates() {
					if s.GetTrackSid() == picture.SID && s.GetParticipantSid() == ann.SID() {
						last = s.GetState()
					}
				}
			}
			return last == want
		}
	}
	w.until(bob, "a pause", state(livekit.StreamState_PAUSED))
	heard := sound.Received()
	w.until(bob, "sound all the same", func() bool { return sound.Received() > heard+50 })
	weak.SetRate(3_000_000)
	w.until(bob, "the end of the pause", state(livekit.StreamState_ACTIVE))
	frames := picture.Decoder().Frames()
	w.until(bob, "pictures", func() bool { return picture.Decoder().Frames() > frames+15 })
}

// told is the last that a peer was told of somebody's connection.
func told(peer *sfutest.Peer, sid string) (quality livekit.ConnectionQuality, ok bool) {
	for _, message := range peer.Messages() {
		for _, info := range message.GetConnectionQuality().GetUpdates() {
			if info.GetParticipantSid() == sid {
				quality, ok = info.GetQuality(), true
			}
		}
	}
	return quality, ok
}

func TestEverybodyIsToldOfConnections(t *testing.T) {
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	hears := func(who, of *sfutest.Peer) func() bool {
		return func() bool { _, ok := told(who, of.SID()); return ok }
	}
	w.until(ann, "her own", hears(ann, ann))
	weak := &sfutest.Weak{}
	bob := w.join("bob", sfutest.Options{Weak: weak})
	w.until(bob, "ann's", hears(bob, ann))
	weak.SetLoss(0.4)
	w.until(ann, "that bob's is poor", func() bool {
		quality, ok := told(ann, bob.SID())
		return ok && quality == livekit.ConnectionQuality_POOR
	})
}

// TestNobodySendsWhatNoNetworkHasRoomFor: the best layer rests while nobody can
// get it, and comes back when somebody can.
func TestNobodySendsWhatNoNetworkHasRoomFor(t *testing.T) {
	clock := clockwork.NewFakeClockAt(time.Now())
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 10})
	w.wait(4 * patience) // estimates grow by a few percent a second
	// A second of the node's takes a quarter: media runs by the real clock.
	done := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				clock.Advance(time.Second)
			case <-done:
				return
			}
		}
	})
	defer ticking.Wait()
	defer close(done)
	ann := w.join("ann", sfutest.Options{})
	source := realCamera()
	source.Dynacast = true
	camera := w.publish(ann, source)
	weak := &sfutest.Weak{Queue: 300 * time.Millisecond, Delay: 10 * time.Millisecond}
	bob, cat := w.join("bob", sfutest.Options{Weak: weak}), w.join("cat", sfutest.Options{})
	picture := w.track(bob, video)
	w.shown(cat, 2)
	asked := func() int { return ann.Asked(camera.SID(), webrtc.MimeTypeVP8) }
	weak.SetRate(250_000)
	w.until(bob, "a lower layer", func() bool { return picture.Layer() < 2 })
	if asked() != 2 {
		t.Error("cat has room for the best layer, and is not the one to suffer")
	}
	cat.Leave()
	w.until(ann, "to be asked for the lowest", func() bool { return asked() == 0 })
	stopped, frames := camera.Stream("h").Sent(), picture.Decoder().Frames()
	w.until(bob, "pictures all the same", func() bool { return picture.Layer() == 0 && picture.Decoder().Frames() > frames })
	weak.SetRate(10_000_000)
	w.until(ann, "to be asked for more again", func() bool { return asked() > 0 })
	w.until(bob, "a better layer", func() bool { return picture.Layer() > 0 })
	if camera.Stream("h").Sent() <= stopped {
		t.Error("the middle layer has not come back")
	}
}
