package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

// nodeOf makes the test's own program a media node, for tests that kill one.
const nodeOf = "PARLEY_TEST_MEDIA_NODE_OF"

func TestMain(m *testing.M) {
	if url := os.Getenv(nodeOf); url != "" {
		if err := mediaProcess(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func mediaProcess(url string) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	nc, err := Dial(url, log)
	if err != nil {
		return err
	}
	defer nc.Close()
	clock := clockwork.NewRealClock()
	events, err := NewPublisher(nc, PublisherOptions{Logger: log, Clock: clock})
	if err != nil {
		return err
	}
	node, err := sfu.NewNode(sfu.Config{Logger: log, Keyring: NewKeys(nc, clock), NodeIPs: []string{"127.0.0.1"}, Emit: events.Emit})
	if err != nil {
		return err
	}
	server, err := NewNodeServer(ctx, nc, node, ServerOptions{Logger: log, Clock: clock})
	if err != nil {
		return err
	}
	<-ctx.Done()
	drain, done := context.WithTimeout(context.Background(), time.Second)
	defer done()
	return errors.Join(server.Drain(drain), events.Close(context.Background()))
}

type process struct {
	cmd *exec.Cmd
	err chan error
}

func startProcess(t *testing.T, url string) *process {
	t.Helper()
	self, err := os.Executable()
	check(t, err)
	p := &process{cmd: exec.Command(self), err: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), nodeOf+"="+url)
	p.cmd.Stderr = os.Stderr
	check(t, p.cmd.Start())
	go func() { p.err <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

func (p *process) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-p.err:
		return err
	case <-time.After(patience):
		t.Fatal("the process does not end")
		return nil
	}
}

// One media node is killed with signal 9, the other stops on signal 15.
func TestProcessesOfMediaNodes(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	web := newWebTier(t, srv)
	first := startProcess(t, srv.ClientURL())
	until(t, "the first node is known", func() bool { return len(web.Nodes()) == 1 })
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web.Client, lobby, "ann")
	find(t, ann.socket, joinResponse)
	second := startProcess(t, srv.ClientURL())
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })

	check(t, first.cmd.Process.Kill())
	if err := first.end(t); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the process ended with %v", err)
	}
	if got := find(t, ann.socket, leaveRequest); got.GetAction() != livekit.LeaveRequest_RECONNECT {
		t.Errorf("the client is told %v", got)
	}
	ann.end(t)
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	back := joinAs(t, web.Client, lobby, "ann")
	find(t, back.socket, joinResponse)

	check(t, second.cmd.Process.Signal(syscall.SIGTERM))
	if got := find(t, back.socket, leaveRequest); got.GetAction() != livekit.LeaveRequest_RECONNECT {
		t.Errorf("the client is told %v", got)
	}
	back.end(t)
	check(t, second.end(t))
}

// wall stands between a node and NATS, and can be closed.
type wall struct {
	target string
	listen net.Listener
	wg     sync.WaitGroup

	mu    sync.Mutex // guards the rest
	shut  bool
	conns []net.Conn
}

func newWall(t *testing.T, target string) *wall {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	w := &wall{target: target, listen: listen}
	w.wg.Go(w.run)
	t.Cleanup(func() {
		_ = listen.Close()
		w.close(true)
		w.wg.Wait()
	})
	return w
}

func (w *wall) run() {
	for {
		in, err := w.listen.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", w.target)
		if err != nil || !w.keep(in, out) {
			_ = in.Close()
			continue
		}
		for _, pipe := range [][2]net.Conn{{in, out}, {out, in}} {
			w.wg.Go(func() {
				_, _ = io.Copy(pipe[0], pipe[1])
				_ = pipe[0].Close()
			})
		}
	}
}

func (w *wall) keep(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shut {
		for _, c := range conns {
			_ = c.Close()
		}
		return false
	}
	w.conns = append(w.conns, conns...)
	return true
}

func (w *wall) close(shut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shut = shut
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

// A node is cut off from NATS and taken for dead; its room opens elsewhere.
// When it is back, it lets go of the room, so that nobody talks to half of the
// people.
func TestPartition(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	web := newWebTier(t, srv)
	w := newWall(t, srv.Addr().String())
	nc, err := Dial("nats://"+w.listen.Addr().String(), quiet(t))
	check(t, err)
	t.Cleanup(nc.Close)
	cut := mediaTierOver(t, nc, clockwork.NewRealClock())
	until(t, "the node is known", func() bool { return len(web.Nodes()) == 1 })
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web.Client, lobby, "ann")
	find(t, ann.socket, joinResponse)
	other := mediaTier(t, srv, clockwork.NewRealClock())
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })

	w.close(true)
	if got := find(t, ann.socket, leaveRequest); got.GetAction() != livekit.LeaveRequest_RECONNECT {
		t.Errorf("the client is told %v", got)
	}
	ann.end(t)
	if n := len(cut.node.Rooms()); n != 1 {
		t.Fatalf("media of people who did not notice went with NATS: %d rooms", n)
	}
	check(t, web.SetLimits(within(t), lobby, hundred(2)))
	back := joinAs(t, web.Client, lobby, "ann")
	find(t, back.socket, joinResponse)

	w.close(false)
	until(t, "the node that was cut off lets go", func() bool { return len(cut.node.Rooms()) == 0 })
	if rooms := other.node.Rooms(); len(rooms) != 1 || rooms[0].Participants != 1 || rooms[0].Limits.Revision != 2 {
		t.Errorf("the other node has %+v", rooms)
	}
	until(t, "both nodes are known again", func() bool { return len(web.Nodes()) == 2 })
	check(t, web.SetLimits(within(t), lobby, hundred(3)))
	if n := len(cut.node.Rooms()); n != 0 {
		t.Error("the room went back")
	}
	back.up <- leave()
	check(t, back.end(t))
}
