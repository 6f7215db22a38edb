package congestion

import (
	"math/rand/v2"
	"testing"
	"time"
)

// receiver is one that sends no transport-wide feedback, over a simulated way:
// REMB as browsers do it, or receiver reports alone.
type receiver struct {
	*way
	remb float64
}

// live lets it receive what the target allows for a while. Each second it sends a
// receiver report; five times a second its own estimate, if it has one: 0.85 times
// what comes when a queue builds up, else a little more than before.
func (r *receiver) live(d time.Duration) {
	const step = 20 * time.Millisecond
	var sent, came, bytes, sending int
	for end := r.now + d; r.now < end; r.now += step {
		allowed := float64(r.e.Target())
		if r.cap > 0 {
			allowed = min(allowed, r.cap)
		}
		for r.debt += allowed * step.Seconds(); r.debt > 0; r.debt -= 1100 * 8 {
			before := len(r.coming)
			r.send(1100, r.now)
			sent, came, sending = sent+1, came+len(r.coming)-before, sending+1100
		}
		bytes += 1100 * len(r.take())
		if r.remb > 0 && r.now%(200*time.Millisecond) == 0 {
			arriving := float64(bytes) * 8 * 5
			if bytes = 0; r.queued > 60*time.Millisecond {
				r.remb = 0.85 * arriving
			} else {
				r.remb = min(r.remb*1.02+1000, 1.5*arriving+10_000)
			}
			r.e.Remote(r.remb, allowed, r.now)
		}
		if r.now%time.Second == 0 && sent > 0 {
			r.e.Report(sent, 1-float64(came)/float64(sent), float64(sending)*8, r.now)
			sent, came, sending = 0, 0, 0
		}
		r.e.Tick(r.now)
	}
}

func TestAReceiversOwnEstimateIsFollowed(t *testing.T) {
	for seed := range uint64(5) {
		r := &receiver{way: newWay(400_000), remb: 300_000}
		r.rng = rand.New(rand.NewPCG(seed, 9))
		r.live(15 * time.Second)
		var sum float64
		for range 100 {
			r.live(100 * time.Millisecond)
			sum += float64(r.e.Target())
		}
		if mean := sum / 100; mean < 240_000 || mean > 480_000 {
			t.Errorf("seed %d: mean target %.0f of a way of 400,000", seed, mean)
		}
	}
}

func TestAReceiverCanNameAnyNumber(t *testing.T) {
	sent := &Sent{}
	e := NewEstimator(sent)
	e.Remote(1e12, 500_000, time.Second)
	if e.Target() != startRate || e.Limited() {
		t.Errorf("target %d, limited %v, for a number beyond all ways", e.Target(), e.Limited())
	}
	for i := range 40 {
		before := e.Target()
		e.Remote(-1, 500_000, time.Second+time.Duration(i+1)*200*time.Millisecond)
		if e.Target() < before/2 || e.Target() < floorRate {
			t.Fatalf("target %d after %d", e.Target(), before)
		}
	}
	if e.Target() != floorRate || !e.Limited() {
		t.Errorf("target %d, limited %v, want the floor", e.Target(), e.Limited())
	}
	at := 20 * time.Second
	for i := range 600 {
		e.Remote(1e12, 100_000, at+time.Duration(i)*200*time.Millisecond)
	}
	if e.Target() > headroom*100_000+headroomBits {
		t.Errorf("target %d, though only 100,000 were tried", e.Target())
	}
	low := NewEstimator(sent)
	for range 10 {
		low.Remote(100_000, 500_000, time.Second) // a compound packet for ten streams
	}
	if low.Target() != startRate/2 {
		t.Errorf("target %d: one message counts once", low.Target())
	}
}

func TestLossOfReportsAloneIsHeard(t *testing.T) {
	r := &receiver{way: newWay(1e9)}
	r.cap = 1_000_000
	r.live(10 * time.Second)
	if r.e.Limited() || r.e.Target() != startRate {
		t.Errorf("target %d, limited %v, without loss", r.e.Target(), r.e.Limited())
	}
	r.loss = 0.3
	r.live(20 * time.Second)
	low := r.e.Target()
	if !r.e.Limited() || low > 300_000 {
		t.Errorf("target %d, limited %v, at 30 %% loss", low, r.e.Limited())
	}
	r.loss = 0
	r.live(20 * time.Second)
	if got := r.e.Target(); got < 3*low {
		t.Errorf("target %d, as loss has ended at %d", got, low)
	}
}

func TestFeedbackOutweighsOtherReports(t *testing.T) {
	w := newWay(20_000_000)
	w.cap = 1_000_000
	w.run(3 * time.Second)
	before := w.e.Target()
	w.e.Remote(50_000, 1_000_000, w.now)
	w.e.Report(1000, 0.9, 1_000_000, w.now)
	w.e.Measured(time.Minute, w.now)
	if w.e.Target() != before || w.e.Limited() || w.e.RTT() > time.Second {
		t.Errorf("target %d after %d, limited %v, round trip %v", w.e.Target(), before, w.e.Limited(), w.e.RTT())
	}
}

func TestWhoNeverReportsIsServedWithCare(t *testing.T) {
	w := newWay(1e9)
	wait := func(d time.Duration, bits float64) {
		for end := w.now + d; w.now < end; w.now += 100 * time.Millisecond {
			for w.debt += bits / 10; w.debt > 0; w.debt -= 8000 {
				w.sent.Add(1000, w.now)
			}
			w.e.Tick(w.now)
		}
	}
	wait(time.Minute, 0)
	wait(2*time.Second, 1_000_000)
	if w.e.Limited() || w.e.Target() != startRate {
		t.Errorf("target %d, limited %v: nothing could have come yet", w.e.Target(), w.e.Limited())
	}
	wait(9*time.Second, 1_000_000)
	if !w.e.Limited() || w.e.Target() != blindRate || w.e.State() == Normal || w.e.Heard() {
		t.Errorf("target %d, limited %v, state %v, of who says nothing", w.e.Target(), w.e.Limited(), w.e.State())
	}
	w.e.Report(100, 0, 450_000, w.now)
	if w.e.State() != Normal || !w.e.Heard() {
		t.Error("a report is not heard")
	}
	wait(9*time.Second, 1_000_000)
	if w.e.Target() > blindRate*2 || w.e.State() == Normal {
		t.Errorf("target %d, state %v, though nothing more came", w.e.Target(), w.e.State())
	}
}

func TestMediaAfterAQuietTimeIsNoSilence(t *testing.T) {
	w := newWay(20_000_000)
	w.run(time.Second)
	w.cap = 1 // nothing
	w.run(time.Minute)
	before := w.e.Target()
	for range 40 { // a burst, of which no feedback can have come
		w.sent.Add(1000, w.now)
	}
	w.e.Tick(w.now)
	if w.e.Limited() || w.e.Target() != before {
		t.Errorf("target %d after %d, limited %v", w.e.Target(), before, w.e.Limited())
	}
}
