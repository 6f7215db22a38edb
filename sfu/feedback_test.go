package sfu_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// saying has a peer repeat its own estimate as long as a condition is waited for.
func (w *world) saying(peer *sfutest.Peer, bits float32, what string, condition func() bool) {
	w.t.Helper()
	said := time.Time{}
	w.eventually(what, func() bool {
		if time.Since(said) > 200*time.Millisecond {
			w.ok(peer.SayREMB(bits))
			said = time.Now()
		}
		return condition()
	})
}

func TestAClientsOwnEstimateIsFollowed(t *testing.T) {
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, realCamera())
	bob := w.join("bob", sfutest.Options{Feedback: sfutest.ReportsOnly})
	picture := w.track(bob, video)
	w.until(bob, "the best layer", func() bool { return picture.Layer() == 2 })
	if link := w.downlink("bob"); link.Limited {
		t.Errorf("limited, though nothing speaks for it: %+v", link)
	}
	w.saying(bob, 300_000, "the lowest layer, and what he says", func() bool {
		link := w.downlink("bob")
		return picture.Layer() == 0 && link.Limited && link.Estimate <= 300_000
	})
	w.saying(bob, 1e12, "a better layer", func() bool { return picture.Layer() > 0 })
	if link := w.downlink("bob"); link.Estimate > 5_000_000 {
		t.Errorf("bob names any number: %+v", link)
	}
}

func TestLossIsHeardFromReceiverReportsToo(t *testing.T) {
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, realCamera())
	weak := &sfutest.Weak{Delay: 50 * time.Millisecond}
	bob := w.join("bob", sfutest.Options{Feedback: sfutest.ReportsOnly, Weak: weak})
	picture := w.track(bob, video)
	w.until(bob, "the best layer", func() bool { return picture.Layer() == 2 })
	w.eventually("the round trip", func() bool { rtt := w.downlink("bob").RTT; return rtt >= 100*time.Millisecond && rtt < 2*time.Second })
	weak.SetLoss(0.4)
	w.eventually("less than there was", func() bool { link := w.downlink("bob"); return link.Limited && link.Estimate < 1_500_000 })
}

// TestAClientWithoutRTCPIsServedWithCare: nothing tells what comes through, so it
// gets what almost every network carries; it is not taken for dead.
func TestAClientWithoutRTCPIsServedWithCare(t *testing.T) {
	clock := clockwork.NewFakeClockAt(time.Now())
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 10})
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	w.publish(ann, realCamera())
	bob := w.join("bob", sfutest.Options{Feedback: sfutest.Silent})
	picture, sound := w.track(bob, video), w.track(bob, audio)
	w.until(bob, "the best layer", func() bool { return picture.Layer() == 2 })
	w.ok(ann.Connected(w.ctx)) // before time passes faster
	ticks, ticked := 0, time.Now()
	w.eventually("the lowest layer, long after a dead client is dismissed", func() bool {
		if time.Since(ticked) > 100*time.Millisecond {
			clock.Advance(time.Second)
			ticks, ticked = ticks+1, time.Now()
		}
		return picture.Layer() == 0 && ticks > 40
	})
	link := w.downlink("bob")
	if !link.Limited || link.Estimate != 500_000 || link.Loss != 0 {
		t.Errorf("what is known of bob: %+v", link)
	}
	packets, frames, sounds := w.node.Stats().PacketsOut, picture.Decoder().Frames(), sound.Received()
	w.until(bob, "pictures and sound", func() bool {
		return picture.Decoder().Frames() > frames+30 && sound.Received() > sounds+50
	})
	// He is the only one who gets anything: two seconds of what he gets are some 160 packets.
	if sent := w.node.Stats().PacketsOut - packets; sent > 400 {
		t.Errorf("%d packets were sent: more than media", sent)
	}
	if names := w.identities(acme); len(names) != 2 {
		t.Errorf("in the room: %v", names)
	}
}

// TestAClientThatOnlyReportsIsNotTakenForDead: it has no need for connectivity
// checks of its own as long as it sends reports.
func TestAClientThatOnlyReportsIsNotTakenForDead(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	w := newWorld(t, clock)
	w.wait(4 * patience)
	w.open(acme, sfu.Limits{Participants: 10})
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	bob := w.join("bob", sfutest.Options{})
	sound := w.track(bob, audio)
	w.ok(ann.Connected(w.ctx)) // before time passes faster
	ticked, ticks := time.Now(), 0
	w.eventually("a quarter of a minute of sound", func() bool {
		if time.Since(ticked) > 100*time.Millisecond {
			clock.Advance(time.Second)
			ticked, ticks = time.Now(), ticks+1
		}
		return sound.Received() > 750 && ticks > 100 || len(w.identities(acme)) < 2
	})
	if names := w.identities(acme); len(names) != 2 {
		t.Errorf("in the room: %v", names)
	}
}
