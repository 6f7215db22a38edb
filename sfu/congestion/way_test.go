package congestion

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// way is a simulated link: a queue that drains at a rate, then a delay with
// jitter, which reorders, and random loss.
type way struct {
	rate   float64 // bits a second
	room   time.Duration
	delay  time.Duration
	jitter time.Duration
	loss   float64
	back   time.Duration
	cap    float64 // bits a second that there is to send; 0: as much as allowed

	rng    *rand.Rand
	free   time.Duration // when the link is idle
	sent   *Sent
	e      *Estimator
	now    time.Duration
	coming []arrival
	queued time.Duration
	debt   float64

	feedbacks map[time.Duration][]arrival
}

type arrival struct {
	seq uint16
	at  time.Duration
}

func newWay(rate float64) *way {
	sent := &Sent{}
	return &way{
		rate: rate, room: 300 * time.Millisecond, delay: 40 * time.Millisecond, back: 40 * time.Millisecond,
		rng: rand.New(rand.NewPCG(1, 2)), sent: sent, e: NewEstimator(sent), now: time.Second,
		feedbacks: map[time.Duration][]arrival{},
	}
}

// run lets the way work for a while: 20 ms of media at the target's rate, one
// feedback every 100 ms.
func (w *way) run(d time.Duration) {
	const step = 20 * time.Millisecond
	for end := w.now + d; w.now < end; w.now += step {
		allowed := float64(w.e.Target())
		if w.cap > 0 {
			allowed = min(allowed, w.cap)
		}
		w.debt += allowed * step.Seconds()
		for i := 0; w.debt > 0; i++ {
			size := 1100
			if w.debt < 4000 {
				size = 200
			}
			w.debt -= float64(size) * 8
			w.send(size, w.now+time.Duration(i)*300*time.Microsecond)
		}
		if w.now%(100*time.Millisecond) == 0 {
			due := w.now + w.back
			w.feedbacks[due-due%step] = w.take()
		}
		if reported, ok := w.feedbacks[w.now]; ok {
			w.feed(reported)
			delete(w.feedbacks, w.now)
		}
		w.e.Tick(w.now)
	}
}

func (w *way) send(size int, at time.Duration) {
	seq := w.sent.Add(size, at)
	w.free = max(w.free, at)
	w.queued = w.free - at
	if w.queued > w.room || w.rng.Float64() < w.loss {
		return
	}
	w.free += time.Duration(float64(size*8) / w.rate * float64(time.Second))
	w.coming = append(w.coming, arrival{seq, w.free + w.delay + time.Duration(w.rng.Float64()*float64(w.jitter))})
}

// take are the packets that have come by now.
func (w *way) take() (reported []arrival) {
	var still []arrival
	for _, a := range w.coming {
		if a.at <= w.now {
			reported = append(reported, a)
		} else {
			still = append(still, a)
		}
	}
	w.coming = still
	return reported
}

func (w *way) feed(reported []arrival) {
	if len(reported) == 0 {
		return
	}
	raw := feedback(reported)
	if err := w.e.Feedback(raw, w.now); err != nil {
		panic(err)
	}
	// A compound packet comes once for each stream.
	if err := w.e.Feedback(raw, w.now); err != nil {
		panic(err)
	}
}

// feedback is a report of packets, as Pion writes it.
func feedback(reported []arrival) []byte {
	slices.SortFunc(reported, func(a, b arrival) int { return int(int16(a.seq - b.seq)) })
	first, last := reported[0], reported[len(reported)-1]
	early := slices.MinFunc(reported, func(a, b arrival) int { return int(a.at - b.at) })
	report := &rtcp.TransportLayerCC{
		SenderSSRC: 1, MediaSSRC: 2, BaseSequenceNumber: first.seq, PacketStatusCount: last.seq - first.seq + 1,
		ReferenceTime: uint32(early.at/(64*time.Millisecond)) & 0xffffff,
	}
	clock := early.at - early.at%(64*time.Millisecond)
	i := 0
	for seq := first.seq; seq != last.seq+1; seq++ {
		symbol := rtcp.TypeTCCPacketNotReceived
		if reported[i].seq == seq {
			symbol = rtcp.TypeTCCPacketReceivedLargeDelta
			ticks := (reported[i].at - clock) / (250 * time.Microsecond)
			clock += ticks * 250 * time.Microsecond
			report.RecvDeltas = append(report.RecvDeltas, &rtcp.RecvDelta{Type: symbol, Delta: int64(ticks) * 250})
			i++
		}
		report.PacketChunks = append(report.PacketChunks, &rtcp.RunLengthChunk{PacketStatusSymbol: symbol, RunLength: 1})
	}
	size := 20 + 2*len(report.PacketChunks) + 2*len(report.RecvDeltas)
	report.Header = rtcp.Header{Padding: size%4 != 0, Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: uint16((size+3)/4 - 1)}
	raw, err := report.Marshal()
	if err != nil {
		panic(err)
	}
	return raw
}

// around looks at the target for a while: its mean has to be within a fifth of
// the rate, and it must not swing wildly.
func (w *way) around(t *testing.T, rate float64) {
	t.Helper()
	var sum float64
	const looks = 100
	low, high := rate*10, 0.0
	for range looks {
		w.run(100 * time.Millisecond)
		target := float64(w.e.Target())
		sum += target
		low, high = min(low, target), max(high, target)
	}
	t.Logf("target %.0f..%.0f, mean %.0f of %.0f; queue %v, loss %.3f", low, high, sum/looks, rate, w.queued, w.e.Loss())
	if mean := sum / looks; mean < 0.8*rate || mean > 1.2*rate {
		t.Errorf("mean target %.0f, want %.0f ± 20 %%", mean, rate)
	}
	if low < 0.6*rate || high > 1.4*rate {
		t.Errorf("target between %.0f and %.0f", low, high)
	}
}
