package tenants

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"
)

// turnstile lets so many in at once, and the others in the order in which they came.
// Who asks the database all at once take each other's time, and the pool gives a free
// connection to anyone who waits: some pages are then served at once and some last.
type turnstile struct {
	seats *semaphore.Weighted
	most  time.Duration // that somebody waits
}

// seats is how many pages are at it at once: two for each core keep the cores busy
// while some wait for the network.
func seats() int { return max(4, 2*runtime.GOMAXPROCS(0)) }

func newTurnstile(seats int, most time.Duration) *turnstile {
	return &turnstile{semaphore.NewWeighted(int64(seats)), most}
}

// enter waits for a seat; false is that it took too long, or that the wait was given
// up. Who was let in leaves.
func (t *turnstile) enter(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, t.most)
	defer cancel()
	return t.seats.Acquire(ctx, 1) == nil
}

func (t *turnstile) leave() { t.seats.Release(1) }
