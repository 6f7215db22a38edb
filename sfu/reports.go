package sfu

import (
	"time"

	"github.com/pion/rtcp"
)

// reportFresh is how long a receiver report says something: browsers report on
// sound every few seconds.
const reportFresh = 10 * time.Second

// reception is how media comes in at one end of a person's connection.
type reception struct {
	loss   float64 // part of all packets that did not come, 0 to 1
	jitter time.Duration
	rtt    time.Duration // 0: not known
}

// downward is how media comes in at the person, by their own reports and what the
// path's feedback says. Loss is that of all tracks together. Jitter is that of
// the track with the least of it: large pictures spread what the way does not.
func (p *peer) downward() reception {
	estimate, now := p.path.Estimate(), p.node.mediaTime()
	var q reception
	lost, packets, first := 0.0, 0, true
	for _, s := range p.subs {
		r, ok := s.sub.Received()
		if !ok || now-r.At > reportFresh {
			continue
		}
		lost += r.Loss * float64(r.Packets)
		packets += r.Packets
		if first || r.Jitter < q.jitter {
			q.jitter, first = r.Jitter, false
		}
		q.rtt = max(q.rtt, r.RTT)
	}
	if packets > 0 {
		q.loss = lost / float64(packets)
	}
	q.loss = max(q.loss, estimate.Loss)
	if estimate.RTT > 0 {
		q.rtt = estimate.RTT
	}
	return q
}

// upward adds a stream that the person sends to how their streams come in here:
// the most loss, and the least jitter.
func (q *reception) upward(report rtcp.ReceptionReport, clock uint32, first bool) {
	q.loss = max(q.loss, float64(report.FractionLost)/256)
	jitter := time.Duration(report.Jitter) * time.Second / time.Duration(max(clock, 1))
	if first || jitter < q.jitter {
		q.jitter = jitter
	}
}
