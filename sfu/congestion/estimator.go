package congestion

import "time"

// Bounds and steps of the estimate, in bits a second and parts of it.
const (
	startRate = 3_000_000
	floorRate = 40_000
	ceiling   = 100_000_000

	keepAfterQueue = 0.85 // of what arrives, when a queue builds up
	gentleDecrease = 0.92 // of the estimate, when it is not clear that we build it
	growFast       = 1.0  // a second, before the first sign of a limit
	growFar        = 0.15 // a second, far below where the last limit was
	growNear       = 0.05 // a second, close to it
	growBeyond     = 0.4  // a second, when it is clear that it is a limit no longer
	nearLimit      = 0.2  // so far on either side of a limit is close to it
	leastGrowth    = 4000 // bits a second, a second
	headroom       = 1.5  // times what arrives: no estimate beyond what was tried
	headroomTight  = 1.18 // the same on a way that has shown a limit: there, padding tries
	headroomBits   = 10_000
	headroomLeast  = 35_000 // bits a second beyond what arrives, on a way that has shown a limit
)

// Loss that an estimate bears: less than this is the way's nature, and repair
// takes care of it.
const (
	lossBorne    = 0.10
	lossPackets  = 20.0            // before loss says anything
	lossMemory   = 1 * time.Second // time constant of the measured loss
	lossGrace    = 200 * time.Millisecond
	decreaseWait = 300 * time.Millisecond
	silenceWait  = 1500 * time.Millisecond
	staleAfter   = 20 * time.Second // a limit from so long ago says little
)

// Estimator gives the target bitrate of one connection. Its methods must not
// run at the same time.
type Estimator struct {
	sent   *Sent
	report report

	target  float64
	limited bool    // there was a sign of a limit
	limit   float64 // what arrived at the latest one; 0: none
	limitAt time.Duration

	arrivals, departures window
	queue                queue
	reference            int64 // of the latest feedback, unwrapped
	referenced           bool

	missing              missing
	lossCount, lossTotal float64
	lossAt               time.Duration // when they were faded last
	rtt                  time.Duration
	fedAt                time.Duration
	growAt               time.Duration
	decreasedAt          time.Duration
	sentAtFeedback       uint32
	quietAt              time.Duration // when hardly anything had been sent since
	state                State

	heard heard
}

// State is what the way looks like.
type State uint8

// The states.
const (
	Normal    State = iota
	Draining        // a queue is going down, or it is not clear yet that it stays
	Overused        // a queue is building up, or much is lost
	Suspended       // no feedback comes
)

// NewEstimator makes an estimator for what sent remembers.
func NewEstimator(sent *Sent) *Estimator {
	return &Estimator{sent: sent, target: startRate}
}

// Target is how many bits a second the way carries, headers included.
func (e *Estimator) Target() int { return int(e.target) }

// Limited says whether a limit has ever shown. Until then the target is a
// guess that nothing speaks against.
func (e *Estimator) Limited() bool { return e.limited }

// State is what the latest feedback said.
func (e *Estimator) State() State { return e.state }

// RTT is the time between sending and hearing of it; 0 before the first
// feedback.
func (e *Estimator) RTT() time.Duration { return e.rtt }

// Loss is the part of the latest packets that did not come, 0 to 1.
func (e *Estimator) Loss() float64 {
	if e.lossTotal <= 0 {
		return 0
	}
	return min(max(e.lossCount/e.lossTotal, 0), 1)
}

// Arriving is how many bits a second have lately come to the receiver.
func (e *Estimator) Arriving() int {
	bits, _ := e.arrivals.rate()
	return bits
}

// Feedback takes one RTCP packet of transport-wide feedback.
func (e *Estimator) Feedback(packet []byte, now time.Duration) error {
	if err := e.report.parse(packet); err != nil {
		return err
	}
	e.forget(now)
	time64 := e.unwrap(e.report.reference) * 64_000
	news := false
	for i, status := range e.report.statuses {
		here := status != statusLost
		if here && status != statusUntimed {
			time64 += int64(status) * 250
		}
		what, size, at := e.sent.mark(e.report.base+uint16(i), here, now)
		if what == known {
			continue
		}
		news = true
		e.note(what, e.report.base+uint16(i), size, at, time64, status == statusUntimed, now)
	}
	for !e.missing.empty() && now-e.missing.since() >= lossGrace {
		e.lose(e.missing.pop())
	}
	e.Hear(now)
	if news {
		e.fedAt, e.sentAtFeedback = now, e.sent.next.Load()
		e.evaluate(now)
	}
	return nil
}

// note adds one packet's fate to the figures. One that is missing is lost when it
// stays missing: receivers report as packets come, and others overtake it.
func (e *Estimator) note(what outcome, number uint16, size int, sentAt, arrivedAt int64, untimed bool, now time.Duration) {
	switch what {
	case lost:
		if e.missing.full() {
			e.lose(e.missing.pop())
		}
		e.missing.push(number, now)
		e.departures.add(sentAt, size, 0)
		return
	case late:
		e.lossTotal++
	default:
		e.lossTotal++
		e.departures.add(sentAt, size, 0)
	}
	if untimed {
		return
	}
	e.arrivals.add(arrivedAt, size, arrivedAt-sentAt)
	if took := now - time.Duration(sentAt)*time.Microsecond; e.rtt == 0 {
		e.rtt = took
	} else {
		e.rtt += (took - e.rtt) / 16
	}
}

// suspicious says whether so much is missing that it is no time to grow.
func (e *Estimator) suspicious() bool {
	missing := float64(e.missing.count())
	return missing >= lossPackets/4 && missing > lossBorne*(missing+e.lossTotal)
}

// lose counts a packet that has been missing for long, if it has not come since.
func (e *Estimator) lose(number uint16) {
	if e.sent.gone(number) {
		e.lossCount++
		e.lossTotal++
	}
}

// forget fades the measured loss.
func (e *Estimator) forget(now time.Duration) {
	if passed := now - e.lossAt; e.lossAt > 0 && passed > 0 {
		keep := max(0, 1-float64(passed)/float64(lossMemory))
		e.lossCount *= keep
		e.lossTotal *= keep
	}
	e.lossAt = now
}

// unwrap extends the 24-bit time of a feedback.
func (e *Estimator) unwrap(reference uint32) int64 {
	if !e.referenced {
		e.referenced, e.reference = true, 1<<24+int64(reference)
	}
	step := int32(reference<<8-uint32(e.reference)<<8) >> 8
	e.reference += int64(step)
	return e.reference
}

// evaluate moves the target by what is known now.
func (e *Estimator) evaluate(now time.Duration) {
	passed := min(now-e.growAt, 500*time.Millisecond)
	e.growAt = now
	arriving, ok := e.arrivals.rate()
	if !ok {
		return
	}
	e.state = Normal
	if lowest, mean, ok := e.arrivals.delay(); ok {
		e.state = e.queue.look(lowest, mean, now, serial(arriving))
	}
	heavy := e.lossTotal >= lossPackets && e.Loss() > lossBorne
	switch {
	case e.state == Overused:
		e.decrease(float64(arriving), now)
	case heavy:
		e.state = Overused
		e.shrink(max(e.target*(1-0.5*e.Loss()), keepAfterQueue*float64(arriving)), float64(arriving), now)
	case e.state == Normal && !e.suspicious():
		e.grow(float64(arriving), passed, now)
	}
}

// serial is how many microseconds a full packet takes at a rate: a way that is
// slow delays large packets more than small ones, without any queue.
func serial(rate int) int64 { return min(1200*8*1_000_000/int64(max(rate, 1)), queueMost) }

// decrease makes room for the queue to drain. What arrives while there is a
// queue is what the way carries; but if no more is sent than arrives, the queue
// may be somebody else's, or a trick of jitter.
func (e *Estimator) decrease(arriving float64, now time.Duration) {
	next := keepAfterQueue * arriving
	if sending, ok := e.departures.rate(); ok && float64(sending)*(1-min(e.Loss(), lossBorne)) < 1.2*arriving {
		next = max(next, gentleDecrease*e.target)
	}
	e.shrink(next, arriving, now)
}

// shrink lowers the target, once for each time that it takes to see what that
// has changed.
func (e *Estimator) shrink(next, arriving float64, now time.Duration) {
	if e.decreasedAt > 0 && now-e.decreasedAt < e.rtt+decreaseWait {
		return
	}
	e.decreasedAt, e.limited = now, true
	e.lossCount, e.lossTotal, e.missing.first = 0, 0, e.missing.next // what was lost before says nothing of the new rate
	if e.limit == 0 || arriving > 1.2*e.limit || arriving < 0.8*e.limit {
		e.limit = arriving
	} else {
		e.limit += (arriving - e.limit) / 4
	}
	e.limitAt = now
	e.target = max(floorRate, min(e.target, next))
}

// grow lets the target rise, as long as what it allows is made use of.
func (e *Estimator) grow(arriving float64, passed, now time.Duration) {
	rate := growFar
	switch {
	case !e.limited:
		rate = growFast
	case e.limit > 0 && arriving > (1+nearLimit)*e.limit:
		rate = growBeyond
	case e.limit > 0 && now-e.limitAt < staleAfter && e.target > (1-nearLimit)*e.limit && e.target < (1+nearLimit)*e.limit:
		rate = growNear
	}
	step := max(e.target*rate, leastGrowth) * passed.Seconds()
	bound := headroom*arriving + headroomBits
	if e.limited {
		bound = max(headroomTight*arriving, arriving+headroomLeast)
	}
	if next := min(e.target+step, bound, ceiling); next > e.target {
		e.target = next
	}
}

// Tick notices that feedback has stopped. Call it a few times a second.
func (e *Estimator) Tick(now time.Duration) {
	if e.fedAt == 0 {
		e.careful(now)
		return
	}
	if e.sent.next.Load()-e.sentAtFeedback < uint32(lossPackets) {
		e.quietAt = now // hardly anything was sent that could be reported
		return
	}
	if now-max(e.fedAt, e.decreasedAt, e.quietAt) < silenceWait+e.rtt {
		return
	}
	e.state, e.limited = Suspended, true
	e.decreasedAt = now
	e.target = max(floorRate, e.target/2)
}
