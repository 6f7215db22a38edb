package cluster

import (
	"context"
	"errors"
	"fmt"

	"parley/sfu"
)

var (
	errNobody = fmt.Errorf("%w: the room's node does not answer", ErrUnavailable)
	errWait   = errors.New("not known yet")
)

// locating finds the binding that a call goes by.
type locating func(ctx context.Context, key sfu.RoomKey) (binding, error)

// onNode calls do with the room's binding, and again with a fresh one when the
// world changed in between: a node left or died, another web node was faster.
// Only errors that pass by themselves are tried again.
func (c *Client) onNode(ctx context.Context, key sfu.RoomKey, find locating, do func(context.Context, binding) error) error {
	if err := addressOf(key).check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	for {
		err := c.once(ctx, key, find, do)
		if !passes(err) {
			return err
		}
		select {
		case <-c.clock.After(retryAfter):
		case <-ctx.Done():
			return fmt.Errorf("%w: %w: %w", ErrUnavailable, context.Cause(ctx), err)
		}
	}
}

func (c *Client) once(ctx context.Context, key sfu.RoomKey, find locating, do func(context.Context, binding) error) error {
	b, err := find(ctx, key)
	if err != nil {
		return err
	}
	err = do(ctx, b)
	if errors.Is(err, errLeaving) {
		c.registry.told(b.Node, StateLeaving)
	}
	return err
}

// passes says whether an error is about a state that ends by itself: the
// registry notices a death, a binding is rewritten, a bucket gets a new leader.
func passes(err error) bool {
	for _, passing := range []error{errWait, errMoved, errLeaving, errTaken, errNobody, ErrUnavailable} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

// locate finds the node of a room that is open.
func (c *Client) locate(ctx context.Context, key sfu.RoomKey) (binding, error) {
	b, found, err := c.bound.find(ctx, key)
	if err != nil {
		return binding{}, err
	}
	if !found {
		return binding{}, fmt.Errorf("%w: %s", sfu.ErrRoomNotOpen, key)
	}
	switch c.stands(b) {
	case yes:
		return b, nil
	case no:
		return binding{}, fmt.Errorf("%w: %s: its node is gone", sfu.ErrRoomNotOpen, key)
	default:
		return binding{}, errWait
	}
}

// place finds the node of a room, or gives it one.
func (c *Client) place(ctx context.Context, key sfu.RoomKey) (binding, error) {
	b, found, err := c.bound.find(ctx, key)
	if err != nil {
		return binding{}, err
	}
	if found {
		switch c.stands(b) {
		case yes:
			return b, nil
		case perhaps:
			return binding{}, errWait
		}
	}
	node, ok := NodeFor(key, c.opts.Pool(key.Tenant), c.registry.Nodes())
	if !ok && !c.registry.certain() {
		return binding{}, errWait
	}
	if !ok {
		return binding{}, fmt.Errorf("%w: %s", ErrNoNode, key)
	}
	placed, err := c.bound.claim(ctx, key, node.ID, b, c.clock.Now())
	if err == nil {
		c.log.Debug("room placed", "room", key.Room, "node", node.ID, "fence", placed.Fence, "before", b.Node)
	}
	return placed, err
}

// verdict answers a question that may be too early to answer.
type verdict int

const (
	no verdict = iota
	yes
	perhaps
)

// stands says whether the binding holds: until its node is dead or gives its
// rooms away, and for no other reason.
func (c *Client) stands(b binding) verdict {
	node, _, there := c.registry.node(b.Node)
	switch {
	case there && node.State == StateLeaving:
		return no
	case there:
		return yes
	case c.registry.dead(b.Node):
		return no
	default:
		return perhaps
	}
}
