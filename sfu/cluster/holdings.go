package cluster

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"parley/sfu"
)

// holdings are the bindings that this node goes by. A request names the
// binding (its fence) that its sender goes by; when both are the same nobody
// has to be asked, so a live room works without the bucket. Otherwise the
// bucket decides.
type holdings struct {
	self  string
	bound *bindings

	mu    sync.Mutex // guards rooms and what is in them
	rooms map[sfu.RoomKey]*holding
}

type holding struct {
	fence  uint64
	busy   int  // requests that rely on it now
	leaves bool // is being given back
}

func newHoldings(self string, bound *bindings) *holdings {
	return &holdings{self: self, bound: bound, rooms: map[sfu.RoomKey]*holding{}}
}

// enter admits a request that goes by the fence. Until done is called the room
// is not given back. opens says whether this node takes rooms that it does not
// hold yet.
func (h *holdings) enter(ctx context.Context, key sfu.RoomKey, fence uint64, opens bool) (done func(), err error) {
	held, ok, err := h.known(key, fence)
	if err != nil || ok {
		return h.leaver(held), err
	}
	bound, found, err := h.bound.read(ctx, key)
	if err != nil {
		return nil, err
	}
	if !found || bound.Node != h.self || bound.Fence != fence {
		return nil, fmt.Errorf("%w: %s", errMoved, key)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	held = h.rooms[key]
	switch {
	case held == nil && !opens:
		return nil, errLeaving
	case held == nil:
		held = &holding{}
		h.rooms[key] = held
	case held.leaves:
		return nil, fmt.Errorf("%w: %s", errMoved, key)
	}
	held.fence = fence
	held.busy++
	return h.leaver(held), nil
}

// known admits without asking, when the fence is the one that we hold.
func (h *holdings) known(key sfu.RoomKey, fence uint64) (*holding, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held := h.rooms[key]
	switch {
	case held == nil || held.fence != fence:
		return nil, false, nil
	case held.leaves:
		return nil, false, fmt.Errorf("%w: %s", errMoved, key)
	}
	held.busy++
	return held, true, nil
}

func (h *holdings) leaver(held *holding) func() {
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		held.busy--
	}
}

// sweep gives back the bindings of rooms that are not open any more. open is
// asked after a room was marked as leaving, so that a request which opens it in
// that moment is seen, or turned away.
func (h *holdings) sweep(ctx context.Context, open func() map[sfu.RoomKey]bool) error {
	idle := h.markIdle(open())
	if len(idle) == 0 {
		return nil
	}
	now := open()
	var first error
	for key, fence := range idle {
		if !now[key] {
			if err := h.bound.release(ctx, key, fence); err != nil {
				first = err
			} else {
				h.drop(key)
				continue
			}
		}
		h.keep(key)
	}
	return first
}

func (h *holdings) markIdle(open map[sfu.RoomKey]bool) map[sfu.RoomKey]uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	idle := map[sfu.RoomKey]uint64{}
	for key, held := range h.rooms {
		if held.busy == 0 && !open[key] {
			held.leaves = true
			idle[key] = held.fence
		}
	}
	return idle
}

func (h *holdings) drop(key sfu.RoomKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.rooms, key)
}

func (h *holdings) keep(key sfu.RoomKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if held := h.rooms[key]; held != nil {
		held.leaves = false
	}
}

// lost returns the rooms that the bucket gives to another node by now: we were
// cut off, were taken for dead, and people met elsewhere. A bucket that cannot
// be read takes no room from anybody.
func (h *holdings) lost(ctx context.Context) []sfu.RoomKey {
	h.mu.Lock()
	held := maps.Clone(h.rooms)
	h.mu.Unlock()
	var gone []sfu.RoomKey
	for key := range held {
		bound, found, err := h.bound.read(ctx, key)
		if err != nil || !found || bound.Node == h.self {
			continue
		}
		gone = append(gone, key)
	}
	return gone
}
