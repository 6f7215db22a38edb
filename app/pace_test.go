package app_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants/tenantstest"
)

// held is a clock that stands still until it is put forward; what waits for a while waits for real.
type held struct {
	clockwork.Clock
	begin time.Time
	by    atomic.Int64
}

// Now is where it was put.
func (h *held) Now() time.Time { return h.begin.Add(time.Duration(h.by.Load())) }

// Since is how long ago a moment of this clock was.
func (h *held) Since(t time.Time) time.Duration { return h.Now().Sub(t) }

// Until is how far a moment of this clock is.
func (h *held) Until(t time.Time) time.Duration { return t.Sub(h.Now()) }

// Thirty things in ten seconds are a lot; after that one waits, and nobody else does.
func TestWhoSendsTooMuchWaits(t *testing.T) {
	clock := &held{Clock: clockwork.NewRealClock(), begin: time.Now()}
	w := newWorldAt(t, tenantstest.SQLitePath(t), clock)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	gil := w.browser()
	connected(t, ann, code, "Ann")
	connected(t, gil, code, "Gil")
	clap := func(b *browser) *answer {
		t.Helper()
		return b.postJSON("/m/"+code+"/stickers", form("kind", "reaction", "name", "clap"))
	}
	for range 30 {
		clap(ann).status(204)
	}
	clap(ann).status(429).has("Wait a few seconds")
	clap(gil).status(204)
	clock.by.Add(int64(10*time.Second - time.Millisecond))
	clap(ann).status(429)
	clock.by.Add(int64(time.Millisecond))
	clap(ann).status(204)
}
