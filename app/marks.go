package app

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jonboulle/clockwork"
)

// marks is a fiber.Storage for form tokens in front of the database. A token's row is looked up and renewed at every page view; marks does
// either only when a twentieth of its life has gone by, so that reading pages does not write.
type marks struct {
	fiber.Storage
	clock clockwork.Clock

	mu    sync.Mutex // guards fresh
	fresh map[string]mark
}

// mark is what this process stored, and until when it need not look.
type mark struct {
	val   []byte
	until time.Time
}

func newMarks(db fiber.Storage, clock clockwork.Clock) *marks {
	return &marks{Storage: db, clock: clock, fresh: map[string]mark{}}
}

// Set stores the mark unless this process stored it a short while ago.
func (m *marks) Set(key string, val []byte, exp time.Duration) error {
	now := m.clock.Now()
	m.mu.Lock()
	if now.Before(m.fresh[key].until) {
		m.mu.Unlock()
		return nil
	}
	if len(m.fresh) > 10_000 {
		clear(m.fresh)
	}
	// The key is part of the request, whose memory is used again.
	m.fresh[strings.Clone(key)] = mark{slices.Clone(val), now.Add(exp / 20)}
	m.mu.Unlock()
	return m.Storage.Set("form:"+key, val, exp)
}

// Get reads a mark.
func (m *marks) Get(key string) ([]byte, error) {
	m.mu.Lock()
	known := m.fresh[key]
	m.mu.Unlock()
	if m.clock.Now().Before(known.until) {
		return known.val, nil
	}
	return m.Storage.Get("form:" + key)
}

// Delete forgets a mark.
func (m *marks) Delete(key string) error {
	m.mu.Lock()
	delete(m.fresh, key)
	m.mu.Unlock()
	return m.Storage.Delete("form:" + key)
}
