package forward

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// redContext is a connection that has negotiated RED of Opus.
type redContext struct {
	bindContext
	inside string // the payload type inside, as in SDP
}

func (c redContext) CodecParameters() []webrtc.RTPCodecParameters {
	red := webrtc.RTPCodecCapability{MimeType: MimeTypeRED, ClockRate: 48000, SDPFmtpLine: c.inside + "/" + c.inside}
	return append(c.bindContext.CodecParameters(), webrtc.RTPCodecParameters{RTPCodecCapability: red, PayloadType: 63})
}

// redPayload is sound with the sounds before it, oldest first, each 960 earlier.
func redPayload(codec byte, before []string, primary string) []byte {
	var out []byte
	for i, sound := range before {
		earlier := (len(before) - i) * 960
		out = append(out, 0x80|codec, byte(earlier>>6), byte(earlier<<2)|byte(len(sound)>>8), byte(len(sound)))
	}
	out = append(out, codec)
	for _, sound := range append(slices.Clone(before), primary) {
		out = append(out, sound...)
	}
	return out
}

// hears says what reached a subscriber: number, payload type and sound, from
// the first on.
func (r *recorder) hears() []string {
	var list []string
	for i, h := range r.headers {
		first := r.headers[0]
		list = append(list, fmt.Sprintf("%d %d %s @%d", h.SequenceNumber-first.SequenceNumber, h.PayloadType, r.payloads[i], int32(h.Timestamp-first.Timestamp)/960))
	}
	return list
}

// redStage is a microphone that sends RED, a subscriber without and one with.
type redStage struct {
	*stage
	capable *recorder
	source  *source
}

func newRedStage(t *testing.T, inside string) *redStage {
	s := &redStage{stage: newStage(t, opusCodec), capable: &recorder{}}
	sub := NewSub(s.track, "PA_y|TR_x")
	if _, err := sub.Bind(redContext{bindContext{writer: s.capable, codec: opusCodec}, inside}); err != nil {
		t.Fatal(err)
	}
	s.track.Subscribe(sub)
	sub.Open()
	s.source = s.stage.source(2, 100, 960*100, 0)
	s.source.layer.CarriesRED(63)
	return s
}

// say sends the n-th sound as the n-th packet, with as many before it.
func (s *redStage) say(n int, before int) {
	sound := func(i int) string { return fmt.Sprint("sound", i) }
	var earlier []string
	for i := n - before; i < n; i++ {
		earlier = append(earlier, sound(i))
	}
	s.send(n, 63, redPayload(96, earlier, sound(n)))
}

func (s *redStage) send(n int, payloadType uint8, payload []byte) {
	packet := rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: payloadType, SequenceNumber: uint16(100 + n), Timestamp: uint32(960 * (100 + n)), SSRC: 1},
		Payload: payload,
	}
	raw, err := packet.Marshal()
	if err != nil {
		s.t.Fatal(err)
	}
	s.source.layer.Write(raw)
}

func (s *redStage) expect(who string, out *recorder, want ...string) {
	s.t.Helper()
	if got := out.hears(); !slices.Equal(got, want) {
		s.t.Errorf("%s hears\n%q, want\n%q", who, got, want)
	}
}

func TestREDReachesThoseWhoHaveItAndOpusTheOthers(t *testing.T) {
	s := newRedStage(t, "96")
	s.say(0, 0)
	s.say(1, 1)
	s.say(2, 2)
	s.send(3, 96, []byte("alone"))
	s.expect("a subscriber without RED", s.out, "0 96 sound0 @0", "1 96 sound1 @1", "2 96 sound2 @2", "3 96 alone @3")
	s.expect("one with RED", s.capable,
		"0 63 `sound0 @0",
		"1 63 "+string(redPayload(96, []string{"sound0"}, "sound1"))+" @1",
		"2 63 "+string(redPayload(96, []string{"sound0", "sound1"}, "sound2"))+" @2",
		"3 96 alone @3")
}

func TestREDOfAnotherPayloadTypeIsUnwrapped(t *testing.T) {
	s := newRedStage(t, "111")
	s.say(0, 0)
	s.say(1, 1)
	s.expect("a subscriber whose Opus has another number", s.capable, "0 96 sound0 @0", "1 96 sound1 @1")
}

func TestLossIsMadeGoodFromRED(t *testing.T) {
	s := newRedStage(t, "96")
	s.say(0, 0)
	s.say(2, 1) // the first is lost, and comes late
	s.say(1, 1)
	s.say(5, 2) // two in a row are lost
	s.say(9, 2) // one more than there is redundancy for
	s.expect("a subscriber without RED", s.out,
		"0 96 sound0 @0", "1 96 sound1 @1", "2 96 sound2 @2", "3 96 sound3 @3", "4 96 sound4 @4", "5 96 sound5 @5",
		"7 96 sound7 @7", "8 96 sound8 @8", "9 96 sound9 @9")
	var numbers []uint16
	for _, h := range s.capable.headers {
		numbers = append(numbers, h.SequenceNumber-s.capable.headers[0].SequenceNumber)
	}
	if want := []uint16{0, 2, 1, 5, 9}; !slices.Equal(numbers, want) {
		t.Errorf("one with RED gets packets %v, want %v", numbers, want)
	}
}

// TestNothingFromBehindAMuteIsInREDsRedundancy: what was said while muted must
// not come out of the first packet after it.
func TestNothingFromBehindAMuteIsInREDsRedundancy(t *testing.T) {
	s := newRedStage(t, "96")
	s.say(0, 0)
	s.track.SetMuted(true)
	s.say(1, 1)
	s.say(2, 2)
	s.track.SetMuted(false)
	s.say(4, 2) // 3 is lost on top
	s.say(5, 2)
	s.say(6, 2)
	for name, out := range map[string]*recorder{"without RED": s.out, "with RED": s.capable} {
		for i, payload := range out.payloads {
			if bytes.Contains(payload, []byte("sound1")) || bytes.Contains(payload, []byte("sound2")) {
				t.Errorf("%s: packet %d has what was muted: %q", name, i, payload)
			}
		}
		if newest := out.payloads[len(out.payloads)-1]; !bytes.HasSuffix(newest, []byte("sound6")) {
			t.Errorf("%s: ends with %q", name, newest)
		}
	}
}

func TestMalformedRED(t *testing.T) {
	for name, payload := range map[string][]byte{
		"empty":                  nil,
		"no last header":         {0x80 | 96, 0, 0, 0},
		"half a header":          {0x80 | 96, 0},
		"longer than the packet": {0x80 | 96, 0, 3, 255, 96, 1, 2},
		"two codecs":             {0x80 | 96, 0, 0, 1, 97, 1, 2},
		"too many blocks":        append(bytes.Repeat([]byte{0x80 | 96, 0, 0, 0}, maxRedundant+1), 96),
	} {
		if _, ok := parseRED(payload); ok {
			t.Errorf("%s is read", name)
		}
	}
}

func TestREDAllocatesNothing(t *testing.T) {
	track := fanOutOf(t, opusCodec)
	layer := track.AddLayer(2, 0, func() {})
	layer.CarriesRED(63)
	packet := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 63}, Payload: redPayload(96, []string{"before"}, "now")}
	raw, err := packet.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	seq := 0
	allocs := testing.AllocsPerRun(1000, func() {
		seq += 2 // every other is lost
		raw[2], raw[3] = byte(seq>>8), byte(seq)
		layer.Write(raw)
	})
	if allocs != 0 {
		t.Errorf("%v allocations a packet, want none", allocs)
	}
}

// FuzzRED forwards any two RED packets, the second after a loss.
func FuzzRED(f *testing.F) {
	f.Add(redPayload(96, nil, "now"), redPayload(96, []string{"a", "b"}, "c"))
	f.Add([]byte{0x80 | 96, 0xff, 0xff, 0xff, 96}, []byte{96})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		s := newRedStage(t, "96")
		s.send(0, 63, first)
		s.send(3, 63, second)
		for _, payload := range slices.Concat(s.out.payloads, s.capable.payloads) {
			if len(payload) > max(len(first), len(second)) {
				t.Errorf("%d bytes out of %d and %d", len(payload), len(first), len(second))
			}
		}
	})
}
