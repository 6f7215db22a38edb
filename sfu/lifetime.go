package sfu

import "time"

// EmptyFor is how long a room stays open with nobody in it, unless its owner
// has set other timeouts.
const EmptyFor = 5 * time.Minute

// warnings are given when so much time is left, from early to late.
func warnings() []time.Duration {
	return []time.Duration{10 * time.Minute, 5 * time.Minute, time.Minute}
}

// lifetime decides when a meeting warns and ends. It is a value: it reads no
// clock, and asking it every second makes jumps of the clock harmless.
type lifetime struct {
	endsAt time.Time     // zero: never
	warned time.Duration // the latest warning that is not due any more; zero: none
}

// verdict is what is due now.
type verdict struct {
	End  bool
	Warn time.Duration // zero: nothing
}

// arm sets a new end. Warnings whose time has passed already are not given
// late; those that a later end brings back are given again.
func arm(endsAt, now time.Time) lifetime {
	l := lifetime{endsAt: endsAt}
	if endsAt.IsZero() {
		return l
	}
	left := endsAt.Sub(now)
	for _, w := range warnings() {
		if left < w {
			l.warned = w
		}
	}
	return l
}

// at says what is due, and how the lifetime goes on.
func (l lifetime) at(now time.Time) (lifetime, verdict) {
	if l.endsAt.IsZero() {
		return l, verdict{}
	}
	left := l.endsAt.Sub(now)
	if left <= 0 {
		return l, verdict{End: true}
	}
	var due time.Duration
	for _, w := range warnings() {
		if left <= w && (l.warned == 0 || w < l.warned) {
			due = w
		}
	}
	if due > 0 {
		l.warned = due
	}
	return l, verdict{Warn: due}
}
