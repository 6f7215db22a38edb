package receive

import (
	"testing"
	"time"
)

func TestReceptionReports(t *testing.T) {
	var r reception
	if _, ok := r.report(7, 0); ok {
		t.Error("a report on nothing")
	}
	send := func(index uint64, late time.Duration) {
		at := time.Duration(index-65_530) * 10 * time.Millisecond
		r.arrived(index, uint32(at/time.Millisecond)*90, 90_000, at+late)
	}
	for i := range uint64(20) { // over the wrap of the numbers, every fifth is lost
		if i%5 != 3 {
			send(65_530+i, 0)
		}
	}
	report, ok := r.report(7, 0)
	if !ok || report.SSRC != 7 || report.TotalLost != 4 || report.FractionLost != 4*256/20 || report.LastSequenceNumber != 65_549 || report.Jitter != 0 {
		t.Errorf("after the wrap %+v", report)
	}
	if report.LastSenderReport != 0 || report.Delay != 0 {
		t.Errorf("knows a sender report that never came: %+v", report)
	}

	r.ntp, r.heard, r.told = 0x0000_1234_5678_0000, 3*time.Second, true
	for i := range uint64(100) {
		send(65_550+i, time.Duration(i%2)*8*time.Millisecond)
	}
	report, _ = r.report(7, 3500*time.Millisecond)
	if report.FractionLost != 0 || report.TotalLost != 4 {
		t.Errorf("nothing was lost since: %+v", report)
	}
	if report.LastSenderReport != 0x1234_5678 || report.Delay != 1<<15 {
		t.Errorf("last sender report %x, %d after", report.LastSenderReport, report.Delay)
	}
	if report.Jitter < 600 || report.Jitter > 720 { // packets are 8 ms of 90 kHz apart from where they should be
		t.Errorf("jitter %d", report.Jitter)
	}
}
