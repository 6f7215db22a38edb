package forward

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

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
