package udp

import (
	"hash/maphash"
	"net/netip"
	"time"
)

// How many binding requests a place may send before one of its addresses is
// known. An office of a hundred people that join at once is behind one
// address, and each of them tries several times.
const (
	strangersAtOnce    = 2000
	strangersPerSecond = 500
	limiterBuckets     = 4096
)

// limiter counts by a hash of the source, so that a flood from invented
// addresses costs no memory. It has one user: the goroutine that reads.
type limiter struct {
	seed    maphash.Seed
	buckets [limiterBuckets]bucket
}

type bucket struct {
	left  float64
	since time.Duration
}

func newLimiter() *limiter {
	l := &limiter{seed: maphash.MakeSeed()}
	for i := range l.buckets {
		l.buckets[i].left = strangersAtOnce
	}
	return l
}

// allow takes one from the source's share. Who has an IPv6 address has the
// whole /64.
func (l *limiter) allow(source netip.Addr, now time.Duration) bool {
	if source.Is6() {
		if prefix, err := source.Prefix(64); err == nil {
			source = prefix.Addr()
		}
	}
	key := source.As16()
	b := &l.buckets[maphash.Bytes(l.seed, key[:])%limiterBuckets]
	b.left = min(strangersAtOnce, b.left+strangersPerSecond*(now-b.since).Seconds())
	b.since = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
