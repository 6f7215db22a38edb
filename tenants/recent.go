package tenants

import (
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// Recent keeps the last answer to a question that every page asks and whose answer
// seldom changes, for a second: that is how long another process may still show what
// was. Who changes it here says so with [Recent.Forget], and it shows at once.
type Recent[T any] struct {
	clock clockwork.Clock

	mu    sync.Mutex
	value T
	until time.Time // zero = nothing is known
	turn  int       // counts what was forgotten
}

// recentFor is how long an answer is kept.
const recentFor = time.Second

// NewRecent makes one that knows nothing yet.
func NewRecent[T any](clock clockwork.Clock) *Recent[T] { return &Recent[T]{clock: clock} }

// Get gives the answer, which nobody may change, and asks when there is none that is
// recent. Faults are not kept, and neither is an answer that was on its way while
// another forgot it.
func (r *Recent[T]) Get(ask func() (T, error)) (T, error) {
	now := r.clock.Now()
	r.mu.Lock()
	value, turn := r.value, r.turn
	fresh := now.Before(r.until)
	r.mu.Unlock()
	if fresh {
		return value, nil
	}
	value, err := ask()
	if err != nil {
		return value, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.turn == turn {
		r.value, r.until = value, now.Add(recentFor)
	}
	return value, nil
}

// Forget has the next question asked anew.
func (r *Recent[T]) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = time.Time{}
	r.turn++
}
