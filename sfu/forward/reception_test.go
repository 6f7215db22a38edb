package forward

import (
	"testing"
	"time"
)

func TestReceptionReports(t *testing.T) {
	now := time.Duration(0)
	track := NewTrack("TR_x", vp8Codec, func() time.Duration { return now }, &Counters{})
	layer := track.AddLayer(2, 0, func() {})
	if _, ok := layer.Reception(7); ok {
		t.Error("a report on nothing")
	}
	send := func(seq uint16, late time.Duration) {
		at := time.Duration(uint16(seq-65_530)) * 10 * time.Millisecond
		layer.reception.arrived(seq, uint32(at/time.Millisecond)*90, 90_000, at+late)
	}
	for i := range uint16(20) { // over the wrap of the numbers, every fifth is lost
		if i%5 != 3 {
			send(65_530+i, 0)
		}
	}
	report, ok := layer.Reception(7)
	if !ok || report.SSRC != 7 || report.TotalLost != 4 || report.FractionLost != 4*256/20 || report.LastSequenceNumber != 65_549 || report.Jitter != 0 {
		t.Errorf("after the wrap %+v", report)
	}
	if report.LastSenderReport != 0 || report.Delay != 0 {
		t.Errorf("knows a sender report that never came: %+v", report)
	}

	now = 3 * time.Second
	layer.SenderReport(0x0000_1234_5678_0000, 0)
	now += 500 * time.Millisecond
	for i := range uint16(100) {
		send(14+i, time.Duration(i%2)*8*time.Millisecond)
	}
	report, _ = layer.Reception(7)
	if report.FractionLost != 0 || report.TotalLost != 4 {
		t.Errorf("nothing was lost since: %+v", report)
	}
	if report.LastSenderReport != 0x1234_5678 || report.Delay != 1<<15 {
		t.Errorf("last sender report %x, %d after", report.LastSenderReport, report.Delay)
	}
	if report.Jitter < 600 || report.Jitter > 720 { // packets are 8 ms of 90 kHz apart from where they should be
		t.Errorf("jitter %d", report.Jitter)
	}

	send(15, 0) // came twice
	if report, _ = layer.Reception(7); report.TotalLost != 3 && report.TotalLost != 4 {
		t.Errorf("total lost %d", report.TotalLost)
	}
}
