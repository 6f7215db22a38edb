package sfu_test

import (
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/sfutest"
)

// TestNoSecondOfferBeforeTheConnection is somebody who has agreed to the first offer
// and not connected when there is more to say. A Pion client takes a second offer in
// that moment for a restart, and never connects.
func TestNoSecondOfferBeforeTheConnection(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.ok(ann.Connected(w.ctx))
	w.publish(ann, sfutest.Microphone())
	lost := &sfutest.Weak{Loss: 1}
	bob := w.join("bob", sfutest.Options{Weak: lost})
	offers := func() (n int) {
		for _, message := range bob.Messages() {
			if message.GetOffer() != nil {
				n++
			}
		}
		return n
	}
	w.until(bob, "the first offer", func() bool { return offers() == 1 })
	w.publish(ann, sfutest.Camera())
	w.until(bob, "word of a second track", func() bool { return len(bob.People()["ann"].GetTracks()) == 2 })
	w.ok(bob.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: 1}}}))
	w.until(bob, "an answer after what the node did with it", func() bool {
		for _, message := range bob.Messages() {
			if message.GetPongResp() != nil {
				return true
			}
		}
		return false
	})
	if n := offers(); n != 1 {
		t.Errorf("%d offers to a client that is about to connect", n)
	}

	// A client that gave up comes again, and gets everything.
	lost.SetLoss(0)
	w.ok(bob.Resume(w.ctx))
	w.ok(bob.Hears(w.ctx, "ann", audio, 5))
	w.ok(bob.Hears(w.ctx, "ann", video, 5))
}
