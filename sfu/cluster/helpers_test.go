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
