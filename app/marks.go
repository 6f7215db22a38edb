package app

import (
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jonboulle/clockwork"
)

// marks is a fiber.Storage for form tokens in front of the database. A token's row is renewed at every page view; marks writes it
// only when a twentieth of its life has gone by, so that reading pages does not write.
type marks struct {
	fiber.Storage
	clock clockwork.Clock

	mu    sync.Mutex // guards fresh
	fresh map[string]time.Time
}

func newMarks(db fiber.Storage, clock clockwork.Clock) *marks {
	return &marks{Storage: db, clock: clock, fresh: map[string]time.Time{}}
}

// Set stores the mark unless this process stored it a short while ago.
func (m *marks) Set(key string, val []byte, exp time.Duration) error {
	now := m.clock.Now()
	m.mu.Lock()
	until, known := m.fresh[key]
	if known && now.Before(until) {
		m.mu.Unlock()
		return nil
	}
	if len(m.fresh) > 10_000 {
		clear(m.fresh)
	}
	m.fresh[key] = now.Add(exp / 20)
	m.mu.Unlock()
	return m.Storage.Set("form:"+key, val, exp)
}

// Get reads a mark.
func (m *marks) Get(key string) ([]byte, error) { return m.Storage.Get("form:" + key) }

// Delete forgets a mark.
func (m *marks) Delete(key string) error {
	m.mu.Lock()
	delete(m.fresh, key)
	m.mu.Unlock()
	return m.Storage.Delete("form:" + key)
}
