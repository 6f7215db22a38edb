package forward

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// richContext is a connection that has negotiated numbers, and perhaps RTX.
type richContext struct {
	bindContext
	rtx bool
}

func (c richContext) CodecParameters() []webrtc.RTPCodecParameters {
	codecs := c.bindContext.CodecParameters()
	if c.rtx {
		codecs = append(codecs, webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "video/rtx", SDPFmtpLine: "apt=96"}, PayloadType: 97,
		})
	}
	return codecs
}

func (richContext) HeaderExtensions() []webrtc.RTPHeaderExtensionParameter {
	return []webrtc.RTPHeaderExtensionParameter{{URI: "urn:other", ID: 2}, {URI: extTransportCC, ID: 3}}
}

// wire is a connection that keeps whole packets, as they would be encrypted.
type wire struct{ packets []rtp.Packet }

func (w *wire) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	raw, err := (&rtp.Packet{Header: *header, Payload: payload}).Marshal()
	if err != nil {
		return 0, err
	}
	var packet rtp.Packet
	if err := packet.Unmarshal(raw); err != nil {
		return 0, err
	}
	w.packets = append(w.packets, packet)
	return len(raw), nil
}

func (w *wire) Write(b []byte) (int, error) { return len(b), nil }

// newNumberedStage is a stage whose subscriber numbers packets.
func newNumberedStage(t *testing.T, codec webrtc.RTPCodecCapability, rtx bool) (*stage, *wire) {
	s := &stage{t: t, now: time.Second}
	out := &wire{}
	s.track = NewTrack("TR_x", codec, func() time.Duration { return s.now }, &Counters{})
	s.sub = NewSub(s.track, "PA_x|TR_x")
	s.sub.SetPath(NewPath(func() time.Duration { return s.now }))
	s.sub.SetRepair(815)
	if _, err := s.sub.Bind(richContext{bindContext{writer: out, codec: codec}, rtx}); err != nil {
		t.Fatal(err)
	}
	s.track.Subscribe(s.sub)
	s.sub.Open()
	return s, out
}

func number(p rtp.Packet) uint16 { return binary.BigEndian.Uint16(p.GetExtension(3)) }

func (s *stage) nack(seqs ...uint16) {
	s.sub.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: 4711, Nacks: rtcp.NackPairsFromSequenceNumbers(seqs)}})
}

func TestPacketsAreNumberedAcrossTracks(t *testing.T) {
	s, out := newNumberedStage(t, vp8Codec, true)
	src := s.source(2, 1, 0, 0)
	src.frame(true)
	src.frame(false)
	s.sub.path.sent.Add(100, s.now) // another track of the same person
	src.frame(false)
	var got []uint16
	for _, p := range out.packets {
		got = append(got, number(p))
	}
	if len(got) != 3 || got[1] != got[0]+1 || got[2] != got[1]+2 {
		t.Errorf("transport-wide numbers %v", got)
	}
}

func TestNackIsAnsweredOnTheRepairStream(t *testing.T) {
	s, out := newNumberedStage(t, vp8Codec, true)
	src := s.source(2, 1, 0, 7)
	src.frame(true)
	src.frame(false)
	first := out.packets[0]
	s.nack(first.SequenceNumber)
	s.nack(first.SequenceNumber) // asked again before the answer can have come
	if len(out.packets) != 3 {
		t.Fatalf("%d packets, want 3", len(out.packets))
	}
	again := out.packets[2]
	if again.SSRC != 815 || again.PayloadType != 97 || again.Timestamp != first.Timestamp || again.Marker != first.Marker {
		t.Errorf("repair packet %v", again.Header)
	}
	if binary.BigEndian.Uint16(again.Payload) != first.SequenceNumber || !bytes.Equal(again.Payload[2:], first.Payload) {
		t.Errorf("repair payload %x of %x", again.Payload, first.Payload)
	}
	if number(again) != number(out.packets[1])+1 {
		t.Errorf("number %d after %d", number(again), number(out.packets[1]))
	}
	s.now += time.Second
	s.nack(first.SequenceNumber)
	if len(out.packets) != 4 || out.packets[3].SequenceNumber != again.SequenceNumber+1 {
		t.Error("a later request has no answer with a number of its own")
	}
}

func TestWithoutRepairStreamTheSameBytesGoAgain(t *testing.T) {
	for name, codec := range map[string]webrtc.RTPCodecCapability{"video": vp8Codec, "audio": opusCodec} {
		t.Run(name, func(t *testing.T) {
			s, out := newNumberedStage(t, codec, false)
			src := s.source(2, 1, 0, 7)
			src.frame(true)
			src.frame(false)
			s.nack(out.packets[0].SequenceNumber)
			if len(out.packets) != 3 {
				t.Fatalf("%d packets, want 3", len(out.packets))
			}
			first, _ := out.packets[0].Marshal()
			again, _ := out.packets[2].Marshal()
			if !bytes.Equal(first, again) {
				t.Errorf("%x, then %x: under one nonce", first, again)
			}
		})
	}
}

// TestOldRequestsDoNotKeepNewOnesFromAnAnswer: Pion's clients ask for what they
// have lost again and again, the oldest first.
func TestOldRequestsDoNotKeepNewOnesFromAnAnswer(t *testing.T) {
	for name, frames := range map[string]int{"before a key frame": 20, "too old for a decoder": 300} {
		t.Run(name, func(t *testing.T) {
			s, out := newNumberedStage(t, vp8Codec, true)
			s.sub.path.Remote(100_000) // a way that is tight
			src := s.source(2, 1, 0, 7)
			src.frame(true)
			for range frames {
				src.frame(false)
			}
			src.frame(frames == 20)
			src.frame(false)
			var lost []uint16
			for _, p := range out.packets[:frames*2/3] {
				lost = append(lost, p.SequenceNumber)
			}
			newest := out.packets[len(out.packets)-1].SequenceNumber
			sent := len(out.packets)
			for range 20 {
				s.nack(append(lost, newest)...)
			}
			if len(out.packets) != sent+1 {
				t.Fatalf("%d packets were sent again, want one", len(out.packets)-sent)
			}
			if again := binary.BigEndian.Uint16(out.packets[sent].Payload); again != newest {
				t.Errorf("packet %d was sent again, want %d", again, newest)
			}
		})
	}
}

func TestNumberingAllocatesNothing(t *testing.T) {
	s := &stage{t: t, now: time.Second}
	s.track = NewTrack("TR_x", vp8Codec, func() time.Duration { return s.now }, &Counters{})
	s.sub = NewSub(s.track, "PA_x|TR_x")
	s.sub.SetPath(NewPath(func() time.Duration { return s.now }))
	if _, err := s.sub.Bind(richContext{bindContext{writer: discard{}, codec: vp8Codec}, true}); err != nil {
		t.Fatal(err)
	}
	s.track.Subscribe(s.sub)
	s.sub.Open()
	layer := s.track.AddLayer(2, 0, func() {})
	raw := append([]byte{0x80, 96, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x90, 0x80, 0x80, 0x01, 0x00}, make([]byte, 1000)...)
	seq := uint16(0)
	write := func() {
		seq++
		binary.BigEndian.PutUint16(raw[2:], seq)
		layer.Write(raw)
	}
	for range 2 * ringPackets {
		write()
	}
	if allocs := testing.AllocsPerRun(1000, write); allocs != 0 {
		t.Errorf("%v allocations a packet, want none", allocs)
	}
}
