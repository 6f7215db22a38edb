package congestion

import "time"

// What is believed of receivers that send no transport-wide feedback.
const (
	feedbackFresh = 5 * time.Second // as long as there is some, other reports say nothing new
	blindRate     = 500_000         // bits a second, for who has said nothing at all
	blindAfter    = 8 * time.Second // browsers report on sound every 2.5 to 7.5 s
	sameRemote    = 20 * time.Millisecond
	fallMost      = 0.5  // no report of a limit takes more than that of the target
	lossNone      = 0.02 // loss up to which there may be more room (draft-ietf-rmcat-gcc-02, section 6)
	reportEvery   = 500 * time.Millisecond
)

// heard is what came of a receiver beside feedback.
type heard struct {
	at       time.Duration // of the latest RTCP of any kind; 0: none yet
	sent     uint32        // packets that had been sent by then
	quietAt  time.Duration // when hardly anything had been sent since
	limitAt  time.Duration // of the latest limit that the receiver named
	limit    float64
	judgedAt time.Duration // when reports of loss moved the target last
}

// Hear notes that the receiver has sent RTCP of some kind.
func (e *Estimator) Hear(now time.Duration) { e.heard.at, e.heard.sent = now, e.sent.next.Load() }

// Heard says whether the receiver has ever sent RTCP.
func (e *Estimator) Heard() bool { return e.heard.at > 0 }

// Remote takes an estimate that the receiver has made itself, in bits a second:
// REMB, draft-alvestrand-rmcat-remb-03. Sending is what goes out at present. The
// estimate is believed of those who send no transport-wide feedback. It is never
// followed below the floor, by more than half at once, or up beyond what the
// traffic has tried: a receiver can name any number.
func (e *Estimator) Remote(bits, sending float64, now time.Duration) {
	e.Hear(now)
	h := &e.heard
	if e.fresh(now) || (h.limitAt > 0 && now-h.limitAt < sameRemote) {
		return // a compound packet comes once for each stream that it names
	}
	passed := min(now-h.limitAt, time.Second)
	h.limitAt, h.limit = now, min(max(bits, floorRate), ceiling)
	switch {
	case h.limit < e.target:
		e.target, e.limited = max(h.limit, fallMost*e.target), true
		e.limitAt, e.state = now, Normal
		if h.limit < sending {
			e.state = Overused
		}
	case e.limited:
		e.state = Normal
		e.rise(min(h.limit, headroom*sending+headroomBits), passed)
	}
}

// Report takes what a receiver report says: of how many packets which part, 0 to
// 1, did not come (RFC 3550, section 6.4.1).
func (e *Estimator) Report(packets int, lost, sending float64, now time.Duration) {
	e.Hear(now)
	if e.fresh(now) || packets <= 0 {
		return
	}
	e.forget(now)
	e.lossCount += lost * float64(packets)
	e.lossTotal += float64(packets)
	h := &e.heard
	passed := min(now-h.judgedAt, time.Second)
	if passed < reportEvery {
		return
	}
	h.judgedAt = now
	switch loss := e.Loss(); {
	case e.lossTotal >= lossPackets && loss > lossBorne:
		e.state = Overused
		e.shrink(max((1-0.5*loss)*min(e.target, max(sending, floorRate)), keepAfterQueue*sending*(1-loss)), sending*(1-loss), now)
	case loss <= lossNone && e.limited:
		e.state = Normal
		bound := headroom*sending + headroomBits
		if h.limitAt > 0 {
			bound = min(bound, h.limit)
		}
		e.rise(bound, passed)
	default:
		e.state = Normal
	}
}

func (e *Estimator) fresh(now time.Duration) bool { return e.fedAt > 0 && now-e.fedAt < feedbackFresh }

// rise lets the target grow for a time, up to a bound.
func (e *Estimator) rise(bound float64, passed time.Duration) {
	step := max(e.target*growFar, leastGrowth) * passed.Seconds()
	e.target = max(e.target, min(e.target+step, bound, ceiling))
}

// Measured takes a round trip from a receiver report, when feedback gives none.
func (e *Estimator) Measured(rtt, now time.Duration) {
	switch {
	case e.fresh(now):
	case e.rtt == 0:
		e.rtt = rtt
	default:
		e.rtt += (rtt - e.rtt) / 8
	}
}

// careful holds back where nothing says how much arrives: a client without any
// RTCP, or one that has fallen silent, gets what almost every way carries.
func (e *Estimator) careful(now time.Duration) {
	h := &e.heard
	if e.sent.next.Load()-h.sent < uint32(lossPackets) {
		h.quietAt = now // hardly anything was sent that could be reported
		return
	}
	if now-max(h.at, h.quietAt) < blindAfter {
		return
	}
	e.target, e.limited, e.state = min(e.target, blindRate), true, Suspended
}
