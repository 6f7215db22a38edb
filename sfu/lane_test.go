package sfu_test

import (
	"fmt"
	"testing"
	"time"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// sealed checks that all that a person gets is sealed by the node itself.
func (w *world) sealed(identity string) {
	w.t.Helper()
	if ours, pions := w.node.Sealed(acme, identity); ours == 0 || pions != 0 {
		w.t.Errorf("of the streams that %s gets, the node has sealed %d, Pion %d", identity, ours, pions)
	}
}

func TestTheNodeSealsMedia(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		for _, tcp := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " tcp ", tcp), func(t *testing.T) {
				t.Parallel()
				w := realWorld(t)
				ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0], TCP: tcp}), w.join("bob", sfutest.Options{SinglePC: single[1], TCP: tcp})
				for _, peer := range []*sfutest.Peer{ann, bob} {
					w.publish(peer, sfutest.Camera())
					w.publish(peer, sfutest.Microphone())
				}
				for _, who := range []string{"ann", "bob"} {
					peer, other := ann, "bob"
					if who == "bob" {
						peer, other = bob, "ann"
					}
					w.ok(peer.Hears(w.ctx, other, video, 20))
					w.ok(peer.Hears(w.ctx, other, audio, 20))
					w.until(peer, "sender reports", func() bool {
						n := 0
						for _, track := range peer.Tracks() {
							n += int(min(track.Reports(), 1))
						}
						return n == 2
					})
					w.sealed(who)
				}
			})
		}
	}
}

// TestOtherClientsAreServedTheSameWay: without AES-GCM, as browsers that take the
// client's part in DTLS, and as SDKs that take the server's.
func TestOtherClientsAreServedTheSameWay(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]sfutest.Options{
		"without GCM": {OldCipher: true}, "without GCM, one connection": {OldCipher: true, SinglePC: true},
		"DTLS client": {Active: true}, "DTLS client without GCM": {Active: true, OldCipher: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", options)
			w.publish(ann, sfutest.Camera())
			w.publish(bob, sfutest.Camera())
			w.ok(bob.Hears(w.ctx, "ann", video, 20))
			w.ok(ann.Hears(w.ctx, "bob", video, 20))
			w.ok(bob.Resume(w.ctx))
			w.ok(bob.Hears(w.ctx, "ann", video, 20))
			w.sealed("bob")
		})
	}
}

// TestWhatIsSentAgainIsSealed: a lossy way, with repairs on a stream of their own,
// and of sound with the same bytes.
func TestWhatIsSentAgainIsSealed(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann := w.join("ann", sfutest.Options{SinglePC: single[0]})
			w.publish(ann, realCamera())
			w.publish(ann, sfutest.Microphone())
			bob := w.join("bob", sfutest.Options{SinglePC: single[1], Weak: &sfutest.Weak{Delay: 5 * time.Millisecond, Loss: 0.1}})
			picture, sound := w.track(bob, video), w.track(bob, audio)
			w.until(bob, "repairs", func() bool { return picture.Repaired() > 20 && sound.Received() > 100 })
			w.sealed("bob")
		})
	}
}

// TestAnotherPortKeepsPlaying: each resume opens other sockets on the client's
// side, and nothing is sent to the old ones any more.
func TestAnotherPortKeepsPlaying(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: single[1]})
			w.publish(ann, sfutest.Microphone())
			for range 3 {
				w.ok(bob.Hears(w.ctx, "ann", audio, 20))
				w.ok(bob.Resume(w.ctx))
			}
			w.ok(bob.Hears(w.ctx, "ann", audio, 20))
			w.sealed("bob")
		})
	}
}

// TestClosingUnderLoad ends people and rooms while media is on its way to them.
func TestClosingUnderLoad(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Camera())
	w.publish(ann, sfutest.Microphone())
	for i := range 4 {
		name := fmt.Sprint("guest ", i)
		guest := w.join(name, sfutest.Options{SinglePC: i%2 == 0, TCP: i == 3})
		w.ok(guest.Hears(w.ctx, "ann", video, 5))
		if i%2 == 0 {
			guest.Drop()
		} else {
			w.ok(w.node.Remove(w.ctx, acme, name, sfu.ReasonRemoved))
		}
	}
	w.ok(w.node.End(w.ctx, acme, sfu.ReasonHost))
}
