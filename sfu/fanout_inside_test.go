package sfu

import (
	"encoding/binary"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

// bound is what a connection says of a track that it has negotiated.
type bound struct {
	webrtc.TrackLocalContext
	outlet *outlet
	ssrc   uint32
	codec  webrtc.RTPCodecCapability
}

func (b bound) WriteStream() webrtc.TrackLocalWriter { return b.outlet }
func (b bound) SSRC() webrtc.SSRC                    { return webrtc.SSRC(b.ssrc) }
func (b bound) ID() string                           { return "bound" }

func (b bound) CodecParameters() []webrtc.RTPCodecParameters {
	return []webrtc.RTPCodecParameters{{RTPCodecCapability: b.codec, PayloadType: 96}}
}

func (b bound) HeaderExtensions() []webrtc.RTPHeaderExtensionParameter {
	return []webrtc.RTPHeaderExtensionParameter{{URI: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", ID: 3}}
}

// hall is a track with a hundred subscribers, each on a connection of its own to
// a socket that nobody reads.
type hall struct {
	*crossing
	layer *forward.Layer
	raws  [][]byte
}

func newHall(tb testing.TB, codec webrtc.RTPCodecCapability, size, run int) *hall {
	tb.Helper()
	h := &hall{crossing: newCrossing(tb)}
	start := time.Now()
	now := func() time.Duration { return time.Since(start) * 1000 } // whatever a benchmark sends is no flood
	track := forward.NewTrack("TR_x", codec, now, &forward.Counters{})
	h.layer = track.AddLayer(2, 0, func() {})
	packet := rtp.Packet{Header: rtp.Header{Version: 2}, Payload: make([]byte, size)}
	if codec.MimeType == webrtc.MimeTypeVP8 {
		copy(packet.Payload, []byte{0x90, 0x80, 0x80, 0x01, 0x00})
	}
	for range run {
		raw, err := packet.Marshal()
		if err != nil {
			tb.Fatal(err)
		}
		h.raws = append(h.raws, raw)
	}
	for range 1200 {
		h.frame() // the ring's slots grow once, whoever gets what is in them
	}
	for i := range 100 {
		l, end := newLane(testFlow(), nil), openLoopback(tb)
		tb.Cleanup(func() { _ = end.Close() })
		l.sealer.Store(h.lane.sealer.Load())
		conn, err := udpLane{UDPMux: h.mux, lane: l}.GetConn(fmt.Sprint("u", i), h.mux.GetListenAddresses()[0])
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := conn.WriteTo([]byte{200, 201}, end.LocalAddr().(*net.UDPAddr)); err != nil {
			tb.Fatal(err)
		}
		sub := forward.NewSub(track, "PA|TR")
		sub.SetPath(forward.NewPath(now))
		if _, err := sub.Bind(bound{outlet: newOutlets(l).open("a", nil), ssrc: uint32(1000 + i), codec: codec}); err != nil {
			tb.Fatal(err)
		}
		sub.Open()
		track.Subscribe(sub)
	}
	for range 20 {
		h.frame() // so do the subscribers' own tables
	}
	return h
}

// frame forwards packets that came in together.
func (h *hall) frame() {
	for _, raw := range h.raws {
		binary.BigEndian.PutUint16(raw[2:], binary.BigEndian.Uint16(h.raws[len(h.raws)-1][2:])+1)
	}
	first := binary.BigEndian.Uint16(h.raws[0][2:])
	for i, raw := range h.raws {
		binary.BigEndian.PutUint16(raw[2:], first+uint16(i))
	}
	h.mux.Hold()
	h.layer.Write(h.raws...)
	h.mux.Release()
}

var (
	video = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	sound = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
)

func TestAForwardedPacketAllocatesNothing(t *testing.T) {
	for name, codec := range map[string]webrtc.RTPCodecCapability{"video": video, "audio": sound} {
		t.Run(name, func(t *testing.T) {
			h := newHall(t, codec, 900, 1)
			if allocs := testing.AllocsPerRun(100, h.frame); allocs != 0 {
				t.Errorf("%v allocations for a packet to a hundred, want none", allocs)
			}
		})
	}
}

// BenchmarkFanOut is what a packet costs on its way from the publisher's layer
// into a hundred sockets.
func BenchmarkFanOut(b *testing.B) {
	for _, way := range []struct {
		name      string
		codec     webrtc.RTPCodecCapability
		size, run int
	}{{"video", video, 1188, 1}, {"burst", video, 1188, 7}, {"audio", sound, 80, 1}} {
		b.Run(way.name, func(b *testing.B) {
			h := newHall(b, way.codec, way.size, way.run)
			b.ReportAllocs()
			for b.Loop() {
				h.frame()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*way.run*100), "ns/packet-out")
		})
	}
}
