package receive

import (
	"time"

	"github.com/pion/rtcp"
)

// reception counts how a stream comes in, for the receiver reports that its
// publisher is sent: RFC 3550, section 6.4.1 and appendices A.1, A.3 and A.8.
// What comes on a repair stream does not count: RFC 4588, section 6.
//
// Pion's interceptor does the same, and must be fed by RTPReceiver.ReadSimulcast,
// which reads without a lock what the connection writes when a further stream
// comes in (webrtc v3.3.6).
type reception struct {
	started  bool
	first    uint64 // index
	highest  uint64
	received uint64
	transit  uint32 // arrival less timestamp, in the codec's clock
	jitter   uint32 // 16 times the estimate

	expectedBefore, receivedBefore uint64 // at the last report

	ntp   uint64 // of the latest sender report
	heard time.Duration
	told  bool
}

// arrived notes one packet.
func (r *reception) arrived(index uint64, timestamp, clock uint32, now time.Duration) {
	// In two steps: the product of nanoseconds and a clock rate overflows in a day.
	seconds, rest := uint64(now/time.Second), uint64(now%time.Second)
	transit := uint32(seconds*uint64(clock)+rest*uint64(clock)/uint64(time.Second)) - timestamp
	r.received++
	if !r.started {
		r.started, r.first, r.highest, r.transit = true, index, index, transit
		return
	}
	r.highest = max(r.highest, index)
	apart := int32(transit - r.transit)
	if apart < 0 {
		apart = -apart
	}
	r.transit = transit
	r.jitter += uint32(apart) - (r.jitter+8)>>4
}

// report is what the publisher is told. The report that came before is what its
// loss counts from. It says false while nothing has come in.
func (r *reception) report(ssrc uint32, now time.Duration) (rtcp.ReceptionReport, bool) {
	if !r.started {
		return rtcp.ReceptionReport{}, false
	}
	expected := r.highest - min(r.first, r.highest) + 1
	report := rtcp.ReceptionReport{SSRC: ssrc, LastSequenceNumber: uint32(r.highest), Jitter: r.jitter >> 4}
	if expected > r.received {
		report.TotalLost = uint32(min(expected-r.received, 1<<23-1)) // 24 bits, signed; packets that came twice are no gain
	}
	since, got := expected-r.expectedBefore, r.received-r.receivedBefore
	if since > got {
		report.FractionLost = uint8(min((since-got)<<8/since, 255))
	}
	r.expectedBefore, r.receivedBefore = expected, r.received
	if r.told {
		report.LastSenderReport = uint32(r.ntp >> 16)
		report.Delay = uint32((now - r.heard).Seconds() * (1 << 16))
	}
	return report, true
}
