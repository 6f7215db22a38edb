package udp

import "time"

// How many binding requests a connection takes from addresses that it does not
// know yet. A browser sends some twenty a second until it has an answer. They
// are counted by connection, whose name nobody can guess, and not by where they
// come from: a whole office is behind one address, and joins at once.
const (
	strangersAtOnce    = 200
	strangersPerSecond = 100
)

// allowance is what is left of it. The zero value is a full one.
type allowance struct {
	used  float64
	since time.Duration
}

// take uses one up. It says false when there is none left.
func (a *allowance) take(now time.Duration) bool {
	a.used = max(0, a.used-strangersPerSecond*(now-a.since).Seconds())
	a.since = now
	if a.used > strangersAtOnce-1 {
		return false
	}
	a.used++
	return true
}
