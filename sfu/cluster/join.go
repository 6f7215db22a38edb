package cluster

import (
	"context"
	"errors"
	"fmt"

	"parley/sfu"
)

// Join carries a person's signalling to the node of the room that the token
// opens, and blocks until that connection is over. The room must have been
// opened with SetLimits. A refusal is told to the client with a leave message,
// and returned.
func (c *Client) Join(ctx context.Context, hello sfu.Hello, conn sfu.Conn) error {
	if !c.sessions.enter() {
		return c.refuse(ctx, conn, fmt.Errorf("%w: this web node takes no more", sfu.ErrNodeClosed))
	}
	defer c.sessions.leave()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.ctx, func() { cancel(sfu.ErrNodeClosed) })()

	claims, err := sfu.Verify(ctx, c.opts.Keyring, hello.Token, c.clock.Now())
	if err != nil {
		return c.refuse(ctx, conn, err)
	}
	var s *carrier
	err = c.onNode(ctx, claims.RoomKey(), c.locate, func(ctx context.Context, b binding) (err error) {
		s, err = c.start(ctx, b, hello)
		return err
	})
	if err != nil {
		return c.refuse(ctx, conn, err)
	}
	defer s.link.close()
	return s.carry(ctx, conn)
}

// refuse tells the client why it cannot come in.
func (c *Client) refuse(ctx context.Context, conn sfu.Conn, err error) error {
	why := sfu.ReasonOf(err)
	if errors.Is(err, ErrNoNode) || errors.Is(err, ErrUnavailable) {
		why = sfu.ReasonShutdown // come back: it passes
	}
	if sendErr := conn.Send(ctx, why.Leave()); sendErr != nil {
		c.log.Debug("refusal not delivered", "err", sendErr)
	}
	_ = conn.Close(why) // the client may be gone already
	return err
}

// start opens a session on the room's node.
func (c *Client) start(ctx context.Context, b binding, hello sfu.Hello) (*carrier, error) {
	to := address{Tenant: b.Tenant, Room: b.Room, Session: newID()}
	j, err := newJoining(to, b.Fence, hello)
	if err != nil {
		return nil, err
	}
	data, err := marshal(j)
	if err != nil {
		return nil, err
	}
	_, died, there := c.registry.node(b.Node)
	if !there {
		return nil, errNobody
	}
	l, err := openLink(c.nc, c.clock, to, subjectDown(to.Session), subjectUp(to.Session))
	if err != nil {
		return nil, err
	}
	if _, err := c.request(ctx, subjectJoin(b.Node), data); err != nil {
		_ = l.send(kindGone, nil) // it may have started, and only its answer was lost
		l.close()
		return nil, err
	}
	return &carrier{link: l, died: died}, nil
}
