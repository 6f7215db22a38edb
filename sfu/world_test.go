package sfu_test

import (
	"context"
	"flag"
	"log/slog"
	"maps"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"
	"go.uber.org/goleak"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// TestMain lets one goroutine of Pion's pass, of the tests' peers: it reads the
// repair stream of a receiver that Pion forgets, see arrival.stop, and there is
// no deadline to end that by.
func TestMain(m *testing.M) {
	together()
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/pion/webrtc/v3.(*RTPReceiver).receiveForRtx.func1"))
}

// together runs more tests at once than there are processors, unless -parallel
// says how many: most of what they do is to wait for media, which takes its time.
func together() {
	const atOnce = 4
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if most := flag.Lookup("test.parallel"); !said && runtime.GOMAXPROCS(0) < atOnce {
		if err := most.Value.Set(strconv.Itoa(atOnce)); err != nil {
			panic(err) // it is a number
		}
	}
}

// patience is how long tests wait for what should take milliseconds: it costs
// nothing where it does, and others may be at work on the machine.
const patience = 90 * time.Second

// world is a node with two tenants' keys, and a room of each that is open.
type world struct {
	t         *testing.T
	node      *sfu.Node
	keys      sfutest.Keys
	clock     clockwork.Clock
	server    *httptest.Server
	ctx       context.Context
	configure []func(*sfu.Config)

	mu     sync.Mutex
	events []sfu.Event

	quality []sfu.Event // how connections were: they come by the clock, whatever happens
}

var (
	acme   = sfu.RoomKey{Tenant: "acme", Room: "daily"}
	globex = sfu.RoomKey{Tenant: "globex", Room: "daily"}
)

// faults fails a test when the node logs a fault of its own.
type faults struct{ t *testing.T }

func (faults) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }
func (f faults) WithAttrs([]slog.Attr) slog.Handler             { return f }
func (f faults) WithGroup(string) slog.Handler                  { return f }
func (f faults) Handle(_ context.Context, record slog.Record) error {
	f.t.Errorf("the node logged: %s", record.Message)
	record.Attrs(func(a slog.Attr) bool { f.t.Log(a.String()); return true })
	return nil
}

func newWorld(t *testing.T, clock clockwork.Clock, configure ...func(*sfu.Config)) *world {
	t.Helper()
	w := &world{t: t, clock: clock, configure: configure, keys: sfutest.Keys{
		"PKacme":   {Tenant: "acme", Secret: []byte("acme's secret, 32 bytes or more…")},
		"PKglobex": {Tenant: "globex", Secret: []byte("globex's secret, 32 bytes and more")},
	}}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	w.ctx = ctx
	w.node = w.newNode()
	w.server = httptest.NewServer(sfutest.Handler(w.node))
	t.Cleanup(func() {
		cancel()
		w.closeNode(w.node)
		w.server.Close()
	})
	return w
}

func (w *world) newNode() *sfu.Node {
	w.t.Helper()
	config := sfu.Config{
		Logger: slog.New(faults{w.t}), Clock: w.clock, Keyring: w.keys, NodeIPs: []string{"127.0.0.1"}, Version: "test",
		Emit: func(e sfu.Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if e.Kind == sfu.EventQuality {
				w.quality = append(w.quality, e)
				return
			}
			w.events = append(w.events, e)
		},
	}
	for _, change := range w.configure {
		change(&config)
	}
	node, err := sfu.NewNode(config)
	if err != nil {
		w.t.Fatal(err)
	}
	return node
}

func (w *world) closeNode(node *sfu.Node) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := node.Close(ctx); err != nil {
		w.t.Errorf("close node: %v", err)
	}
}

// realWorld has a room of a hundred open, on the real clock.
func realWorld(t *testing.T, configure ...func(*sfu.Config)) *world {
	w := newWorld(t, clockwork.NewRealClock(), configure...)
	w.open(acme, sfu.Limits{Participants: 100, Plan: "Free"})
	return w
}

func (w *world) open(key sfu.RoomKey, limits sfu.Limits) {
	w.t.Helper()
	if err := w.node.SetLimits(w.ctx, key, limits); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) token(key sfu.RoomKey, grant sfu.Grant) string {
	grant.Room = key.Room
	return w.keys.Token("PK"+key.Tenant, grant, w.clock.Now())
}

// join takes somebody into acme's room.
func (w *world) join(identity string, options sfutest.Options) *sfutest.Peer {
	w.t.Helper()
	if options.Token == "" {
		options.Token = w.token(acme, sfu.Grant{Identity: identity, Name: strings.ToUpper(identity)})
	}
	peer, err := sfutest.Connect(w.ctx, w.node, options)
	if err != nil {
		w.t.Fatalf("%s joins: %v", identity, err)
	}
	w.t.Cleanup(peer.Drop)
	return peer
}

func (w *world) publish(peer *sfutest.Peer, source sfutest.Source) *sfutest.Local {
	w.t.Helper()
	local, err := peer.Publish(w.ctx, source)
	if err != nil {
		w.t.Fatalf("publish: %v", err)
	}
	return local
}

func (w *world) until(peer *sfutest.Peer, what string, condition func() bool) {
	w.t.Helper()
	if err := peer.Until(w.ctx, what, condition); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// eventually waits for what no peer hears of.
func (w *world) eventually(what string, condition func() bool) {
	w.t.Helper()
	for !condition() {
		select {
		case <-w.ctx.Done():
			w.t.Fatalf("waiting for %s: %v", what, w.ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// happened lists events as "kind identity reason".
func (w *world) happened() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, e := range w.events {
		list = append(list, strings.TrimSpace(string(e.Kind)+" "+e.Identity+" "+string(e.Reason)))
	}
	return list
}

func (w *world) identities(key sfu.RoomKey) []string {
	for _, info := range w.node.Rooms() {
		if info.Room == key {
			return info.Identities
		}
	}
	return nil
}

// tracksOf counts the tracks that a peer believes somebody has.
func tracksOf(peer *sfutest.Peer, identity string) int {
	return len(peer.People()[identity].GetTracks())
}

func gone(peer *sfutest.Peer) func() bool {
	return func() bool {
		select {
		case <-peer.Done():
			return true
		default:
			return false
		}
	}
}

// sentAway waits for the end of a peer's stay and gives the reason it heard.
func (w *world) sentAway(peer *sfutest.Peer) *livekit.LeaveRequest {
	w.t.Helper()
	w.until(peer, "the end", gone(peer))
	if peer.LeaveRequest() == nil {
		w.t.Fatal("sent away without a word")
	}
	return peer.LeaveRequest()
}

func names(people map[string]*livekit.ParticipantInfo) []string {
	return slices.Sorted(maps.Keys(people))
}
