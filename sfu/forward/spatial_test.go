package forward

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

var vp9Codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP9, ClockRate: 90000}

// scalable writes pictures of VP9 as Chromium does in L3T3_KEY: three spatial
// layers, which depend on each other at key pictures only.
type scalable struct {
	stage   *stage
	layer   *Layer
	seq     uint16
	ts      uint32
	picture uint16
	at      int
	asked   int    // for key pictures
	highest int    // spatial layer
	between func() // called once, within a picture
}

func (s *stage) scalable() *scalable {
	v := &scalable{stage: s, seq: 65_000, ts: 4_294_000_000, picture: 0x7f00, highest: 2}
	v.layer = s.track.AddLayer(TopQuality, 0, func() { v.asked++ })
	return v
}

// picture writes the packets of one picture, two a layer.
func (v *scalable) write(key bool) {
	if key {
		v.at = 0
	}
	temporal := pattern[v.at%4].temporal
	v.at++
	for spatial := range v.highest + 1 {
		if spatial == 1 && v.between != nil {
			v.between()
			v.between = nil
		}
		for i := range 2 {
			flags := byte(0xa0) // I, L
			if !key {
				flags |= 0x40
			}
			if i == 0 {
				flags |= 0x08
			} else {
				flags |= 0x04
			}
			layers := temporal<<5 | byte(spatial)<<1
			if temporal == 0 {
				layers |= 0x10
			}
			if key && spatial > 0 {
				layers |= 0x01
			}
			packet := rtp.Packet{
				Header:  rtp.Header{Version: 2, SequenceNumber: v.seq, Timestamp: v.ts, Marker: i == 1 && spatial == v.highest},
				Payload: []byte{flags, 0x80 | byte(v.picture>>8), byte(v.picture), layers, 0, byte(i), byte(spatial)},
			}
			raw, err := packet.Marshal()
			if err != nil {
				panic(err)
			}
			v.layer.Write(raw)
			v.seq++
		}
	}
	v.picture = (v.picture + 1) & 0x7fff
	v.ts += 3000
	v.stage.now += time.Second / 30
}

func (v *scalable) play(pictures int) {
	for range pictures {
		v.write(false)
	}
}

// whole checks packets from a number on: they close up, and pictures are whole,
// of layers up to top, and end in a marker.
func (s *stage) whole(from int, top uint8) {
	s.t.Helper()
	spatial, pictures := -1, 0
	for i := from; i < len(s.out.headers); i++ {
		header, payload := s.out.headers[i], s.out.payloads[i]
		d, ok := parseVP9(payload)
		if i > 0 && header.SequenceNumber != s.out.headers[i-1].SequenceNumber+1 {
			s.t.Fatalf("packet %d: sequence number %d after %d", i, header.SequenceNumber, s.out.headers[i-1].SequenceNumber)
		}
		if d.begins {
			spatial++
		}
		if !ok || int(d.spatial) != spatial || d.spatial > top {
			s.t.Fatalf("packet %d: spatial layer %d where %d is due, up to %d", i, d.spatial, spatial, top)
		}
		if header.Marker != (d.ends && d.spatial == top) {
			s.t.Fatalf("packet %d: marker %v at spatial layer %d, end %v", i, header.Marker, d.spatial, d.ends)
		}
		if header.Marker {
			spatial, pictures = -1, pictures+1
		}
	}
	if spatial != -1 || pictures == 0 {
		s.t.Fatalf("%d whole pictures, and %d layers of another one", pictures, spatial+1)
	}
}

func TestSpatialLayers(t *testing.T) {
	s := newStage(t, vp9Codec)
	src := s.scalable()
	s.sub.SetQuality(1)
	src.write(false)
	s.sent(0)
	src.write(true)
	src.play(20)
	s.whole(0, 1)

	from := len(s.out.headers)
	s.sub.SetQuality(0) // down with the next picture
	src.play(20)
	s.whole(from, 0)

	from = len(s.out.headers)
	asked := src.asked
	s.sub.SetQuality(2) // up needs a key picture
	src.play(20)
	s.whole(from, 0)
	if src.asked == asked {
		t.Error("no key picture was asked for")
	}
	from = len(s.out.headers)
	src.write(true)
	src.play(20)
	s.whole(from, 2)

	src.between = func() { s.sub.SetQuality(0) } // this picture still as it began
	from = len(s.out.headers)
	src.write(false)
	s.whole(from, 2)
	s.sub.SetQuality(2)
	src.write(true)

	src.highest = 1 // the publisher's network is weak
	from = len(s.out.headers)
	src.play(20)
	s.whole(from, 1)
}

func TestSpatialAndTemporalLayers(t *testing.T) {
	s := newStage(t, vp9Codec)
	src := s.scalable()
	src.write(true)
	src.play(63)
	s.sub.SetQuality(1)
	s.sub.SetFrameRate(15)
	from := len(s.out.headers)
	src.play(64)
	s.whole(from, 1)
	if n := len(s.out.headers) - from; n != 32*4 {
		t.Errorf("%d packets in half of 64 pictures of two layers, want %d", n, 32*4)
	}
	s.sub.SetFrameRate(0)
	src.play(4)
	from = len(s.out.headers)
	src.play(64)
	s.whole(from, 1)
	if n := len(s.out.headers) - from; n != 64*4 {
		t.Errorf("%d packets in 64 pictures of two layers, want %d", n, 64*4)
	}
	// What is sent again is the same, markers too.
	n := len(s.out.headers)
	for i := n - 40; i < n; i++ {
		s.sub.HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
			MediaSSRC: 4711, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{s.out.headers[i].SequenceNumber}),
		}})
		again := s.out.headers[len(s.out.headers)-1]
		if again.SequenceNumber != s.out.headers[i].SequenceNumber || again.Marker != s.out.headers[i].Marker ||
			!bytes.Equal(s.out.payloads[len(s.out.payloads)-1], s.out.payloads[i]) {
			t.Fatalf("packet %d came again as %+v", i, again)
		}
	}
}

func TestVP9Descriptor(t *testing.T) {
	for name, test := range map[string]struct {
		payload []byte
		want    vp9
		key, ok bool
	}{
		"key picture":              {[]byte{0xa8, 0x81, 0x02, 0x11, 0, 9}, vp9{begins: true, layered: true, up: true, onLower: true}, true, true},
		"upper layer of a key":     {[]byte{0xac, 0x01, 0x15, 0, 9}, vp9{begins: true, ends: true, layered: true, up: true, spatial: 2, onLower: true}, false, true},
		"flexible, nothing before": {[]byte{0x18, 9}, vp9{begins: true}, true, true},
		"inter":                    {[]byte{0xec, 0x81, 0x02, 0x52, 3, 9}, vp9{predicted: true, begins: true, ends: true, layered: true, temporal: 2, up: true, spatial: 1}, false, true},
		"middle of a key":          {[]byte{0x80, 0x05, 9}, vp9{}, false, true},
		"cut off":                  {[]byte{0xa8, 0x81, 0x02}, vp9{begins: true}, true, false},
		"empty":                    {nil, vp9{}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			d, ok := parseVP9(test.payload)
			if ok != test.ok || (ok && (d != test.want || d.key() != test.key)) {
				t.Errorf("got %+v, key %v, %v; want %+v", d, d.key(), ok, test.want)
			}
		})
	}
}
