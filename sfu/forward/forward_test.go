package forward

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

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
