package congestion

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestSettles(t *testing.T) {
	for name, test := range map[string]struct {
		rate   float64
		change func(*way)
	}{
		"100 kbit/s":            {100_000, func(*way) {}},
		"300 kbit/s":            {300_000, func(*way) {}},
		"2 Mbit/s":              {2_000_000, func(*way) {}},
		"20 Mbit/s":             {20_000_000, func(*way) {}},
		"a long way":            {1_000_000, func(w *way) { w.delay, w.back = 150*time.Millisecond, 150*time.Millisecond }},
		"a short queue":         {1_000_000, func(w *way) { w.room = 60 * time.Millisecond }},
		"a long queue":          {500_000, func(w *way) { w.room = 2 * time.Second }},
		"5 % loss":              {300_000, func(w *way) { w.loss = 0.05 }},
		"jitter and reordering": {300_000, func(w *way) { w.jitter = 100 * time.Millisecond }},
		"all of it":             {300_000, func(w *way) { w.loss, w.jitter = 0.05, 100*time.Millisecond }},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(5) {
				w := newWay(test.rate)
				w.rng = rand.New(rand.NewPCG(seed, 7))
				test.change(w)
				w.run(10 * time.Second)
				w.around(t, test.rate)
			}
		})
	}
}

func TestFollowsDownAndUp(t *testing.T) {
	w := newWay(2_000_000)
	w.run(10 * time.Second)
	w.rate = 300_000
	w.run(3 * time.Second)
	w.around(t, 300_000)
	w.rate = 1_500_000
	w.run(15 * time.Second)
	w.around(t, 1_500_000)
}

// TestWideAgainIsSeenSoon: a picture that a weak network had no room for comes
// back within seconds of a better one.
func TestWideAgainIsSeenSoon(t *testing.T) {
	for seed := range uint64(5) {
		w := newWay(120_000)
		w.rng = rand.New(rand.NewPCG(seed, 11))
		w.run(20 * time.Second)
		w.rate = 3_000_000
		start := w.now
		for w.e.Target() < 600_000 && w.now < start+time.Minute {
			w.run(100 * time.Millisecond)
		}
		if took := w.now - start; took > 13*time.Second {
			t.Errorf("600 kbit/s of 3 Mbit/s after %v", took)
		}
	}
}

// TestOvertakenIsNotLost: a receiver's report says that packets are missing which
// others have overtaken, and takes it back in the next.
func TestOvertakenIsNotLost(t *testing.T) {
	w := newWay(50_000_000)
	w.cap = 1_000_000
	w.run(time.Second)
	for range 50 {
		var first, rest []arrival
		for i := range 20 {
			a := arrival{w.sent.Add(1100, w.now), w.now + w.delay}
			if i%3 == 0 {
				first = append(first, a)
			} else {
				rest = append(rest, a)
			}
			w.now += 5 * time.Millisecond
		}
		w.now += w.delay
		w.feed(first)
		w.now += w.back
		w.feed(rest)
	}
	if w.e.Limited() || w.e.Loss() > 0 {
		t.Errorf("target %d, loss %.2f, though all has come", w.e.Target(), w.e.Loss())
	}
}

func TestDoesNotGrowBeyondWhatIsTried(t *testing.T) {
	w := newWay(50_000_000)
	w.cap = 500_000
	w.run(20 * time.Second)
	if got := w.e.Target(); got != startRate {
		t.Errorf("target %d, want %d as at the start: nothing more was tried", got, startRate)
	}
	w.cap = 4_000_000
	w.run(5 * time.Second)
	if got := w.e.Target(); got < 5_000_000 || got > 6_500_000 {
		t.Errorf("target %d, want about half as much again as the 4 Mbit/s that arrive", got)
	}
}

func TestJitterIsNotCongestion(t *testing.T) {
	w := newWay(50_000_000)
	w.jitter, w.loss, w.cap = 100*time.Millisecond, 0.05, 200_000
	w.run(60 * time.Second)
	if got := w.e.Target(); got < 1_000_000 {
		t.Errorf("target %d on a wide way, for jitter and a little loss alone", got)
	}
}

func TestAWayThatIsNotFilledKeepsItsEstimate(t *testing.T) {
	for seed := range uint64(8) {
		w := newWay(300_000)
		w.rng = rand.New(rand.NewPCG(seed, 3))
		w.jitter, w.loss = 100*time.Millisecond, 0.05
		w.run(5 * time.Second)
		w.cap = 200_000
		low := 1 << 30
		for range 300 {
			w.run(100 * time.Millisecond)
			low = min(low, w.e.Target())
		}
		if low < 190_000 {
			t.Errorf("the estimate fell to %d, though 200 kbit/s went through all the time", low)
		}
	}
}

func TestHeavyLossIsCongestion(t *testing.T) {
	w := newWay(1e9)
	w.loss = 0.3
	w.run(13 * time.Second)
	if got := w.e.Target(); got > 500_000 {
		t.Errorf("target %d at 30 %% loss", got)
	}
}

func TestSilenceIsCongestion(t *testing.T) {
	w := newWay(5_000_000)
	w.run(5 * time.Second)
	before := w.e.Target()
	w.loss = 1
	w.run(6 * time.Second)
	if got := w.e.Target(); got > before/4 || w.e.State() != Suspended {
		t.Errorf("target %d after %d, state %v, though nothing comes back", got, before, w.e.State())
	}
}

func TestAQueueThatStaysDoesNotStarve(t *testing.T) {
	w := newWay(1_000_000)
	w.run(5 * time.Second)
	w.delay += 80 * time.Millisecond // another way, or somebody else's standing queue
	w.run(40 * time.Second)
	w.around(t, 1_000_000)
}

func TestSendingAllocatesNothing(t *testing.T) {
	sent := &Sent{}
	if allocs := testing.AllocsPerRun(1000, func() { sent.Add(1000, time.Second) }); allocs != 0 {
		t.Errorf("%v allocations a packet", allocs)
	}
}

func FuzzFeedback(f *testing.F) {
	f.Add(feedback([]arrival{{1, time.Second}, {2, time.Second}, {5, 2 * time.Second}}), []byte{})
	f.Add([]byte{0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 14, 0, 0, 1, 0, 0xbf, 0xff, 0, 0}, []byte{0x8f, 205})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		sent := &Sent{}
		e := NewEstimator(sent)
		for range 50 {
			sent.Add(1000, time.Second)
		}
		for _, raw := range [][]byte{first, second, first} {
			err := e.Feedback(raw, 2*time.Second)
			var theirs rtcp.TransportLayerCC
			if theirs.Unmarshal(raw) == nil && err != nil && theirs.PacketStatusCount <= sentPackets && IsFeedback(raw) {
				t.Errorf("Pion reads what we do not: %v", err)
			}
		}
		if e.Target() < floorRate || e.Target() > ceiling || e.Loss() < 0 || e.Loss() > 1 {
			t.Errorf("target %d, loss %v", e.Target(), e.Loss())
		}
	})
}
