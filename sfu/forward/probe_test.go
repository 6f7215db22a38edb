package forward

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestASlowWayIsTriedToo: where ten milliseconds have less room than one packet of
// padding takes, what they have adds up. A picture that a slow network had no room
// for would else stay away for ever.
func TestASlowWayIsTriedToo(t *testing.T) {
	for _, bits := range []float64{50_000, 90_000, 120_000, 300_000} {
		synctest.Test(t, func(t *testing.T) {
			w := newWay(t)
			camera := w.lane(vp8Codec, 2)
			w.tighten(bits, camera)
			w.sleep(3 * time.Second) // media has stopped
			target, before := w.path.Estimate().Target, w.path.sent.Bytes()
			w.path.Probe(camera.sub)
			w.sleep(4 * time.Second)
			w.path.Probe(nil)
			sent := float64(w.path.sent.Bytes()-before) * 8 / 4
			if sent < 0.9*float64(target) || sent > 1.1*float64(target) {
				t.Errorf("padding of %.0f bits a second on a way of %d", sent, target)
			}
		})
	}
}
