package forward

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// way is a subscriber's, with tracks on it. It lives in a bubble of synctest,
// whose clock moves when everybody waits.
type way struct {
	t     *testing.T
	start time.Time
	path  *Path
}

func newWay(t *testing.T) *way {
	w := &way{t: t, start: time.Now()}
	w.path = NewPath(w.now)
	t.Cleanup(w.path.Close)
	return w
}

// sleep lets the clock run, and what is due happen.
func (w *way) sleep(d time.Duration) {
	w.path.pacer.idle() // its lock tells the race detector what came before
	time.Sleep(d)
	synctest.Wait()
}

func (w *way) now() time.Duration { return time.Second + time.Since(w.start) }

// lane is one track on the way, with one stream.
type lane struct {
	*stage
	src *source
	out *timedWire
}

// timedWire keeps packets, and when they left.
type timedWire struct {
	wire
	now func() time.Duration
	at  []time.Duration
}

func (w *timedWire) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	w.at = append(w.at, w.now())
	return w.wire.WriteRTP(header, payload)
}

func (w *way) lane(codec webrtc.RTPCodecCapability, rank int) *lane {
	return w.laneOf(NewTrack("TR_x", codec, w.now, &Counters{}), codec, rank, true)
}

func (w *way) laneOf(track *Track, codec webrtc.RTPCodecCapability, rank int, rtx bool) *lane {
	w.t.Helper()
	l := &lane{stage: &stage{t: w.t, track: track}, out: &timedWire{now: w.now}}
	l.sub = NewSub(track, "PA_x|TR_x")
	l.sub.SetPath(w.path)
	l.sub.SetRepair(815)
	l.sub.SetRank(rank)
	if _, err := l.sub.Bind(richContext{bindContext{writer: l.out, codec: codec}, rtx}); err != nil {
		w.t.Fatal(err)
	}
	track.Subscribe(l.sub)
	l.sub.Open()
	l.src = l.source(2, uint16(rand.Uint32()), 0, 7)
	return l
}

// frame writes a frame of some packets, all at once.
func (l *lane) frame(packets int, key bool) {
	var burst [][]byte
	for i := range packets {
		payload := append([]byte{0x90, 0x80, 0x80 | byte(l.src.picture>>8), byte(l.src.picture), 0x01}, make([]byte, 1000)...)
		if i > 0 {
			payload[0] = 0x80
		}
		if key {
			payload[4] = 0
		}
		payload[10] = byte(i)
		burst = append(burst, l.src.packet(payload))
	}
	l.src.layer.Write(burst...)
	l.src.picture = (l.src.picture + 1) & 0x7fff
	l.src.ts += 3000
}

// tighten makes the way one of some bits a second, which is filled.
func (w *way) tighten(bits float64, l *lane) {
	w.t.Helper()
	l.frame(1, true)
	for range 30 {
		w.path.Remote(bits)
		w.sleep(time.Duration(float64(1005+overhead) * 8 / bits * float64(time.Second)))
		l.frame(1, false)
	}
	if estimate := w.path.Estimate(); !estimate.Paced || !estimate.Limited {
		w.t.Fatalf("the way is not paced: %+v", estimate)
	}
	w.sleep(50 * time.Millisecond)
}

// whole checks that the subscriber gets one stream without gaps, in which no
// number has two contents.
func (l *lane) whole() {
	l.t.Helper()
	for i := 1; i < len(l.out.packets); i++ {
		if before, after := l.out.packets[i-1], l.out.packets[i]; after.SequenceNumber != before.SequenceNumber+1 {
			l.t.Errorf("packet %d: number %d after %d", i, after.SequenceNumber, before.SequenceNumber)
		}
	}
}

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

func TestOneTightWayHoldsNobodyElseUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tight, wide := newWay(t), newWay(t)
		camera := tight.lane(vp8Codec, 2)
		other := wide.laneOf(camera.track, vp8Codec, 2, true)
		tight.tighten(200_000, camera)
		for i := range 60 {
			before := len(other.out.packets)
			camera.frame(10, i%10 == 0)
			if got := len(other.out.packets) - before; got != 10 {
				t.Fatalf("frame %d: %d of 10 packets for who has room", i, got)
			}
			if q := &tight.path.pacer; q.bytes > queueKeys*q.bound()+2000 || len(q.media) > queueMost {
				t.Fatalf("%d bytes, %d packets wait", q.bytes, len(q.media))
			}
			tight.sleep(33 * time.Millisecond)
		}
		if camera.track.counters.Shed.Load() == 0 {
			t.Error("nothing was dropped of ten times what the way carries")
		}
	})
}

func TestAFullQueueDropsWhatMattersLeast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWay(t)
		screen, tile := w.lane(vp8Codec, 0), w.lane(vp8Codec, 2)
		w.tighten(300_000, tile)
		screen.frame(1, true)
		tile.frame(2, true)
		requests := tile.src.requests
		sent := 1
		for range 14 { // too much for the queue
			tile.frame(1, false)
			screen.frame(1, false)
			sent++
		}
		if w.path.Estimate().Shed == 0 || tile.track.counters.Shed.Load() == 0 {
			t.Fatal("nothing was dropped")
		}
		if q := &w.path.pacer; q.bytes > q.bound() {
			t.Errorf("%d bytes wait, the bound is %d", q.bytes, q.bound())
		}
		if shed := screen.track.counters.Shed.Load(); shed > 2 {
			t.Errorf("%d packets of what is shared were dropped", shed)
		}
		tile.frame(1, false)
		if tile.src.requests != requests {
			t.Error("a key frame was asked for while there is no room for it")
		}
		w.sleep(2 * time.Second)
		before := len(tile.out.packets)
		tile.frame(1, false)
		if tile.src.requests != requests+1 || len(tile.out.packets) != before {
			t.Errorf("%d requests for a key frame, and %d packets that need one", tile.src.requests-requests, len(tile.out.packets)-before)
		}
		tile.frame(2, true)
		tile.frame(1, false)
		w.sleep(2 * time.Second)
		if got := len(tile.out.packets) - before; got != 3 {
			t.Errorf("%d of 3 packets from the key frame on", got)
		}
		tile.whole()
		screen.whole()
	})
}

func TestAKeyFrameLargerThanTheQueueComesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWay(t)
		camera := w.lane(vp8Codec, 2)
		w.tighten(100_000, camera)
		before := len(camera.out.packets)
		camera.frame(25, true) // the bound is 15 kB
		for range 20 {
			camera.frame(1, false)
		}
		w.sleep(5 * time.Second)
		if got := len(camera.out.packets) - before; got != 25 {
			t.Errorf("%d packets, want the 25 of the key frame", got)
		}
		camera.whole()
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

func TestWhatWaitsOfAMutedTrackIsNeverSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, stop := range map[string]func(*lane){
			"muted": func(l *lane) { l.track.SetMuted(true) }, "hidden": func(l *lane) { l.sub.SetPaused(true) },
			"held": func(l *lane) { l.sub.SetAllotment(0, true) }, "unbound": func(l *lane) { _ = l.sub.Unbind(nil) },
		} {
			w := newWay(t)
			camera := w.lane(vp8Codec, 2)
			w.tighten(300_000, camera)
			camera.frame(8, true)
			stop(camera)
			before := len(camera.out.packets)
			w.sleep(time.Second)
			if after := len(camera.out.packets); after != before || !w.path.pacer.idle() {
				t.Errorf("%s: %d packets left after", name, after-before)
			}
		}
	})
}

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

func TestReceiverReportsAreKept(t *testing.T) {
	s, _ := newNumberedStage(t, vp8Codec, true)
	src := s.source(2, 1, 0, 0)
	src.frame(true)
	src.layer.SenderReport(0x1234_5678_9abc_def0, 0)
	report := s.sub.Report(s.now)
	s.now += 120 * time.Millisecond
	heard := func(highest uint32, lost uint8) {
		s.sub.HandleRTCP([]rtcp.Packet{&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{
			SSRC: 4711, LastSequenceNumber: highest, FractionLost: lost, Jitter: 900,
			LastSenderReport: uint32(report.NTPTime >> 16), Delay: 40 << 16 / 1000,
		}}}})
	}
	if _, known := s.sub.Received(); known {
		t.Error("a report is known before one came")
	}
	heard(100, 64)
	got, known := s.sub.Received()
	if rtt := got.RTT.Round(time.Millisecond); !known || got.Loss != 0.25 || got.Jitter != 10*time.Millisecond || rtt != 80*time.Millisecond {
		t.Errorf("kept %+v, %v", got, known)
	}
	heard(100, 255)
	if again, _ := s.sub.Received(); again != got {
		t.Errorf("the same report again says %+v", again)
	}
	if rtt := s.sub.path.Estimate().RTT.Round(time.Millisecond); rtt != 80*time.Millisecond {
		t.Errorf("the path's round trip is %v", rtt)
	}
}
