package forward

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// pattern is what Chromium sends as L1T3: temporal layer, and whether the frame
// depends on layer 0 only.
var pattern = []struct {
	temporal byte
	sync     bool
}{{0, false}, {2, true}, {1, true}, {2, false}, {0, false}, {2, false}, {1, false}, {2, false}}

// layered writes frames of a source in three temporal layers.
type layered struct {
	*source
	stage *stage
	at    int
	tl0   uint8
}

// frame writes the next frame, of two packets, and lets a thirtieth of a second
// pass.
func (l *layered) frame(key bool) {
	if key {
		l.at = 0
	}
	now := pattern[l.at%len(pattern)]
	l.at++
	if now.temporal == 0 {
		l.tl0++
	}
	tid := now.temporal << 6
	if now.sync {
		tid |= 0x20
	}
	for i := range 2 {
		payload := []byte{0x80, 0xe0, 0x80 | byte(l.picture>>8), byte(l.picture), l.tl0, tid, 0x01, byte(i)}
		if i == 0 {
			payload[0] |= 0x10
		}
		if key {
			payload[6] = 0
		}
		raw := (&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: l.seq, Timestamp: l.ts, Marker: i == 1}, Payload: payload})
		b, err := raw.Marshal()
		if err != nil {
			panic(err)
		}
		l.layer.Write(b)
		l.seq++
	}
	l.picture = (l.picture + 1) & 0x7fff
	l.ts += 3000
	l.stage.now += time.Second / 30
}

// decodable checks what a receiver of VP8 needs: no gap in sequence numbers or
// picture ids, frames in order, base layers counted one by one, and no frame of
// a temporal layer whose last one is missing.
func (s *stage) decodable() {
	s.t.Helper()
	var latest [3]int // frames
	frames := 0
	for i := 1; i < len(s.out.headers); i++ {
		before, after := s.out.headers[i-1], s.out.headers[i]
		a, _ := parseVP8(s.out.payloads[i-1])
		b, _ := parseVP8(s.out.payloads[i])
		if b.start {
			frames++
			if b.temporal > 0 && !b.sync && frames-latest[b.temporal] > 8 {
				s.t.Fatalf("packet %d: temporal layer %d entered where it may not be", i, b.temporal)
			}
			latest[b.temporal] = frames
		}
		switch {
		case after.SequenceNumber != before.SequenceNumber+1:
			s.t.Fatalf("packet %d: sequence number %d after %d", i, after.SequenceNumber, before.SequenceNumber)
		case before.Marker != b.start:
			s.t.Fatalf("packet %d: a frame that is not whole", i)
		case !b.start && (a.picture != b.picture || before.Timestamp != after.Timestamp):
			s.t.Fatalf("packet %d: picture %d at %d inside of picture %d at %d", i, b.picture, after.Timestamp, a.picture, before.Timestamp)
		case b.start && b.picture != (a.picture+1)&0x7fff:
			s.t.Fatalf("packet %d: picture %d after %d", i, b.picture, a.picture)
		case b.start && int32(after.Timestamp-before.Timestamp) <= 0:
			s.t.Fatalf("packet %d: time goes back by %d", i, before.Timestamp-after.Timestamp)
		case b.start && b.temporal == 0 && b.tl0 != a.tl0+1, b.start && b.temporal > 0 && b.tl0 != a.tl0:
			s.t.Fatalf("packet %d: TL0PICIDX %d after %d, of temporal layer %d", i, b.tl0, a.tl0, b.temporal)
		}
	}
}

// temporals counts frames of each temporal layer from a packet on.
func (s *stage) temporals(from int) (n [3]int) {
	for _, payload := range s.out.payloads[from:] {
		if d, _ := parseVP8(payload); d.start {
			n[d.temporal]++
		}
	}
	return n
}

func TestFrameRate(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := &layered{source: s.source(2, 65_500, 4_294_900_000, 0x7ff0), stage: s, tl0: 250}
	play := func(frames int) [3]int {
		from := len(s.out.payloads)
		for range frames {
			src.frame(false)
		}
		return s.temporals(from)
	}
	src.frame(true)
	if n := play(63); n != [3]int{15, 16, 32} {
		t.Fatalf("frames by layer %v, want all", n)
	}
	for _, step := range []struct {
		fps  int
		want [3]int
	}{{15, [3]int{16, 16, 0}}, {7, [3]int{16, 0, 0}}, {1, [3]int{16, 0, 0}}, {14, [3]int{16, 16, 0}}, {30, [3]int{16, 16, 32}}, {8, [3]int{16, 16, 0}}, {0, [3]int{16, 16, 32}}} {
		s.sub.SetFrameRate(step.fps)
		play(19) // rises where layers may be entered
		if n := play(64); n != step.want {
			t.Errorf("%d frames a second: frames by layer %v, want %v", step.fps, n, step.want)
		}
	}
	s.decodable()
}

func TestFrameRateWithWrapsAndSwitches(t *testing.T) {
	s := newStage(t, vp8Codec)
	low := &layered{source: s.source(0, 65_000, 4_294_000_000, 0x7000), stage: s}
	high := &layered{source: s.source(2, 100, 77, 12), stage: s, tl0: 99}
	for i := range 40_000 { // more than two cycles of everything
		src := low
		if i/500%2 == 1 {
			src = high
		}
		s.sub.SetFrameRate([]int{0, 15, 7}[i/700%3])
		if i%500 == 0 {
			s.sub.SetQuality(src.layer.quality)
			low.layer.live.Store(src == low) // only one is sent at a time
			high.layer.live.Store(src == high)
			s.track.best[First].Store(src.layer)
		}
		src.frame(i%500 == 0)
	}
	if len(s.out.headers) < 30_000 {
		t.Errorf("%d packets", len(s.out.headers))
	}
	s.decodable()
}

func TestNackAfterFramesWereLeftOut(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := &layered{source: s.source(2, 65_400, 0, 0), stage: s}
	src.frame(true)
	for range 64 {
		src.frame(false)
	}
	s.sub.SetFrameRate(7)
	for range 160 {
		src.frame(false)
	}
	s.decodable()
	n := len(s.out.headers)
	for i := n - 60; i < n; i++ {
		s.sub.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
			MediaSSRC: 4711, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{s.out.headers[i].SequenceNumber}),
		}})
		last := len(s.out.headers) - 1
		if last != n+i-(n-60) || s.out.headers[last].SequenceNumber != s.out.headers[i].SequenceNumber ||
			s.out.headers[last].Timestamp != s.out.headers[i].Timestamp || !bytes.Equal(s.out.payloads[last], s.out.payloads[i]) {
			t.Fatalf("packet %d came again as %+v", i, s.out.headers[last])
		}
	}
}

func TestPacketThatComesLateBetweenFramesLeftOut(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := &layered{source: s.source(2, 1, 0, 0), stage: s}
	src.frame(true)
	for range 63 {
		src.frame(false)
	}
	s.sub.SetFrameRate(7)
	for range 8 {
		src.frame(false)
	}
	// A base frame's packets come after the next frame, which is left out.
	late := *src.source
	at, tl0 := src.at, src.tl0
	src.seq, src.picture, src.ts, src.at, src.tl0 = src.seq+2, src.picture+1, src.ts+3000, src.at+1, src.tl0+1
	src.frame(false)
	src.frame(false)
	after := *src
	src.source, src.at, src.tl0 = &late, at, tl0
	src.frame(false)
	src.source, src.at, src.tl0 = after.source, after.at, after.tl0
	for range 16 {
		src.frame(false)
	}
	s.decodable()
}

func TestKeyFrameWhosePacketsComeInAnotherOrder(t *testing.T) {
	s := newStage(t, vp8Codec)
	low, high := s.source(0, 100, 5000, 20), s.source(2, 60_000, 9, 30_000)
	low.frame(true)
	low.frame(false)
	first := []byte{0x90, 0x80, 0x80 | byte(high.picture>>8), byte(high.picture), 0x00, 1}
	second := []byte{0x80, 0x80, 0x80 | byte(high.picture>>8), byte(high.picture), 0x55, 2}
	high.seq++
	high.write(second)
	high.seq -= 2
	high.write(first)
	high.seq++
	high.ts, high.picture = high.ts+3000, high.picture+1
	high.frame(false)
	s.sent(4)
	missing := s.out.headers[2].SequenceNumber + 1
	s.sub.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: 4711, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{missing})}})
	s.sent(5)
	if got := s.out.payloads[4]; s.out.headers[4].SequenceNumber != missing || s.out.headers[4].Timestamp != s.out.headers[2].Timestamp || got[5] != 2 {
		t.Errorf("the packet that overtook came again as %+v % x", s.out.headers[4], got)
	}
}

func TestNarrowPictureIDs(t *testing.T) {
	s := newStage(t, vp8Codec)
	low, high := s.source(0, 1, 0, 0), s.source(2, 9, 0, 0)
	write := func(src *source, picture, first byte) {
		src.write([]byte{0x90, 0x80, picture & 0x7f, first})
		src.ts += 3000
		s.now += time.Second / 30
	}
	write(low, 120, 0)
	for i := range byte(20) {
		write(low, 121+i, 1)
	}
	write(high, 3, 0)
	for i := range byte(20) {
		write(high, 4+i, 1)
	}
	for i, payload := range s.out.payloads {
		if d, _ := parseVP8(payload); d.wide || d.picture != (120+uint16(i))&0x7f {
			t.Fatalf("packet %d: picture %d, wide %v", i, d.picture, d.wide)
		}
	}
}

func TestLayerThatDiesIsLeftSoon(t *testing.T) {
	s := newStage(t, vp8Codec)
	low, high := s.source(0, 1, 0, 0), s.source(2, 1, 0, 0)
	for range 10 {
		low.frame(true)
		high.frame(true)
		s.now += time.Second / 30
	}
	if s.sub.current != high.layer {
		t.Fatal("not the best layer")
	}
	died := s.now
	for s.sub.current == high.layer && s.now < died+time.Second {
		low.frame(true)
		s.now += time.Second / 30
	}
	if silent := s.now - died; silent > 400*time.Millisecond {
		t.Errorf("the picture stood still for %v", silent)
	}
}

func TestSlowScreenDoesNotDie(t *testing.T) {
	s := newStage(t, vp8Codec)
	low, high := s.source(0, 1, 0, 0), s.source(2, 1, 0, 0)
	low.frame(true)
	high.frame(true)
	before := low.requests
	for range 20 {
		s.now += 2 * time.Second // a slide that nobody turns
		low.frame(false)
		high.frame(false)
	}
	if s.sub.current != high.layer || low.requests != before {
		t.Errorf("left for another layer, or %d key frames asked of it", low.requests-before)
	}
}

func TestNothingFromBeforeTheCameraWasStopped(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := s.source(2, 10, 0, 0)
	src.frame(true)
	late := *src // a key frame that takes a long way
	src.seq, src.ts, src.picture = src.seq+1, src.ts+3000, src.picture+1
	src.frame(false)
	s.sent(2)
	s.track.SetMuted(true)
	s.track.SetMuted(false)

	out := &recorder{}
	newcomer := NewSub(s.track, "PA_x|TR_x")
	if _, err := newcomer.Bind(bindContext{writer: out, codec: vp8Codec}); err != nil {
		t.Fatal(err)
	}
	s.track.Subscribe(newcomer)
	newcomer.Open()
	src.frame(false)
	late.frame(true)
	if len(out.headers) > 0 {
		t.Fatal("a picture from before")
	}
	src.frame(true)
	if len(out.headers) != 1 {
		t.Fatalf("%d packets after a new key frame, want 1", len(out.headers))
	}
	var all []uint16
	for back := range uint16(100) {
		all = append(all, out.headers[0].SequenceNumber-back)
	}
	newcomer.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: 4711, Nacks: rtcp.NackPairsFromSequenceNumbers(all)}})
	for _, payload := range out.payloads {
		if d, _ := parseVP8(payload); d.picture != src.picture-1 {
			t.Errorf("picture %d from before was kept", d.picture)
		}
	}
}
