package congestion

import "time"

// When a delay is a queue, in microseconds.
const (
	queueLeast   = 20_000  // less is not told from nothing
	queueMost    = 100_000 // more is one however great the jitter
	jitterShare  = 0.7     // of the jitter, added to what is borne
	slopeMicros  = 3_000   // a queue that goes down by more is draining
	jitterFade   = 1.0 / 32
	slopeLooks   = 8
	baseFor      = 10 * time.Second
	overuseFor   = 150 * time.Millisecond // a queue that is shorter than queueMost counts after that
	slopeBetween = 200 * time.Millisecond
)

// queue tells a queue on the way from the way's own delay, which is the lowest
// one of the last 10 to 20 s. A delay that stays longer than that is the way's:
// that is how one holds one's own beside connections that keep queues filled.
type queue struct {
	started        bool
	base, upcoming int64 // lowest delay of the present and of the next period
	turnedAt       time.Duration
	jitter         float64
	overAt         time.Duration // when it was first more than is borne; 0: it is not

	looks [slopeLooks]look
	next  int
}

// look is the length of the queue at a time.
type look struct {
	at     time.Duration
	length int64
}

// look judges the lowest and the mean delay of the latest packets. Serial is
// how long one packet takes by itself.
func (q *queue) look(lowest, mean int64, now time.Duration, serial int64) State {
	switch {
	case !q.started:
		*q = queue{started: true, base: lowest, upcoming: lowest, turnedAt: now, jitter: float64(mean - lowest)}
	case now-q.turnedAt > baseFor:
		q.base, q.upcoming, q.turnedAt = q.upcoming, lowest, now
	}
	q.base, q.upcoming = min(q.base, lowest), min(q.upcoming, lowest)
	length := lowest - q.base
	slope := length - q.before(now)
	q.looks[q.next%slopeLooks] = look{at: now, length: length}
	q.next++
	if length <= q.borne()+serial {
		q.overAt = 0
		q.jitter += (float64(mean-lowest) - q.jitter) * jitterFade
		return Normal
	}
	if q.overAt == 0 {
		q.overAt = now
	}
	if slope < -slopeMicros || (length < queueMost+serial && now-q.overAt < overuseFor) {
		return Draining
	}
	return Overused
}

// borne is the length that does no harm.
func (q *queue) borne() int64 {
	return min(max(int64(queueLeast/2+jitterShare*q.jitter), queueLeast), queueMost)
}

// before is the length a fifth of a second ago, or as close to that as is known.
func (q *queue) before(now time.Duration) int64 {
	length := int64(0)
	for i := 1; i <= slopeLooks; i++ {
		l := q.looks[(q.next-i+slopeLooks*2)%slopeLooks]
		if i > q.next {
			break
		}
		length = l.length
		if now-l.at >= slopeBetween {
			break
		}
	}
	return length
}
