package forward

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward/descriptor"
)

var av1Codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeAV1, ClockRate: 90000}

const (
	descriptorIn  = 7 // ids of the extension
	descriptorOut = 5
)

// structured is a dependency descriptor with a structure of two spatial and two
// temporal layers. Template 60 is the key frame, 61 and 62 are of spatial layer
// 0, 63 to 1 of the other. A chain is of spatial layer 0's frames of temporal
// layer 0, the other of both layers'.
const structured = "fc012c8783187afaa130a0a015552aaa3004321111132813f80b3827f81678"

func TestAV1Layers(t *testing.T) {
	s, src := newAV1Stage(t, true)
	s.sub.SetQuality(0)
	src.play(2)
	s.sent(0)
	if src.asked == 0 {
		t.Error("no key frame was asked for")
	}
	src.picture(true)
	src.play(39)
	if n := s.pictures(0, 1); n != [2]int{20, 20} {
		t.Errorf("%v pictures", n)
	}
	d, err := descriptor.Parse(s.out.headers[0].GetExtension(descriptorOut), nil)
	if err != nil || d.Structure == nil || d.Mask() != 0b0011 {
		t.Errorf("the first descriptor: %+v, %v", d, err)
	}
	for i, header := range s.out.headers {
		if d, err := descriptor.Parse(header.GetExtension(descriptorOut), d.Structure); err != nil || d.Spatial != 0 || d.First != (s.out.payloads[i][3] == 0) {
			t.Fatalf("packet %d: %+v, %v", i, d, err)
		}
		if len(header.Extensions) != 1 {
			t.Fatalf("packet %d carries %d extensions", i, len(header.Extensions))
		}
	}

	from := len(s.out.headers)
	s.sub.SetQuality(1)
	src.play(20)
	s.pictures(from, 1)
	from = len(s.out.headers)
	src.picture(true)
	src.play(39)
	s.pictures(from, 2)

	from = len(s.out.headers)
	s.sub.SetFrameRate(15)
	src.play(20)
	if n := s.pictures(from, 2); n != [2]int{10, 0} {
		t.Errorf("at half the rate: %v pictures", n)
	}
	from = len(s.out.headers)
	s.sub.SetFrameRate(0)
	src.play(20)
	if n := s.pictures(from, 2); n != [2]int{10, 10} {
		t.Errorf("at the full rate again: %v pictures", n)
	}
	n := len(s.out.headers)
	for i := n - 100; i < n; i++ {
		s.sub.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
			MediaSSRC: 4711, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{s.out.headers[i].SequenceNumber}),
		}})
		again := s.out.headers[len(s.out.headers)-1]
		if again.SequenceNumber != s.out.headers[i].SequenceNumber || again.Marker != s.out.headers[i].Marker ||
			!bytes.Equal(s.out.payloads[len(s.out.payloads)-1], s.out.payloads[i]) || len(again.GetExtension(descriptorOut)) == 0 {
			t.Fatalf("packet %d came again as %+v", i, again)
		}
	}
}

// TestAV1GoesUpOnlyWhereChainsAreWhole: a frame says that higher layers can be
// entered behind it; that is so for those who have what the frame depends on.
func TestAV1GoesUpOnlyWhereChainsAreWhole(t *testing.T) {
	for name, test := range map[string]struct {
		spatial int // layer that is shown
		late    bool
		whole   bool
	}{"lost": {1, false, false}, "late": {1, true, true}, "lost, of the lowest only": {0, false, false}} {
		t.Run(name, func(t *testing.T) {
			s, src := newAV1Stage(t, true)
			s.sub.SetQuality(test.spatial)
			src.picture(true)
			src.play(39)
			s.sub.SetFrameRate(15)
			src.play(20)
			src.at = 0
			src.loses = true
			src.picture(false) // of temporal layer 0
			src.loses = false
			src.play(1) // of layer 1: it is left out
			src.play(2)
			if test.late {
				src.layer.Write(src.lost...)
			}
			from := len(s.out.headers)
			asked := src.asked
			s.now += keyInterval
			s.sub.SetFrameRate(0)
			src.play(20)
			up := func() (n int) {
				for _, payload := range s.out.payloads[from:] {
					n += int(payload[2])
				}
				return n
			}
			if got := up() > 0; got != test.whole || (src.asked > asked) == test.whole {
				t.Errorf("%d packets of the upper temporal layer; a key frame was asked for %d times", up(), src.asked-asked)
			}
			from = len(s.out.headers)
			src.picture(true)
			src.play(19)
			if n := s.pictures(from, test.spatial+1); n != [2]int{10, 10} {
				t.Errorf("after a key frame: %v pictures", n)
			}
		})
	}
}

// TestChains holds what is known of chains to a simple account of the same.
func TestChains(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 3))
		var c chains
		had := map[uint16]bool{}
		frame := uint16(rng.Uint32())
		begin := frame
		for range 600 {
			frame++
			if rng.IntN(4) == 0 {
				frame++ // never heard of
			}
			diff := uint8(min(1+rng.IntN(3), int(frame-begin)))
			if rng.IntN(12) == 0 {
				diff, begin = 0, frame
			}
			c.look(&descriptor.Descriptor{Frame: frame, Chains: [descriptor.MaxChains]uint8{diff}})
			whole := diff == 0 || had[frame-uint16(diff)]
			if !whole && c.misses[0] == 0 {
				t.Fatalf("seed %d: frame %d needs %d, which never came", seed, frame, frame-uint16(diff))
			}
			if diff == 0 && c.misses[0] != 0 {
				t.Fatalf("seed %d: the chain begins anew at frame %d, and is not whole", seed, frame)
			}
			if rng.IntN(5) > 0 {
				c.sent(frame)
				had[frame] = true
			}
			if had[frame] != c.has(frame) || c.has(frame-300) {
				t.Fatalf("seed %d: frame %d is remembered wrongly", seed, frame)
			}
		}
	}
}

func TestAV1ForThoseWithoutDescriptors(t *testing.T) {
	s, src := newAV1Stage(t, false)
	src.picture(true)
	src.play(39)
	if n := s.pictures(0, 1); n != [2]int{20, 20} {
		t.Errorf("%v pictures of the lowest layer", n)
	}
}

func TestAV1FromThoseWithoutDescriptors(t *testing.T) {
	s := newStage(t, av1Codec)
	src := s.source(2, 1, 0, 0)
	src.write([]byte{0x10, 1})
	s.sent(0)
	src.write([]byte{0x18, 2})
	src.write([]byte{0x10, 3})
	s.sent(2)
}

func TestAV1AllocatesNothing(t *testing.T) {
	s, src := newAV1Stage(t, true)
	s.out = nil
	if _, err := s.sub.Bind(bindContext{writer: discard{}, codec: av1Codec, extensions: []webrtc.RTPHeaderExtensionParameter{{URI: descriptor.URI, ID: descriptorOut}}}); err != nil {
		t.Fatal(err)
	}
	s.sub.SetQuality(0)
	src.picture(true)
	packet := rtp.Packet{Header: rtp.Header{Version: 2, Timestamp: 9, SequenceNumber: src.seq}, Payload: make([]byte, 1000)}
	if err := packet.SetExtension(descriptorIn, []byte{0xc0 | 61, 0, 9}); err != nil {
		t.Fatal(err)
	}
	raw, err := packet.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	write := func() {
		src.seq++
		src.ts += 3000
		binary.BigEndian.PutUint16(raw[2:], src.seq)
		binary.BigEndian.PutUint32(raw[4:], src.ts)
		src.layer.Write(raw)
	}
	for range 2 * ringPackets {
		write()
	}
	if allocs := testing.AllocsPerRun(1000, write); allocs != 0 {
		t.Errorf("%v allocations a packet, want none", allocs)
	}
}

func TestAV1IsDescribedBesideTheTransportNumberAndWhenSentAgain(t *testing.T) {
	s, src := newAV1Stage(t, true)
	s.sub.SetPath(NewPath(func() time.Duration { return s.now }))
	s.sub.SetRepair(4712)
	if _, err := s.sub.Bind(repaired{bindContext{writer: s.out, codec: av1Codec, extensions: []webrtc.RTPHeaderExtensionParameter{
		{URI: descriptor.URI, ID: descriptorOut}, {URI: extTransportCC, ID: 3},
	}}}); err != nil {
		t.Fatal(err)
	}
	src.picture(true)
	src.play(3)
	n := len(s.out.headers)
	for i := range n {
		s.sub.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
			MediaSSRC: 4711, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{s.out.headers[i].SequenceNumber}),
		}})
	}
	s.sent(2 * n)
	for i, header := range s.out.headers {
		first, again := header.GetExtension(descriptorOut), s.out.headers[i%n].GetExtension(descriptorOut)
		if len(first) == 0 || !bytes.Equal(first, again) {
			t.Errorf("packet %d is described by % x, and again by % x", i, first, again)
		}
		if want := map[bool]uint32{true: 4711, false: 4712}[i < n]; header.SSRC != want {
			t.Errorf("packet %d has SSRC %d, want %d", i, header.SSRC, want)
		}
		if number := header.GetExtension(3); len(number) != 2 || int(binary.BigEndian.Uint16(number)) != int(binary.BigEndian.Uint16(s.out.headers[0].GetExtension(3)))+i {
			t.Errorf("packet %d has transport-wide number % x", i, number)
		}
	}
}

// repaired is a connection that has agreed on retransmissions.
type repaired struct{ bindContext }

func (r repaired) CodecParameters() []webrtc.RTPCodecParameters {
	return append(r.bindContext.CodecParameters(), webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeRTX, ClockRate: 90000, SDPFmtpLine: "apt=96"}, PayloadType: 97,
	})
}
