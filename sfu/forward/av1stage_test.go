package forward

import (
	"encoding/binary"
	"encoding/hex"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward/descriptor"
)

// twoByTwo writes pictures of AV1 in two spatial and two temporal layers.
type twoByTwo struct {
	stage *stage
	layer *Layer
	seq   uint16
	ts    uint32
	frame uint16
	at    int
	asked int
	loses bool     // what is written now
	lost  [][]byte // what was lost
}

func newAV1Stage(t *testing.T, described bool) (*stage, *twoByTwo) {
	s := newStage(t, av1Codec)
	if described {
		bind := bindContext{writer: s.out, codec: av1Codec, extensions: []webrtc.RTPHeaderExtensionParameter{{URI: descriptor.URI, ID: descriptorOut}}}
		if _, err := s.sub.Bind(bind); err != nil {
			t.Fatal(err)
		}
	}
	v := &twoByTwo{stage: s, seq: 65_500, ts: 4_294_960_000, frame: 65_530}
	v.layer = s.track.AddLayer(TopQuality, 0, func() { v.asked++ })
	v.layer.CarriesDescriptor(descriptorIn)
	return s, v
}

// picture writes two frames of two packets each. Their payload says which.
func (v *twoByTwo) picture(key bool) {
	if key {
		v.at = 0
	}
	temporal := v.at % 2
	v.at++
	for spatial := range 2 {
		template := [][]byte{{61, 0}, {62, 1}}[temporal][spatial]
		if key {
			template = []byte{60, 63}[spatial]
		}
		for i := range 2 {
			raw := binary.BigEndian.AppendUint16([]byte{template | 0x80>>i}, v.frame)
			if key && spatial+i == 0 {
				raw, _ = hex.DecodeString(structured)
				raw[0] = template | 0x80
				binary.BigEndian.PutUint16(raw[1:], v.frame)
			}
			packet := rtp.Packet{
				Header:  rtp.Header{Version: 2, SequenceNumber: v.seq, Timestamp: v.ts, Marker: spatial+i == 2},
				Payload: []byte{0x10, byte(spatial), byte(temporal), byte(i)},
			}
			if packet.SetExtension(descriptorIn, raw) != nil {
				panic("extension")
			}
			b, err := packet.Marshal()
			if err != nil {
				panic(err)
			}
			if v.loses {
				v.lost = append(v.lost, b)
			} else {
				v.layer.Write(b)
			}
			v.seq++
		}
		v.frame++
	}
	v.ts += 3000
	v.stage.now += time.Second / 30
}

func (v *twoByTwo) play(n int) {
	for range n {
		v.picture(false)
	}
}

// pictures checks that packets from a number on are whole pictures of so many
// spatial layers, and counts those of each temporal layer.
func (s *stage) pictures(from, layers int) (temporals [2]int) {
	s.t.Helper()
	for i := from; i < len(s.out.headers); i++ {
		header, payload := s.out.headers[i], s.out.payloads[i]
		at := (i - from) % (2 * layers)
		if i > 0 && header.SequenceNumber != s.out.headers[i-1].SequenceNumber+1 {
			s.t.Fatalf("packet %d: sequence number %d after %d", i, header.SequenceNumber, s.out.headers[i-1].SequenceNumber)
		}
		if int(payload[1]) != at/2 || int(payload[3]) != at%2 || header.Marker != (at == 2*layers-1) {
			s.t.Fatalf("packet %d: layer %d, packet %d, marker %v where packet %d of %d is due", i, payload[1], payload[3], header.Marker, at, 2*layers)
		}
		if header.Marker {
			temporals[payload[2]]++
		}
	}
	return temporals
}
