package forward

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// TestNoNumberIsUsedTwice does all that moves numbers, at random. Under AES-GCM, a
// number with two contents gives the key away.
func TestNoNumberIsUsedTwice(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			w := newWay(t)
			lanes := []*lane{w.lane(vp8Codec, 0), w.lane(vp8Codec, 1), w.laneOf(NewTrack("TR_z", vp8Codec, w.now, &Counters{}), vp8Codec, 2, false)}
			w.tighten(250_000, lanes[0])
			served, held := make([]int, len(lanes)), make([][][]byte, len(lanes))
			for range 1500 {
				i := rng.IntN(len(lanes))
				l := lanes[i]
				switch n := rng.IntN(40); {
				case n < 20:
					key := l.src.requests != served[i] && rng.IntN(3) == 0
					if key {
						served[i] = l.src.requests
					}
					l.frame(1+rng.IntN(6), key)
				case n == 20:
					l.sub.SetPaused(true)
				case n < 24:
					l.sub.SetPaused(false)
				case n == 24:
					w.path.Remote(50_000 + 600_000*rng.Float64())
				case n < 28 && len(l.out.packets) > 0:
					l.nack(l.out.packets[len(l.out.packets)-1].SequenceNumber - uint16(rng.IntN(8)) + 2)
				case n < 34: // comes late
					held[i] = append(held[i], l.src.packet([]byte{0x80, 0x80, 0x80, byte(n), 1, byte(rng.Uint32())}))
				case len(held[i]) > 0:
					last := rng.IntN(len(held[i]))
					l.src.layer.Write(held[i][last])
					held[i] = append(held[i][:last], held[i][last+1:]...)
				}
				w.sleep(time.Duration(rng.IntN(12)) * time.Millisecond)
			}
			w.sleep(5 * time.Second)
			if shed := w.path.Estimate().Shed; shed < 20 {
				t.Errorf("seed %d: only %d packets were dropped", seed, shed)
			}
			for i, l := range lanes {
				once := map[string][]byte{}
				for _, p := range l.out.packets {
					name := fmt.Sprint(p.SSRC, p.SequenceNumber)
					raw, err := p.Marshal()
					if err != nil {
						t.Fatal(err)
					}
					if before, twice := once[name]; twice && !bytes.Equal(before, raw) {
						t.Fatalf("seed %d: number %s of track %d goes out with two contents", seed, name, i)
					}
					once[name] = raw
				}
			}
		})
	}
}
