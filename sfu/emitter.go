package sfu

import (
	"sync"

	"github.com/google/uuid"
)

// emitter hands events out one at a time, in the order in which they happened,
// without making those wait to whom they happened.
type emitter struct {
	out  func(Event)
	wake chan struct{}

	mu     sync.Mutex
	queue  []Event
	closed bool
}

func newEmitter(out func(Event)) *emitter {
	return &emitter{out: out, wake: make(chan struct{}, 1)}
}

func (n *Node) emit(e Event) {
	id, err := uuid.NewV7()
	if err != nil {
		id = uuid.New()
	}
	e.ID = id.String()
	n.events.add(e)
}

func (m *emitter) add(e Event) {
	if m.out == nil {
		return
	}
	m.mu.Lock()
	m.queue = append(m.queue, e)
	m.mu.Unlock()
	m.notify()
}

func (m *emitter) notify() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// run hands out until close, and then what is left.
func (m *emitter) run() {
	for range m.wake {
		m.mu.Lock()
		queue, closed := m.queue, m.closed
		m.queue = nil
		m.mu.Unlock()
		for _, e := range queue {
			m.out(e)
		}
		if closed {
			return
		}
	}
}

func (m *emitter) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.notify()
}
