package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"parley/sfu"
)

const patience = 30 * time.Second

// noLeaks must be the first call of a test: its check runs last.
func noLeaks(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

func quiet(t *testing.T) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(string(p[:len(p)-1]))
	return len(p), nil
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// natsServer starts a NATS server of its own on a free port.
func natsServer(t *testing.T) *server.Server {
	t.Helper()
	return natsServerAt(t, t.TempDir(), server.RANDOM_PORT)
}

func natsServerAt(t *testing.T, dir string, port int) *server.Server {
	t.Helper()
	srv, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true,
		JetStreamMaxStore: 1 << 30, JetStreamMaxMemory: 64 << 20,
	})
	check(t, err)
	srv.Start()
	t.Cleanup(func() { stop(srv) })
	if !srv.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	return srv
}

// dial is a process's connection.
func dial(t *testing.T, srv *server.Server) *nats.Conn {
	t.Helper()
	nc, err := Dial(srv.ClientURL(), quiet(t))
	check(t, err)
	t.Cleanup(nc.Close)
	return nc
}

// ring is a keyring in memory.
type ring struct {
	mu   sync.Mutex
	keys map[string]string // id → tenant
	asks int
	err  error
}

func newRing(tenants ...string) *ring {
	r := &ring{keys: map[string]string{}}
	for _, tenant := range tenants {
		r.keys["PK"+tenant] = tenant
	}
	return r
}

func secretOf(id string) []byte { return []byte("the secret of " + id) }

func (r *ring) Key(_ context.Context, id string) (string, []byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asks++
	if r.err != nil {
		return "", nil, r.err
	}
	tenant, ok := r.keys[id]
	if !ok {
		return "", nil, fmt.Errorf("key %s: %w", id, sfu.ErrUnknownKey)
	}
	return tenant, secretOf(id), nil
}

func (r *ring) asked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asks
}

func (r *ring) revoke(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.keys, id)
}

func (r *ring) breakDown(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

func token(t *testing.T, key sfu.RoomKey, identity string) string {
	t.Helper()
	id := "PK" + key.Tenant
	return must[string](t)(sfu.SignToken(id, secretOf(id), sfu.Grant{Room: key.Room, Identity: identity, TTL: 2 * time.Hour}, time.Now()))
}

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

// joined is a Join that runs.
type joined struct {
	*socket
	err chan error
}

func joinAs(t *testing.T, c *Client, key sfu.RoomKey, identity string) *joined {
	t.Helper()
	j := &joined{socket: newSocket(), err: make(chan error, 1)}
	tok := token(t, key, identity)
	go func() { j.err <- c.Join(context.Background(), sfu.Hello{Token: tok, AutoSubscribe: true}, j.socket) }()
	return j
}

func (j *joined) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-j.err:
		return err
	case <-time.After(patience):
		t.Fatal("Join does not return")
		return nil
	}
}

func webNode(t *testing.T, nc *nats.Conn, keys sfu.Keyring) *Client {
	t.Helper()
	c, err := NewClient(within(t), nc, ClientOptions{Logger: quiet(t), Clock: clockwork.NewRealClock(), Keyring: keys})
	check(t, err)
	t.Cleanup(c.Close)
	return c
}

func mediaNode(t *testing.T, nc *nats.Conn, node media, opts ServerOptions) *NodeServer {
	t.Helper()
	opts.Logger = quiet(t)
	if opts.Clock == nil {
		opts.Clock = clockwork.NewRealClock()
	}
	s, err := newNodeServer(within(t), nc, node, opts)
	check(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = s.Close(ctx)
	})
	return s
}

// echo answers every message with its pings' numbers, until the socket closes
// or a leave comes.
func echo(ctx context.Context, h sfu.Hello, c sfu.Conn) error {
	if err := c.Send(ctx, &livekit.SignalResponse{Message: &livekit.SignalResponse_Pong{Pong: -1}}); err != nil {
		return err
	}
	for {
		r, err := c.Receive(ctx)
		if errors.Is(err, sfu.ErrMalformed) {
			_ = c.Send(ctx, sfu.ReasonFailed.Leave())
			_ = c.Close(sfu.ReasonFailed)
			return err
		}
		if err != nil {
			return nil
		}
		if r.GetLeave() != nil {
			_ = c.Send(ctx, sfu.ReasonLeft.Leave())
			return c.Close(sfu.ReasonLeft)
		}
		if err := c.Send(ctx, &livekit.SignalResponse{Message: &livekit.SignalResponse_Pong{Pong: r.GetPing()}}); err != nil {
			return err
		}
	}
}

func ping(n int64) *livekit.SignalRequest {
	return &livekit.SignalRequest{Message: &livekit.SignalRequest_Ping{Ping: n}}
}

func leave() *livekit.SignalRequest {
	return &livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{Leave: &livekit.LeaveRequest{}}}
}
