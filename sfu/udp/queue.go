package udp

import (
	"net/netip"
	"sync"
	"sync/atomic"
)

// queue is a road out of a socket. A connection keeps to one, so what it
// writes stays in order. Two batches take turns: one is filled while the other
// is being sent.
type queue struct {
	holds *atomic.Int32 // of the mux
	out   *sender
	waits atomic.Bool // there is something in filling

	mu      sync.Mutex // taken first
	filling *batch

	sending sync.Mutex // held while a batch is sent; taken with mu held, so that batches leave in order
	spare   *batch
}

func newQueue(holds *atomic.Int32, out *sender) *queue {
	return &queue{holds: holds, out: out}
}

// write sends a packet, or lets it wait for those who hold the mux.
func (q *queue) write(packet []byte, to netip.AddrPort) {
	if room := q.begin(len(packet), to); room != nil {
		q.end(copy(room, packet), to)
	}
}

// begin gives room for a packet, and leaves mu held until end. It gives nil, and
// holds nothing, for one that is longer than a datagram can be.
func (q *queue) begin(size int, to netip.AddrPort) []byte {
	q.mu.Lock()
	for {
		if q.filling == nil {
			q.filling = newBatch()
		}
		if room := q.filling.room(size, to, q.out.runs()); room != nil {
			return room
		}
		if len(q.filling.messages) == 0 {
			q.mu.Unlock()
			return nil
		}
		q.flush()
		q.mu.Lock()
	}
}

// end sends what has been written to the room, or lets it wait for those who
// hold the mux.
func (q *queue) end(size int, to netip.AddrPort) {
	if size == 0 {
		q.mu.Unlock()
		return
	}
	q.filling.add(size, to, q.out.runs())
	// In this order: who lets go of the mux after the second line sees the
	// first.
	q.waits.Store(true)
	if q.holds.Load() > 0 {
		q.mu.Unlock()
		return
	}
	q.flush()
}

// release sends what waits.
func (q *queue) release() {
	if !q.waits.Load() {
		return
	}
	q.mu.Lock()
	q.flush()
}

// flush sends what waits. It is called with mu held, and returns without it,
// so that others can go on filling.
func (q *queue) flush() {
	b := q.filling
	if b == nil || len(b.messages) == 0 {
		q.mu.Unlock()
		return
	}
	q.sending.Lock()
	if q.spare == nil {
		q.spare = newBatch()
	}
	q.filling, q.spare = q.spare, nil
	q.waits.Store(false)
	q.mu.Unlock()
	q.out.send(b)
	b.reset()
	q.spare = b
	q.sending.Unlock()
}
