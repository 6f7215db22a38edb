package forward

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// recorder is a subscriber's connection: it keeps what is written.
type recorder struct {
	headers  []rtp.Header
	payloads [][]byte
}

func (r *recorder) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	r.headers = append(r.headers, header.Clone())
	r.payloads = append(r.payloads, bytes.Clone(payload))
	return len(payload), nil
}

func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }

// bindContext is what a connection binds a track with.
type bindContext struct {
	writer webrtc.TrackLocalWriter
	codec  webrtc.RTPCodecCapability

	extensions []webrtc.RTPHeaderExtensionParameter
}

func (c bindContext) CodecParameters() []webrtc.RTPCodecParameters {
	return []webrtc.RTPCodecParameters{{RTPCodecCapability: c.codec, PayloadType: 96}}
}
func (c bindContext) HeaderExtensions() []webrtc.RTPHeaderExtensionParameter { return c.extensions }
func (bindContext) SSRC() webrtc.SSRC                                        { return 4711 }
func (c bindContext) WriteStream() webrtc.TrackLocalWriter                   { return c.writer }
func (bindContext) ID() string                                               { return "sender" }
func (bindContext) RTCPReader() interceptor.RTCPReader                       { return nil }

var (
	vp8Codec  = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	opusCodec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000}
)

// stage is a track with one subscriber, and a clock that the test moves.
type stage struct {
	t     *testing.T
	now   time.Duration
	track *Track
	sub   *Sub
	out   *recorder
}

func newStage(t *testing.T, codec webrtc.RTPCodecCapability) *stage {
	s := &stage{t: t, now: time.Second, out: &recorder{}}
	s.track = NewTrack("TR_x", codec, func() time.Duration { return s.now }, &Counters{})
	s.sub = NewSub(s.track, "PA_x|TR_x")
	if _, err := s.sub.Bind(bindContext{writer: s.out, codec: codec}); err != nil {
		t.Fatal(err)
	}
	s.track.Subscribe(s.sub)
	s.sub.Open()
	return s
}

// source is one stream of a publisher.
type source struct {
	layer    *Layer
	seq      uint16
	ts       uint32
	picture  uint16
	requests int
}

func (s *stage) source(quality int, seq uint16, ts uint32, picture uint16) *source {
	src := &source{seq: seq, ts: ts, picture: picture}
	src.layer = s.track.AddLayer(quality, 1, func() { src.requests++ })
	return src
}

// frame writes a VP8 frame of one packet, a thirtieth of a second after the
// last.
func (src *source) frame(key bool) {
	payload := []byte{0x90, 0x80, 0x80 | byte(src.picture>>8), byte(src.picture), 0x01, 0xaa}
	if key {
		payload[4] = 0x00
	}
	src.write(payload)
	src.picture = (src.picture + 1) & 0x7fff
	src.ts += 3000
}

func (src *source) write(payload []byte) { src.layer.Write(src.packet(payload)) }

// packet is the next one of the stream.
func (src *source) packet(payload []byte) []byte {
	packet := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: src.seq, Timestamp: src.ts, SSRC: 1, Marker: true}, Payload: payload}
	raw, err := packet.Marshal()
	if err != nil {
		panic(err)
	}
	src.seq++
	return raw
}

// pad writes a packet of nothing but padding.
func (src *source) pad() {
	raw := make([]byte, 12, 22)
	raw[0] = 0x80 | 0x20
	binary.BigEndian.PutUint16(raw[2:], src.seq)
	binary.BigEndian.PutUint32(raw[4:], src.ts)
	raw = append(raw, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10)
	src.layer.Write(raw)
	src.seq++
}

// unbroken checks that the subscriber saw one stream: numbers go up by one,
// time goes on, and picture ids too.
func (s *stage) unbroken() {
	s.t.Helper()
	for i := 1; i < len(s.out.headers); i++ {
		before, after := s.out.headers[i-1], s.out.headers[i]
		if after.SequenceNumber != before.SequenceNumber+1 {
			s.t.Errorf("packet %d: sequence number %d after %d", i, after.SequenceNumber, before.SequenceNumber)
		}
		if step := after.Timestamp - before.Timestamp; step == 0 || step > 90000 {
			s.t.Errorf("packet %d: timestamp step %d", i, int32(step))
		}
		if after.SSRC != 4711 || after.PayloadType != 96 || len(after.Extensions) > 0 {
			s.t.Errorf("packet %d: header %+v", i, after)
		}
		a, _ := parseVP8(s.out.payloads[i-1])
		b, _ := parseVP8(s.out.payloads[i])
		if b.picture != (a.picture+1)&0x7fff {
			s.t.Errorf("packet %d: picture id %d after %d", i, b.picture, a.picture)
		}
	}
}

func (s *stage) sent(n int) {
	s.t.Helper()
	if len(s.out.headers) != n {
		s.t.Fatalf("the subscriber got %d packets, want %d", len(s.out.headers), n)
	}
}

func TestStartsAtAKeyFrame(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := s.source(2, 65000, 7, 3)
	src.frame(false)
	s.sent(0)
	if src.requests != 1 {
		t.Errorf("%d requests for a key frame, want 1", src.requests)
	}
	src.frame(false)
	if src.requests != 1 {
		t.Errorf("%d requests within half a second, want 1", src.requests)
	}
	s.now += keyInterval
	src.frame(false)
	if src.requests != 2 {
		t.Errorf("%d requests after half a second, want 2", src.requests)
	}
	src.frame(true)
	for range 600 {
		src.frame(false)
	}
	s.sent(601)
	s.unbroken()
}

func TestPaddingLeavesNoGap(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := s.source(2, 10, 0, 0)
	src.frame(true)
	src.pad()
	src.pad()
	src.frame(false)
	s.sent(2)
	s.unbroken()
}

func TestMutedTrackIsNotForwarded(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := s.source(2, 10, 0, 0)
	src.frame(true)
	s.track.SetMuted(true)
	picture := src.picture
	src.frame(false)
	src.frame(false)
	s.sent(1)
	s.track.SetMuted(false)
	src.frame(false)
	s.sent(1)
	src.picture = picture
	src.frame(true)
	src.frame(false)
	s.sent(3)
	s.unbroken()
}

func TestPausedSubscriberStartsAgainAtAKeyFrame(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := s.source(2, 10, 0, 0)
	src.frame(true)
	s.sub.SetPaused(true)
	src.frame(false)
	s.sent(1)
	s.now += keyInterval
	s.sub.SetPaused(false)
	if src.requests == 0 {
		t.Error("no key frame was asked for")
	}
	src.frame(false)
	s.sent(1)
	src.frame(true)
	src.frame(false)
	s.sent(3)
	s.unbroken()
}

func TestSwitchesUpAndDownWithoutABreak(t *testing.T) {
	for _, reports := range []bool{false, true} {
		s := newStage(t, vp8Codec)
		low, high := s.source(0, 100, 5000, 20), s.source(2, 60000, 4_000_000_000, 30000)
		if reports {
			// Both layers' clocks at the same instant.
			low.layer.SenderReport(1<<40, low.ts)
			high.layer.SenderReport(1<<40, high.ts)
		}
		low.frame(true)
		low.frame(false)
		step := func(both bool) {
			s.now += time.Second / 30
			low.frame(false)
			if both {
				high.frame(false)
			} else {
				high.ts += 3000
			}
		}
		high.ts += 6000
		step(true) // high is there, but has no key frame yet: low goes on
		s.sent(3)
		if high.requests != 1 {
			t.Fatalf("%d requests to the better layer, want 1", high.requests)
		}
		s.now += time.Second / 30
		high.frame(true)
		low.frame(false)
		s.sent(4)
		for range 40 {
			step(true)
		}
		s.sent(44)
		for range 40 { // high falls silent: back to low, at its next key frame
			step(false)
		}
		if low.requests == 0 {
			t.Fatal("no key frame was asked of the layer that is left")
		}
		s.now += time.Second / 30
		low.frame(true)
		low.frame(false)
		s.sent(46)
		s.unbrokenAcrossSilence()
	}
}

// unbrokenAcrossSilence is unbroken, for a stream with a pause in it.
func (s *stage) unbrokenAcrossSilence() {
	s.t.Helper()
	for i := 1; i < len(s.out.headers); i++ {
		if step := s.out.headers[i].Timestamp - s.out.headers[i-1].Timestamp; step > 10*90000 {
			s.t.Errorf("packet %d: timestamp step %d", i, int32(step))
		}
		s.out.headers[i].Timestamp = s.out.headers[i-1].Timestamp + 3000
	}
	s.unbroken()
}

func TestQualityCap(t *testing.T) {
	s := newStage(t, vp8Codec)
	s.sub.SetQuality(1)
	low, mid, high := s.source(0, 1, 0, 0), s.source(1, 1, 0, 100), s.source(2, 1, 0, 200)
	for range 3 {
		for _, src := range []*source{low, mid, high} {
			src.frame(true)
		}
	}
	d, _ := parseVP8(s.out.payloads[len(s.out.payloads)-1])
	if s.sub.current != mid.layer {
		t.Errorf("the subscriber gets quality %d (picture %d), want 1", s.sub.current.quality, d.picture)
	}
}

func TestNackIsAnsweredWithTheSameBytes(t *testing.T) {
	s := newStage(t, vp8Codec)
	low, high := s.source(0, 100, 5000, 20), s.source(2, 60000, 9, 30000)
	low.frame(true)
	low.frame(false)
	high.frame(true)
	high.frame(false)
	s.sent(4)
	first := s.out.headers[0].SequenceNumber
	s.sub.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
		MediaSSRC: 4711, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{first, first + 1, first + 2, first + 3, first + 4, first - 1}),
	}})
	s.sent(8)
	for i := range 4 {
		if s.out.headers[i+4].SequenceNumber != s.out.headers[i].SequenceNumber || s.out.headers[i+4].Timestamp != s.out.headers[i].Timestamp ||
			!bytes.Equal(s.out.payloads[i+4], s.out.payloads[i]) {
			t.Errorf("packet %d was sent differently the second time", i)
		}
	}
	high.frame(false)
	s.out.headers, s.out.payloads = append(s.out.headers[:4], s.out.headers[8]), append(s.out.payloads[:4], s.out.payloads[8])
	s.out.headers[2].Timestamp = s.out.headers[1].Timestamp + 1 // the switch: nothing passed on the test's clock
	s.out.headers[3].Timestamp = s.out.headers[2].Timestamp + 3000
	s.out.headers[4].Timestamp = s.out.headers[3].Timestamp + 3000
	s.unbroken()
}

func TestNackOfAnotherStreamIsIgnored(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := s.source(2, 1, 0, 0)
	src.frame(true)
	seq := s.out.headers[0].SequenceNumber
	s.sub.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: 1, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{seq})}})
	s.sent(1)
}

func TestReportsCarryThePublishersClock(t *testing.T) {
	s := newStage(t, opusCodec)
	src := s.source(2, 1, 1000, 0)
	src.write([]byte("sound"))
	if s.sub.Report(s.now) != nil {
		t.Error("a report without the publisher's clock")
	}
	src.layer.SenderReport(7<<32, 1000)
	s.now += time.Second
	report := s.sub.Report(s.now)
	if report == nil || report.NTPTime != 8<<32 || report.RTPTime != 1000+48000 || report.PacketCount != 1 || report.SSRC != 4711 {
		t.Errorf("report %+v", report)
	}
}

func TestMutedTrackIsAnnounced(t *testing.T) {
	out := &recorder{}
	track := NewTrack("TR_x", opusCodec, func() time.Duration { return 0 }, &Counters{})
	track.SetMuted(true)
	sub := NewSub(track, "PA|TR")
	if _, err := sub.Bind(bindContext{writer: out, codec: opusCodec}); err != nil {
		t.Fatal(err)
	}
	sub.Open()
	if len(out.headers) != 5 {
		t.Errorf("%d empty packets, want 5", len(out.headers))
	}
}

func TestUnknownCodecGetsSilenceNotAnError(t *testing.T) {
	track := NewTrack("TR_x", webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000}, func() time.Duration { return 0 }, &Counters{})
	sub := NewSub(track, "PA|TR")
	if _, err := sub.Bind(bindContext{writer: &recorder{}, codec: vp8Codec}); err != nil {
		t.Fatal(err)
	}
	if sub.Bound() {
		t.Error("bound to a codec that it cannot send")
	}
}

func TestMalformedPacketsAreDropped(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := s.source(2, 1, 0, 0)
	for _, raw := range [][]byte{nil, {0x80}, bytes.Repeat([]byte{0xff}, 40), append(append([]byte{0xa0, 96}, make([]byte, 10)...), 0xff)} {
		src.layer.Write(raw)
	}
	s.sent(0)
}

func FuzzLayer(f *testing.F) {
	f.Add([]byte{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x10, 0x00})
	f.Add([]byte{0xb0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0x10, 0x7f, 0, 0, 3, 3, 3})
	f.Add([]byte{0xb0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0x72, 0xfc, 1, 0x2c, 0x18, 1, 2})
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, codec := range []webrtc.RTPCodecCapability{vp8Codec, vp9Codec, av1Codec, {MimeType: webrtc.MimeTypeH264, ClockRate: 90000}} {
			s := newStage(t, codec)
			s.sub.describing.id = descriptorOut
			src := s.source(2, 1, 0, 0)
			src.layer.CarriesDescriptor(descriptorIn)
			src.layer.Write(raw)
			s.sub.SetQuality(0)
			s.sub.SetFrameRate(7)
			src.layer.Write(raw)
		}
	})
}

// discard is a connection that costs nothing.
type discard struct{}

func (discard) WriteRTP(*rtp.Header, []byte) (int, error) { return 0, nil }
func (discard) Write([]byte) (int, error)                 { return 0, nil }

// fanOut is a track with a hundred subscribers, warmed up, and a function that
// sends one packet through it.
func fanOut(tb testing.TB) func() {
	track := fanOutOf(tb, vp8Codec)
	layer := track.AddLayer(2, 0, func() {})
	packet := rtp.Packet{Header: rtp.Header{Version: 2}, Payload: make([]byte, 1100)}
	copy(packet.Payload, []byte{0x90, 0x80, 0x80, 0x01, 0x00})
	raw, err := packet.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	seq := uint16(0)
	write := func() {
		seq++
		binary.BigEndian.PutUint16(raw[2:], seq)
		layer.Write(raw)
	}
	for range 2 * ringPackets {
		write() // the ring's slots grow once
	}
	return write
}

// fanOutOf is a track with a hundred subscribers.
func fanOutOf(tb testing.TB, codec webrtc.RTPCodecCapability) *Track {
	now := time.Second
	track := NewTrack("TR_x", codec, func() time.Duration { now += 5 * time.Millisecond; return now }, &Counters{}) // more at once is a flood
	for range 100 {
		sub := NewSub(track, "PA|TR")
		if _, err := sub.Bind(bindContext{writer: discard{}, codec: codec}); err != nil {
			tb.Fatal(err)
		}
		sub.Open()
		track.Subscribe(sub)
	}
	return track
}

// BenchmarkForward is one packet to a hundred subscribers.
func BenchmarkForward(b *testing.B) {
	write := fanOut(b)
	b.ReportAllocs()
	for b.Loop() {
		write()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/packet-out")
}

func TestForwardAllocatesNothing(t *testing.T) {
	if allocs := testing.AllocsPerRun(1000, fanOut(t)); allocs != 0 {
		t.Errorf("%v allocations a packet, want none", allocs)
	}
}
