package sfu

import (
	"context"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
)

const (
	sendTimeout = 10 * time.Second
	byeTimeout  = time.Second
	maxQueued   = 4096 // messages that wait for a slow client
)

// session is one signalling connection of a peer. Messages wait in its queue,
// so that a slow client slows nobody else; its own goroutine sends them.
type session struct {
	conn Conn
	wake chan struct{}
	over chan struct{} // closed when the client has closed its end

	mu      sync.Mutex // guards the rest
	queue   []*livekit.SignalResponse
	closing bool
	reason  Reason
}

func newSession(conn Conn) *session {
	return &session{conn: conn, wake: make(chan struct{}, 1), over: make(chan struct{})}
}

// send queues a message. After close it does nothing.
func (s *session) send(message *livekit.SignalResponse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return
	}
	s.queue = append(s.queue, message)
	if len(s.queue) > maxQueued {
		s.queue, s.closing, s.reason = nil, true, ReasonSilent
	}
	s.notify()
}

// close sends what is queued and then closes the connection.
func (s *session) close(reason Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.closing, s.reason = true, reason
	}
	s.notify()
}

func (s *session) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *session) take() (queue []*livekit.SignalResponse, closing bool, reason Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue, s.queue = s.queue, nil
	return queue, s.closing, s.reason
}

// write sends messages until the session closes or the client is gone. The
// connection is closed when it returns, so Receive ends too.
func (s *session) write(ctx context.Context) {
	for {
		select {
		case <-s.wake:
		case <-ctx.Done():
			s.close(ReasonSilent)
		}
		queue, closing, reason := s.take()
		for _, message := range queue {
			if err := s.sendNow(message); err != nil {
				closing, reason = true, ReasonSilent
				break
			}
		}
		if closing {
			s.close(reason)
			waitForBye(ctx, s.over)
			_ = s.conn.Close(reason) // nobody is left to tell
			return
		}
	}
}

// sendNow does not end with the join's context: the last message says why.
func (s *session) sendNow(message *livekit.SignalResponse) error {
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	return s.conn.Send(ctx, message)
}

// waitForBye lets the client close first. A browser that is busy can notice
// the end of a socket before it has read the last message, and would then try
// to reconnect instead of reading why it should not.
func waitForBye(ctx context.Context, over <-chan struct{}) {
	select {
	case <-over:
	case <-ctx.Done():
	case <-time.After(byeTimeout):
	}
}

// discard reads until the connection is closed, by either side.
func discard(ctx context.Context, conn Conn) {
	for {
		if _, err := conn.Receive(ctx); err != nil {
			return
		}
	}
}
