package load

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// receive notes packets with these numbers, 10 ms apart.
func receive(s *Stream, sequences ...uint16) {
	for i, sequence := range sequences {
		s.note(packet{sequence: sequence, timestamp: uint32(i) * 900, payload: []byte{0x10, 0x00}}, time.Duration(i)*10*time.Millisecond)
	}
}

func TestGapsAreAskedForUntilTheyAreFilled(t *testing.T) {
	s := &Stream{ssrc: 5, kind: webrtc.RTPCodecTypeVideo, clock: 90000}
	receive(s, 65534, 65535, 2)
	asked := func() (all []uint16) {
		for _, packet := range s.requests(1) {
			if nack, ok := packet.(*rtcp.TransportLayerNack); ok {
				for _, pair := range nack.Nacks {
					all = append(all, pair.PacketList()...)
				}
			}
		}
		return all
	}
	if got := asked(); len(got) != 2 || got[0] != 0 || got[1] != 1 {
		t.Errorf("asked for %v, want 0 and 1", got)
	}
	receive(s, 1)
	if got := asked(); len(got) != 1 || got[0] != 0 {
		t.Errorf("asked for %v, want 0", got)
	}
	if s.lost() != 1 {
		t.Errorf("%d packets are lost, want 1", s.lost())
	}
	for range maxAsked {
		asked()
	}
	if got := asked(); got != nil {
		t.Errorf("still asked for %v", got)
	}
}

func TestReportsCountLossSinceTheLast(t *testing.T) {
	s := &Stream{ssrc: 5, clock: 90000, reportTime: 77, reportedAt: time.Second}
	receive(s, 100, 101, 103, 104)
	report := s.reception(1500 * time.Millisecond)
	if report.TotalLost != 1 || report.FractionLost != 256/5 || report.LastSequenceNumber != 104 {
		t.Errorf("reported %+v", report)
	}
	if report.LastSenderReport != 77 || report.Delay != 65536/2 {
		t.Errorf("reported %+v, want half a second since the sender's report", report)
	}
	receive(s, 105)
	if report := s.reception(2 * time.Second); report.FractionLost != 0 || report.TotalLost != 1 {
		t.Errorf("reported %+v after nothing more was lost", report)
	}
}

func TestAKeyFrameIsAskedForUntilOneComes(t *testing.T) {
	s := &Stream{ssrc: 5, kind: webrtc.RTPCodecTypeVideo, clock: 90000, keyAsked: -time.Second}
	delta := packet{sequence: 1, payload: []byte{0x10, 0x01}}
	s.note(delta, 0)
	if len(s.requests(1)) != 1 {
		t.Error("no key frame is asked for")
	}
	if len(s.requests(1)) != 0 {
		t.Error("a key frame is asked for twice at once")
	}
	s.note(packet{sequence: 2, payload: []byte{0x10, 0x00}}, time.Second)
	if len(s.requests(1)) != 0 {
		t.Error("a key frame is asked for though one has come")
	}
}
