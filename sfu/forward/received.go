package forward

import (
	"time"

	"github.com/pion/rtcp"
)

// reportsKept is how many sender reports are remembered: a receiver answers the
// latest, or one that was overtaken.
const reportsKept = 4

// Received is how a track comes in at the subscriber, as their receiver reports
// say: RFC 3550, section 6.4.1.
type Received struct {
	Packets int           // that were sent between the latest two reports
	Loss    float64       // part of those that did not come, 0 to 1
	Jitter  time.Duration // mean deviation of the time between packets
	RTT     time.Duration // 0: not known
	At      time.Duration // when the latest report came
}

// received is what is kept of a subscriber's reports on one track.
type received struct {
	latest  Received
	known   bool
	highest uint32 // sequence number, extended
	sent    [reportsKept]sentReport
	next    int
}

// sentReport is a sender report, by the middle of its NTP time.
type sentReport struct {
	ntp uint32
	at  time.Duration
}

func (r *received) remember(ntp uint64, now time.Duration) {
	r.sent[r.next%reportsKept] = sentReport{ntp: uint32(ntp >> 16), at: now}
	r.next++
}

// rtt is the round trip that a report tells: RFC 3550, section 6.4.1, with our
// own clock in place of the publisher's, which is what the report carried.
func (r *received) rtt(last, delay uint32, now time.Duration) time.Duration {
	for _, sent := range r.sent {
		if last != 0 && sent.ntp == last {
			held := time.Duration(delay) * time.Second >> 16
			return max(now-sent.at-held, time.Millisecond)
		}
	}
	return 0
}

// reported takes the receiver reports of a compound packet. One that comes a
// second time, with another stream of it, says nothing new.
func (s *Sub) reported(reports []rtcp.ReceptionReport) {
	for i := range reports {
		if reports[i].SSRC == s.SSRC() {
			s.receive(&reports[i])
		}
	}
}

func (s *Sub) receive(report *rtcp.ReceptionReport) {
	now := s.track.now()
	s.mu.Lock()
	r := &s.received
	packets := int(int32(report.LastSequenceNumber - r.highest))
	if r.known && packets <= 0 {
		s.mu.Unlock()
		return
	}
	if !r.known {
		packets = 0 // how many it is about is not known
	}
	rtt, known := r.rtt(report.LastSenderReport, report.Delay, now), r.latest.RTT
	if rtt > 0 {
		known = rtt
	}
	r.known, r.highest = true, report.LastSequenceNumber
	packets = min(packets, 1<<16)
	r.latest = Received{
		Packets: packets, Loss: float64(report.FractionLost) / 256, RTT: known, At: now,
		Jitter: time.Duration(float64(report.Jitter) / float64(s.track.clock) * float64(time.Second)),
	}
	loss, path := r.latest.Loss, s.path
	s.mu.Unlock()
	path.report(packets, loss, rtt, now)
}

// Received is how the track comes in at the subscriber. It says false as long as
// they have not reported.
func (s *Sub) Received() (Received, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received.latest, s.received.known
}
