package forward

import (
	"sync"
	"sync/atomic"
	"time"
)

// Times and sizes of pacing.
const (
	paceFactor  = 1.25                   // times the estimate: a queue here must drain, one on the way must not build up
	paceNear    = 0.7                    // of the estimate: who gets that much is paced
	paceFar     = 0.5                    // of it: who gets less for paceCalm is not any more
	paceCalm    = 2 * time.Second        //
	paceLook    = 200 * time.Millisecond // what is sent is averaged over
	paceTick    = 2 * time.Millisecond   // between looks at the queue, at least
	paceBurst   = 1200 + overhead        // bytes that may leave at once
	queueTime   = 400 * time.Millisecond
	queueLeast  = 12 * (1200 + overhead) // bytes: the key frame of a small picture
	queueKeys   = 4                      // times the bound, for key frames alone
	queueMost   = 256                    // packets; the ring has to have them still
	repairsMost = 64
)

// pacer is a leaky bucket on the way of one subscriber whose network is tight.
// As long as it is off, which one atomic load tells, packets leave in the fan-out
// itself. When it is on, video that finds the bucket empty waits here until a
// timer lets it out; sound never waits, but takes from the bucket, as do packets
// that are sent again and probes.
//
// What waits are not packets, but where they stand in their layer's ring. Their
// numbers are given already; their transport-wide ones are not, so what waits
// here does not look like a queue on the way.
//
// The queue is bounded. Its drop rule is "least important first": of the track
// that matters least, the frames behind its newest key frame go, the newest ones
// with them, and the track waits for a key frame, which is asked for when half of
// the queue is empty. A key frame that has come in is not dropped, else none
// would ever get through a network that is slower than it is large.
type pacer struct {
	on atomic.Bool

	mu       sync.Mutex // taken after a Sub's and the Path's
	rate     float64    // bits a second
	credit   float64    // bytes; less than 0 is debt
	at       time.Duration
	media    []parcel // that wait, oldest first
	repairs  []parcel // sent again: they go before what is new
	bytes    int      // of both
	longest  int      // the most that bytes was
	shed     uint64   // packets that the drop rule took
	timer    *time.Timer
	deadline time.Duration // what the timer is set to
	closed   bool
}

// parcel is a packet that waits.
type parcel struct {
	sub       *Sub
	segment   segment
	number    uint64 // as it will be sent
	timestamp uint32 // of its frame
	size      int    // on the wire
	key       bool   // of a key frame
	again     bool   // it was sent before
}

// verdict is what becomes of a packet.
type verdict uint8

const (
	leaves verdict = iota // at once
	waits
	refused
)

// submit decides about a packet: it leaves, waits, or is refused by the drop
// rule. Call with the Sub's lock.
func (q *pacer) submit(w *parcel, now time.Duration, release func()) verdict {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fill(now)
	if q.credit > 0 && len(q.media) == 0 && len(q.repairs) == 0 {
		q.credit -= float64(w.size)
		if !w.again {
			w.sub.leaving = w.timestamp
		}
		return leaves
	}
	if q.closed || !q.admit(w) {
		return refused
	}
	if w.again {
		q.repairs = append(q.repairs, *w)
	} else {
		q.media = append(q.media, *w)
	}
	q.bytes += w.size
	q.longest = max(q.longest, q.bytes)
	q.arm(now, release)
	return waits
}

// spend takes what leaves without waiting.
func (q *pacer) spend(size int, now time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fill(now)
	q.credit -= float64(size)
}

// spare takes the room for a packet that nobody needs, if there is any.
func (q *pacer) spare(size int, now time.Duration) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fill(now)
	if len(q.media) > 0 || len(q.repairs) > 0 || q.credit < 0 {
		return false
	}
	q.credit -= float64(size)
	return true
}

func (q *pacer) fill(now time.Duration) {
	if passed := now - q.at; passed > 0 {
		q.credit = min(q.credit+passed.Seconds()*q.rate/8, max(paceBurst, q.rate/8*probeEvery.Seconds()*1.2)) // a look of the probe's, at least
		q.at = now
	}
}

// pace sets the rate, and applies the drop rule to what has become too much.
func (q *pacer) pace(rate float64, now time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fill(now)
	q.rate = rate
	for q.bytes > q.bound() {
		victim := q.least()
		if victim == nil || !q.cut(victim) {
			return
		}
	}
}

// arm sets the timer to when the next packet may leave. Call with mu.
func (q *pacer) arm(now time.Duration, release func()) {
	if q.deadline != 0 || q.closed {
		return
	}
	wait := max(time.Duration(-q.credit*8/max(q.rate, 1)*float64(time.Second)), paceTick)
	q.deadline = now + wait
	if q.timer == nil {
		q.timer = time.AfterFunc(wait, release)
		return
	}
	q.timer.Reset(wait)
}

// first is whose packet is to leave next, if it may by now; the timer is set
// again if it may not yet.
func (q *pacer) first(now time.Duration, release func()) *Sub {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.deadline = 0
	q.fill(now)
	next := q.head()
	if next == nil {
		return nil
	}
	if q.credit <= 0 {
		q.arm(now, release)
		return nil
	}
	return next.sub
}

func (q *pacer) head() *parcel {
	switch {
	case len(q.repairs) > 0:
		return &q.repairs[0]
	case len(q.media) > 0:
		return &q.media[0]
	default:
		return nil
	}
}

// pop takes the next packet out, if it is of that Sub, whose lock the caller has.
func (q *pacer) pop(sub *Sub) (w parcel, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	next := q.head()
	if next == nil || next.sub != sub {
		return w, false
	}
	w = *next
	if w.again {
		q.repairs = remove(q.repairs)
	} else {
		q.media = remove(q.media)
		sub.leaving = w.timestamp
	}
	q.bytes -= w.size
	q.credit -= float64(w.size)
	return w, true
}

// remove takes the first one off, and keeps the memory.
func remove(list []parcel) []parcel {
	n := copy(list, list[1:])
	list[n] = parcel{}
	return list[:n]
}

// holds says whether a packet waits, and the highest number of the Sub's that
// does.
func (q *pacer) holds(sub *Sub, number uint64) (held bool, highest uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.media {
		if w := &q.media[i]; w.sub == sub {
			held = held || w.number == number
			highest = max(highest, w.number)
		}
	}
	return held, highest
}

// close drops everything.
func (q *pacer) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.media, q.repairs, q.bytes = true, nil, nil, 0
	if q.timer != nil {
		q.timer.Stop()
	}
}

// idle says whether nothing waits.
func (q *pacer) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.media) == 0 && len(q.repairs) == 0
}
