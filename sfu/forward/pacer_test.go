package forward

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWithRoomNothingWaits(t *testing.T) {
	for name, limit := range map[string]float64{"no limit known": 0, "a limit far away": 20_000_000} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWay(t)
				camera := w.lane(vp8Codec, 2)
				camera.frame(1, true)
				for range 20 {
					if limit > 0 {
						w.path.Remote(limit)
						w.path.Remote(limit / 10) // so that it counts as limited
					}
					w.sleep(33 * time.Millisecond)
					w.path.Estimate()
					before := len(camera.out.packets)
					camera.frame(20, false)
					if left := len(camera.out.packets) - before; left != 20 {
						t.Fatalf("%d of 20 packets left with the frame", left)
					}
				}
				if w.path.pacer.timer != nil || w.path.pacer.media != nil {
					t.Error("the pacer has worked")
				}
			})
		})
	}
}

func TestABurstOnATightWayIsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWay(t)
		camera := w.lane(vp8Codec, 2)
		w.tighten(300_000, camera)
		before := len(camera.out.packets)
		start := w.now()
		camera.frame(10, true)
		if left := len(camera.out.packets) - before; left > 2 {
			t.Errorf("%d packets left at once", left)
		}
		w.sleep(time.Second)
		left := camera.out.at[before:]
		if len(left) != 10 {
			t.Fatalf("%d of 10 packets left", len(left))
		}
		for i, at := range left {
			// 1069 bytes each, at 375 kbit/s: 23 ms; and looks are 2 ms apart.
			if want := time.Duration(i-1) * 20 * time.Millisecond; at-start < want {
				t.Errorf("packet %d left after %v, want %v at least", i, at-start, want)
			}
		}
		if took := left[9] - start; took > 300*time.Millisecond {
			t.Errorf("the frame took %v", took)
		}
		camera.whole()
		if paced := camera.track.counters.Paced.Load(); paced < 8 {
			t.Errorf("%d packets are counted as paced", paced)
		}
	})
}

// gathering is a Burst that counts.
type gathering struct{ depth, times atomic.Int32 }

func (g *gathering) Hold()    { g.depth.Add(1); g.times.Add(1) }
func (g *gathering) Release() { g.depth.Add(-1) }

func TestWhatWaitedLeavesInBursts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g, outside := newWay(t), &gathering{}, 0
		w.path.Gather(g)
		camera := w.lane(vp8Codec, 2)
		w.tighten(300_000, camera)
		camera.out.now = func() time.Duration {
			if g.depth.Load() == 0 {
				outside++
			}
			return w.now()
		}
		camera.frame(10, true)
		atOnce := outside
		w.sleep(time.Second)
		if g.times.Load() == 0 || outside != atOnce {
			t.Errorf("%d packets left by themselves, in %d bursts", outside-atOnce, g.times.Load())
		}
		if g.depth.Load() != 0 {
			t.Error("packets are held for ever")
		}
		camera.whole()
	})
}

func TestPacingEndsWhenThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWay(t)
		camera := w.lane(vp8Codec, 2)
		w.tighten(300_000, camera)
		for range 60 {
			w.sleep(100 * time.Millisecond) // 86 kbit/s
			camera.frame(1, false)
			w.path.Estimate()
		}
		if w.path.Estimate().Paced {
			t.Error("still paced")
		}
		before := len(camera.out.packets)
		camera.frame(10, false)
		if left := len(camera.out.packets) - before; left != 10 {
			t.Errorf("%d of 10 packets left at once", left)
		}
	})
}

func TestSoundDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWay(t)
		camera, sound := w.lane(vp8Codec, 2), w.lane(opusCodec, 0)
		w.tighten(300_000, camera)
		camera.frame(15, true)
		waits := len(w.path.pacer.media)
		for range 10 {
			before := len(sound.out.packets)
			sound.src.write(make([]byte, 80))
			if len(sound.out.packets) != before+1 {
				t.Fatal("sound waits")
			}
		}
		if waits < 10 || len(w.path.pacer.media) != waits {
			t.Errorf("%d, then %d packets of the picture wait", waits, len(w.path.pacer.media))
		}
		if w.path.pacer.credit > -800 {
			t.Errorf("sound took nothing from the bucket: %v bytes are left", w.path.pacer.credit)
		}
	})
}

func TestWhatIsSentAgainSharesTheBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWay(t)
		camera := w.lane(vp8Codec, 2)
		w.tighten(300_000, camera)
		camera.frame(6, false)
		number, before := camera.out.packets[5].SequenceNumber, len(camera.out.packets)
		camera.nack(number)
		if len(camera.out.packets) != before {
			t.Fatal("it was sent past the bucket")
		}
		w.sleep(45 * time.Millisecond)
		if again := camera.out.packets[before]; again.SSRC != 815 {
			t.Errorf("the first to leave is of %d: what is sent again goes first", again.SSRC)
		}
		waits, left := len(w.path.pacer.media), len(camera.out.packets)
		w.path.Probe(camera.sub)
		defer w.path.Probe(nil)
		w.sleep(25 * time.Millisecond)
		for _, p := range camera.out.packets[left:] {
			if p.PaddingSize > 0 {
				t.Errorf("padding left while %d packets wait", waits)
			}
		}
	})
}
