package forward

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestReceiverReportsAreKept(t *testing.T) {
	s, _ := newNumberedStage(t, vp8Codec, true)
	src := s.source(2, 1, 0, 0)
	src.frame(true)
	src.layer.SenderReport(0x1234_5678_9abc_def0, 0)
	report := s.sub.Report(s.now)
	s.now += 120 * time.Millisecond
	heard := func(highest uint32, lost uint8) {
		s.sub.HandleRTCP([]rtcp.Packet{&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{
			SSRC: 4711, LastSequenceNumber: highest, FractionLost: lost, Jitter: 900,
			LastSenderReport: uint32(report.NTPTime >> 16), Delay: 40 << 16 / 1000,
		}}}})
	}
	if _, known := s.sub.Received(); known {
		t.Error("a report is known before one came")
	}
	heard(100, 64)
	got, known := s.sub.Received()
	if rtt := got.RTT.Round(time.Millisecond); !known || got.Loss != 0.25 || got.Jitter != 10*time.Millisecond || rtt != 80*time.Millisecond {
		t.Errorf("kept %+v, %v", got, known)
	}
	heard(100, 255)
	if again, _ := s.sub.Received(); again != got {
		t.Errorf("the same report again says %+v", again)
	}
	if rtt := s.sub.path.Estimate().RTT.Round(time.Millisecond); rtt != 80*time.Millisecond {
		t.Errorf("the path's round trip is %v", rtt)
	}
}
