package forward

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

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
