package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

// scripted is a media node without media: it keeps rooms, and runs the test's
// script for each join. Faults of a node are tested with it, the rest with the
// real one.
type scripted struct {
	media // what a script does not need
	join  func(context.Context, sfu.Hello, sfu.Conn) error

	mu     sync.Mutex
	rooms  map[sfu.RoomKey]sfu.Limits
	ended  map[sfu.RoomKey]sfu.Reason
	closed chan struct{}
}

func newScripted(join func(context.Context, sfu.Hello, sfu.Conn) error) *scripted {
	return &scripted{join: join, rooms: map[sfu.RoomKey]sfu.Limits{}, ended: map[sfu.RoomKey]sfu.Reason{}, closed: make(chan struct{})}
}

func (n *scripted) Join(ctx context.Context, h sfu.Hello, c sfu.Conn) error { return n.join(ctx, h, c) }

func (n *scripted) SetLimits(_ context.Context, key sfu.RoomKey, l sfu.Limits) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rooms[key] = l
	return nil
}

func (n *scripted) Remove(_ context.Context, key sfu.RoomKey, identity string, _ sfu.Reason) error {
	return fmt.Errorf("%w: %s", sfu.ErrUnknownPeer, identity)
}

func (n *scripted) End(_ context.Context, key sfu.RoomKey, why sfu.Reason) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.rooms[key]; !ok {
		return sfu.ErrRoomNotOpen
	}
	delete(n.rooms, key)
	n.ended[key] = why
	return nil
}

func (n *scripted) Rooms() []sfu.RoomInfo {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []sfu.RoomInfo
	for key, l := range n.rooms {
		out = append(out, sfu.RoomInfo{Room: key, Limits: l})
	}
	return out
}

func (n *scripted) limits(key sfu.RoomKey) (sfu.Limits, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l, ok := n.rooms[key]
	return l, ok
}

func (n *scripted) reason(key sfu.RoomKey) sfu.Reason {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ended[key]
}

func (n *scripted) Stats() sfu.Stats { return sfu.Stats{Rooms: len(n.Rooms())} }
func (n *scripted) Ready() error     { return nil }

func (n *scripted) Close(context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rooms = map[sfu.RoomKey]sfu.Limits{}
	select {
	case <-n.closed:
	default:
		close(n.closed)
	}
	return nil
}

// socket is a client's connection, in memory.
type socket struct {
	up     chan *livekit.SignalRequest
	down   chan *livekit.SignalResponse
	gone   chan struct{}
	once   sync.Once
	mu     sync.Mutex
	reason sfu.Reason
}

func newSocket() *socket {
	return &socket{up: make(chan *livekit.SignalRequest, 64), down: make(chan *livekit.SignalResponse, 4096), gone: make(chan struct{})}
}

var errSocketClosed = errors.New("socket closed")

func (s *socket) Send(ctx context.Context, r *livekit.SignalResponse) error {
	select {
	case s.down <- r:
		return nil
	case <-s.gone:
		return errSocketClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *socket) Receive(ctx context.Context) (*livekit.SignalRequest, error) {
	select {
	case r := <-s.up:
		if r == nil {
			return nil, sfu.ErrMalformed
		}
		return r, nil
	case <-s.gone:
		return nil, errSocketClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *socket) Close(why sfu.Reason) error {
	s.once.Do(func() {
		s.mu.Lock()
		s.reason = why
		s.mu.Unlock()
		close(s.gone)
	})
	return nil
}

func (s *socket) closedFor() sfu.Reason {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

// next is the next message to the client.
func (s *socket) next(t *testing.T) *livekit.SignalResponse {
	t.Helper()
	select {
	case r := <-s.down:
		return r
	case <-time.After(patience):
		t.Fatal("no message for the client")
		return nil
	}
}
