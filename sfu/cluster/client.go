package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go"

	"parley/sfu"
)

const (
	askTimeout = 5 * time.Second        // one request to a node
	opTimeout  = 12 * time.Second       // one call of ours, with its retries: longer than an election
	retryAfter = 100 * time.Millisecond // for what changes by itself
)

// ClientOptions say how a web node uses the cluster. Keyring is required.
type ClientOptions struct {
	Logger   *slog.Logger
	Clock    clockwork.Clock
	Keyring  sfu.Keyring                // finds the room that a token opens; the media node verifies for itself
	Pool     func(tenant string) string // of nodes that a tenant's rooms go to; nil is DefaultPool for all
	Replicas int                        // of the rooms' bucket, on a NATS cluster; 0 = 1
}

// Client is the media cluster as a web node sees it: like one big node. Its
// methods may be called from anywhere.
type Client struct {
	nc       *nats.Conn
	opts     ClientOptions
	log      *slog.Logger
	clock    clockwork.Clock
	registry *Registry
	bound    *bindings
	sessions group
	ctx      context.Context // of the sessions
	hangUp   context.CancelFunc
}

// NewClient connects a web node to the cluster over nc, which stays the
// caller's.
func NewClient(ctx context.Context, nc *nats.Conn, opts ClientOptions) (*Client, error) {
	if opts.Keyring == nil {
		return nil, errors.New("media cluster: no keyring")
	}
	if opts.Pool == nil {
		opts.Pool = func(string) string { return DefaultPool }
	}
	bound, err := openBindings(ctx, nc, opts.Replicas)
	if err != nil {
		return nil, fmt.Errorf("media cluster: %w", err)
	}
	registry, err := NewRegistry(nc, opts.Clock, opts.Logger)
	if err != nil {
		return nil, fmt.Errorf("media cluster: %w", err)
	}
	run, hangUp := context.WithCancel(context.Background())
	return &Client{
		nc: nc, opts: opts, log: opts.Logger, clock: opts.Clock, registry: registry, bound: bound,
		sessions: group{most: sessionsAtOnce}, ctx: run, hangUp: hangUp,
	}, nil
}

// Nodes lists the media nodes that are there.
func (c *Client) Nodes() []NodeInfo { return c.registry.Nodes() }

// Ready says whether a meeting could be opened now.
func (c *Client) Ready() error {
	if !c.nc.IsConnected() {
		return fmt.Errorf("%w: no connection to NATS", ErrUnavailable)
	}
	for _, n := range c.registry.Nodes() {
		if n.State == StateOpen && n.Ready {
			return nil
		}
	}
	return ErrNoNode
}

// Close ends this web node's part in every session: the clients' sockets close,
// media goes on, and the clients resume through another web node.
func (c *Client) Close() {
	c.hangUp()
	c.sessions.wait()
	c.registry.Close()
}

// SetLimits opens the room on its node, or changes the limits of the open room.
// A room without a node gets one here; so does a room whose node is dead or
// gives its rooms away.
func (c *Client) SetLimits(ctx context.Context, key sfu.RoomKey, limits sfu.Limits) error {
	return c.onNode(ctx, key, c.place, func(ctx context.Context, b binding) error {
		return c.tell(ctx, b, control{Op: opLimits, Limits: limits})
	})
}

// Remove takes a person out of a room. It answers sfu.ErrRoomNotOpen when the
// room is nowhere.
func (c *Client) Remove(ctx context.Context, key sfu.RoomKey, identity string, why sfu.Reason) error {
	return c.onNode(ctx, key, c.locate, func(ctx context.Context, b binding) error {
		return c.tell(ctx, b, control{Op: opRemove, Identity: identity, Reason: why})
	})
}

// End ends a meeting for all. It answers sfu.ErrRoomNotOpen when the room is
// nowhere.
func (c *Client) End(ctx context.Context, key sfu.RoomKey, why sfu.Reason) error {
	return c.onNode(ctx, key, c.locate, func(ctx context.Context, b binding) error {
		return c.tell(ctx, b, control{Op: opEnd, Reason: why})
	})
}

// tell sends a control request to the room's node.
func (c *Client) tell(ctx context.Context, b binding, ctl control) error {
	_, err := c.ask(ctx, b, ctl)
	return err
}

// ask is tell, and gives the answer.
func (c *Client) ask(ctx context.Context, b binding, ctl control) ([]byte, error) {
	ctl.address, ctl.Fence = addressOf(sfu.RoomKey{Tenant: b.Tenant, Room: b.Room}), b.Fence
	data, err := marshal(ctl)
	if err != nil {
		return nil, err
	}
	return c.request(ctx, subjectRoom(b.Node), data)
}

func (c *Client) request(ctx context.Context, subject string, data []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	msg, err := c.nc.RequestWithContext(ctx, subject, data)
	if errors.Is(err, nats.ErrNoResponders) {
		return nil, errNobody
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	r, err := parseReply(msg.Data)
	if err != nil {
		return nil, err
	}
	return r.Answer, r.err()
}
