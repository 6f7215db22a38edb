package forward

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/interceptor"
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
