package receive

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// stage is a connection whose time stands still until it is moved.
type stage struct {
	t    *testing.T
	now  time.Duration
	flow *Flow
	said []rtcp.Packet
}

// What the stage's publisher has negotiated.
const (
	idTransport, idMid, idRepaired = 3, 4, 11
	vp8, rtx                       = 96, 97
	media, repairSSRC              = 1111, 2222
)

func newStage(t *testing.T) *stage {
	s := &stage{t: t, now: time.Minute}
	s.flow = NewFlow(func() time.Duration { return s.now }, s.hear)
	s.flow.timer = silent{} // the test says when it goes
	terms := Terms{Transport: idTransport, Mid: idMid, RepairedRID: idRepaired, Repairing: map[uint32]uint32{repairSSRC: media}}
	terms.Repairs[rtx] = vp8
	s.flow.Agree(terms)
	t.Cleanup(s.flow.Close)
	return s
}

type silent struct{}

func (silent) Reset(time.Duration) bool { return true }
func (silent) Stop() bool               { return true }

func (s *stage) hear(raw []byte) {
	packets, err := rtcp.Unmarshal(raw)
	if err != nil {
		s.t.Errorf("the publisher cannot read %x: %v", raw, err)
	}
	s.said = append(s.said, packets...)
}

// pass lets time pass, in steps at which the timer would go.
func (s *stage) pass(d time.Duration) {
	for end := s.now + d; s.now < end; {
		s.now += 5 * time.Millisecond
		s.flow.speak()
	}
}

// asked gives the numbers that were asked for since the last time.
func (s *stage) asked(ssrc uint32) (numbers []uint16) {
	for _, packet := range s.said {
		if nack, ok := packet.(*rtcp.TransportLayerNack); ok && nack.MediaSSRC == ssrc {
			for _, pair := range nack.Nacks {
				numbers = append(numbers, pair.PacketList()...)
			}
		}
	}
	s.said = nil
	return numbers
}

// sink is where a stream goes.
type sink struct {
	got   []uint16
	ended int
	lost  int
	bad   bool
	whole [][]byte
	keeps bool
}

func (s *stage) attach(ssrc uint32, mid, rid string) *sink {
	to := &sink{}
	s.flow.Attach(Source{
		SSRC: ssrc, Mid: mid, RID: rid, NACK: true, Clock: 90_000,
		Write: func(packets ...[]byte) {
			for _, raw := range packets {
				var p rtp.Packet
				if p.Unmarshal(raw) != nil || p.SSRC != ssrc || p.PayloadType != vp8 || len(p.Payload) < 2 || binary.BigEndian.Uint16(p.Payload) != p.SequenceNumber {
					to.bad = true
				}
				to.got = append(to.got, p.SequenceNumber)
				if to.keeps {
					to.whole = append(to.whole, slices.Clone(raw))
				}
			}
		},
		Lost:  func() { to.lost++ },
		Ended: func() { to.ended++ },
	})
	return to
}

func (k *sink) want(t *testing.T, numbers ...uint16) {
	t.Helper()
	if !slices.Equal(k.got, numbers) || k.bad {
		t.Errorf("passed on %v (as they were: %v), want %v", k.got, !k.bad, numbers)
	}
	k.got = nil
}

// packet is one of media: its payload begins with its number.
func packet(ssrc uint32, seq uint16, extensions ...any) []byte {
	return packed(rtp.Header{Version: 2, PayloadType: vp8, SSRC: ssrc, SequenceNumber: seq, Timestamp: uint32(seq) * 3000}, binary.BigEndian.AppendUint16(nil, seq), extensions...)
}

// again is a packet on a repair stream.
func again(ssrc uint32, seq, repaired uint16, extensions ...any) []byte {
	payload := binary.BigEndian.AppendUint16(nil, repaired)
	return packed(rtp.Header{Version: 2, PayloadType: rtx, SSRC: ssrc, SequenceNumber: seq, Marker: true, Timestamp: uint32(repaired) * 3000}, append(payload, payload...), extensions...)
}

func packed(header rtp.Header, payload []byte, extensions ...any) []byte {
	for i := 0; i+1 < len(extensions); i += 2 {
		value, ok := extensions[i+1].([]byte)
		if !ok {
			value = []byte(extensions[i+1].(string))
		}
		if err := header.SetExtension(uint8(extensions[i].(int)), value); err != nil {
			panic(err)
		}
	}
	raw, err := (&rtp.Packet{Header: header, Payload: payload}).Marshal()
	if err != nil {
		panic(err)
	}
	return raw
}

// send gives packets of media, a millisecond apart.
func (s *stage) send(numbers ...uint16) {
	for _, seq := range numbers {
		s.now += time.Millisecond
		s.flow.Arrived(packet(media, seq))
	}
}
