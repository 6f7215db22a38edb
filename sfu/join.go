package sfu

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/livekit/protocol/livekit"
)

// Join takes a person in and blocks until that connection is over. A refusal
// is told to the client with a leave message, and returned.
func (n *Node) Join(ctx context.Context, hello Hello, conn Conn) error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return n.refuse(ctx, conn, ErrNodeClosed)
	}
	n.calls.Add(1)
	n.mu.Unlock()
	defer n.calls.Done()

	if hello.Client == nil {
		hello.Client = &livekit.ClientInfo{}
	}
	claims, err := Verify(ctx, n.config.Keyring, hello.Token, n.clock.Now())
	if err != nil {
		return n.refuse(ctx, conn, err)
	}
	r := n.room(claims.RoomKey())
	if r == nil && hello.Reconnect {
		n.sendOnce(ctx, conn, leaveToReconnect(), ReasonFailed)
		return nil
	}
	if r == nil {
		return n.refuse(ctx, conn, ErrRoomNotOpen)
	}
	s := newSession(conn)
	p, err := n.seat(r, claims, hello, s)
	if err != nil {
		return n.refuse(ctx, conn, err)
	}
	if p == nil {
		n.sendOnce(ctx, conn, leaveToReconnect(), ReasonFailed)
		return nil
	}
	return n.serve(ctx, p, s)
}

// seat gives the person a seat, or finds the one they want to go on in. It
// gives nil when there is none to go on in.
func (n *Node) seat(r *room, claims Claims, hello Hello, s *session) (*peer, error) {
	if hello.Reconnect {
		return r.resume(claims, hello, s)
	}
	p := newPeer(n, r, claims, hello)
	replaced, err := r.admit(p, func(join *livekit.JoinResponse, tracks []*publication) { p.welcome(s, hello, join, tracks) })
	if err != nil {
		p.cancel()
		return nil, err
	}
	n.joins.Add(1)
	n.peers.Add(1)
	go p.run()
	if replaced != nil {
		replaced.leave(ReasonDuplicate)
	}
	return p, nil
}

// serve passes signals both ways until the connection ends.
func (n *Node) serve(ctx context.Context, p *peer, s *session) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var writer sync.WaitGroup
	writer.Go(func() { s.write(ctx) })
	err := p.read(ctx, s)
	if errors.Is(err, ErrMalformed) {
		p.log.Info("malformed signal", "err", err)
		p.leave(ReasonFailed)
	} else {
		err = nil // a client that goes away is no fault
	}
	p.post(func() { p.detach(s) })
	s.close(ReasonSilent)
	writer.Wait()
	return err
}

// refuse tells the client why it cannot come in.
func (n *Node) refuse(ctx context.Context, conn Conn, err error) error {
	n.refused.Add(1)
	reason := ReasonOf(err)
	n.sendOnce(ctx, conn, reason.Leave(), reason)
	return fmt.Errorf("join: %w", err)
}

func (n *Node) sendOnce(ctx context.Context, conn Conn, message *livekit.SignalResponse, reason Reason) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if err := conn.Send(ctx, message); err != nil {
		n.log.Debug("refusal not delivered", "err", err)
	}
	over := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() { defer close(over); discard(ctx, conn) })
	waitForBye(ctx, over)
	if err := conn.Close(reason); err != nil {
		n.log.Debug("close after refusal", "err", err)
	}
	cancel()
	reader.Wait()
}
