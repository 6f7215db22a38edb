package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"parley/sfu"
)

// tier is one media node as `parley media` runs it: the real node, with keys
// and events over NATS.
type tier struct {
	conn   *nats.Conn
	node   *sfu.Node
	server *NodeServer
	events *Publisher
}

func mediaTier(t *testing.T, srv *server.Server, clock clockwork.Clock) *tier {
	t.Helper()
	return mediaTierOver(t, dial(t, srv), clock)
}

func mediaTierOver(t *testing.T, nc *nats.Conn, clock clockwork.Clock) *tier {
	t.Helper()
	m := &tier{conn: nc}
	m.events = publisher(t, m.conn)
	node, err := sfu.NewNode(sfu.Config{
		Logger: quiet(t), Clock: clock, Keyring: NewKeys(m.conn, clock), NodeIPs: []string{"127.0.0.1"}, Emit: m.events.Emit,
	})
	check(t, err)
	m.node = node
	m.server, err = NewNodeServer(within(t), m.conn, node, ServerOptions{Logger: quiet(t), Clock: clockwork.NewRealClock()})
	check(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		check(t, m.server.Close(ctx))
	})
	return m
}

// kill is what kill -9 looks like from outside: the connection is gone, without
// a word to anybody.
func (m *tier) kill() { m.conn.Close() }

// webTier is one web node: a client and the keys.
type webTier struct {
	*Client
	conn *nats.Conn
	keys *KeyServer
}

func newWebTier(t *testing.T, srv *server.Server) *webTier {
	t.Helper()
	w := &webTier{conn: dial(t, srv)}
	w.Client = webNode(t, w.conn, newRing("acme"))
	keys, err := ServeKeys(w.conn, newRing("acme"), quiet(t))
	check(t, err)
	w.keys = keys
	t.Cleanup(keys.Close)
	return w
}

func (w *webTier) stop() {
	w.Client.Close()
	w.keys.Close()
	w.conn.Close()
}

type metadata struct {
	EndsAt       int64  `json:"endsAt"`
	Participants int    `json:"participants"`
	Plan         string `json:"plan"`
}

func readMetadata(t *testing.T, room *livekit.Room) metadata {
	t.Helper()
	var m metadata
	check(t, json.Unmarshal([]byte(room.GetMetadata()), &m))
	return m
}

// find is the first message that f finds something in.
func find[T any](t *testing.T, s *socket, f func(*livekit.SignalResponse) *T) *T {
	t.Helper()
	for {
		if v := f(s.next(t)); v != nil {
			return v
		}
	}
}

func joinResponse(r *livekit.SignalResponse) *livekit.JoinResponse { return r.GetJoin() }
func leaveRequest(r *livekit.SignalResponse) *livekit.LeaveRequest { return r.GetLeave() }
func roomUpdate(r *livekit.SignalResponse) *livekit.RoomUpdate     { return r.GetRoomUpdate() }

// The limit is lifted through the cluster while people talk: they are told, and
// the old end passes without notice.
func TestLimitIsLiftedThroughTheCluster(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	clock := clockwork.NewFakeClockAt(time.Now())
	media := mediaTier(t, srv, clock)
	web, other := newWebTier(t, srv), newWebTier(t, srv)
	free := sfu.Limits{Participants: 100, EndsAt: clock.Now().Add(40 * time.Minute), Revision: 1, Plan: "Free"}
	check(t, web.SetLimits(within(t), lobby, free))
	ann := joinAs(t, web.Client, lobby, "ann")
	if m := readMetadata(t, find(t, ann.socket, joinResponse).GetRoom()); m.EndsAt != free.EndsAt.UnixMilli() || m.Plan != "Free" {
		t.Errorf("the client is told %+v", m)
	}

	pro := sfu.Limits{Participants: 150, EndsAt: clock.Now().Add(30 * time.Hour), Revision: 2, Plan: "Pro"}
	check(t, other.SetLimits(within(t), lobby, pro)) // the webhook came to the other web node
	if m := readMetadata(t, find(t, ann.socket, roomUpdate).GetRoom()); m.EndsAt != pro.EndsAt.UnixMilli() || m.Participants != 150 || m.Plan != "Pro" {
		t.Errorf("the client is told %+v", m)
	}
	check(t, web.SetLimits(within(t), lobby, free)) // late: its revision is older

	clock.Advance(41 * time.Minute)
	ann.up <- ping(1)
	find(t, ann.socket, func(r *livekit.SignalResponse) *int64 {
		if l := r.GetLeave(); l != nil {
			t.Fatalf("the meeting ended at its old limit: %v", l)
		}
		if r.GetPong() == 0 {
			return nil
		}
		return new(r.GetPong())
	})
	if rooms := media.node.Rooms(); len(rooms) != 1 || rooms[0].Limits.Revision != 2 {
		t.Errorf("the node has %+v", rooms)
	}
	check(t, other.End(within(t), lobby, sfu.ReasonHost))
	if got := find(t, ann.socket, leaveRequest); got.GetReason() != livekit.DisconnectReason_ROOM_DELETED {
		t.Errorf("the client is told %v", got)
	}
	check(t, ann.end(t))
}

// The limit holds with the web tier stopped: the node ends the meeting by
// itself, and who counts minutes hears of it later, once.
func TestLimitHoldsWithTheWebTierStopped(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	clock := clockwork.NewFakeClockAt(time.Now())
	media := mediaTier(t, srv, clock)
	web := newWebTier(t, srv)
	var box inbox
	stopConsuming := consuming(t, web.conn, "web", box.take)
	limits := sfu.Limits{Participants: 100, EndsAt: clock.Now().Add(40 * time.Minute), Revision: 1}
	check(t, web.SetLimits(within(t), lobby, limits))
	ann := joinAs(t, web.Client, lobby, "ann")
	find(t, ann.socket, joinResponse)
	until(t, "ann's event", func() bool { return len(box.ids()) == 1 })
	stopConsuming()
	web.stop()
	if err := ann.end(t); !errors.Is(err, sfu.ErrNodeClosed) {
		t.Errorf("the socket of a web node that stops: %v", err)
	}
	if n := len(media.node.Rooms()); n != 1 {
		t.Fatalf("the room went with the web tier: %d rooms", n)
	}
	clock.Advance(40 * time.Minute)
	until(t, "the node ends the meeting", func() bool { clock.Advance(time.Second); return len(media.node.Rooms()) == 0 })
	until(t, "all is published", func() bool { return media.events.Waiting() == 0 })

	again := newWebTier(t, srv)
	consuming(t, again.conn, "web", box.take)
	until(t, "the end is known", func() bool {
		return slices.ContainsFunc(box.events(), func(e sfu.Event) bool { return e.Kind == sfu.EventEnded })
	})
	var kinds []string
	for _, e := range box.events() {
		kinds = append(kinds, fmt.Sprint(e.Kind, " ", e.Identity, e.Reason))
		if e.Room != lobby {
			t.Errorf("event of %v", e.Room)
		}
	}
	slices.Sort(kinds)
	if !slices.Equal(kinds, []string{"ended limit", "joined ann", "left annlimit"}) {
		t.Errorf("got %q", kinds)
	}
	late := joinAs(t, again.Client, lobby, "ann")
	if err := late.end(t); !errors.Is(err, sfu.ErrRoomNotOpen) && !errors.Is(err, sfu.ErrRoomEnded) {
		t.Errorf("rejoining after the end: %v", err)
	}
	if err := again.SetLimits(within(t), lobby, limits); !errors.Is(err, sfu.ErrRoomEnded) {
		t.Errorf("opening it anew with the end in the past: %v", err)
	}
}

// Exactly as many as the limit get in, through however many web nodes they come.
func TestLimitOfPeopleHoldsThroughTheCluster(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	mediaTier(t, srv, clockwork.NewRealClock())
	mediaTier(t, srv, clockwork.NewRealClock())
	webs := []*webTier{newWebTier(t, srv), newWebTier(t, srv)}
	for _, web := range webs {
		until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	}
	const people, seats = 50, 10
	var (
		wg        sync.WaitGroup
		mu        sync.Mutex
		in        []*joined
		full, odd int
	)
	for n := range people {
		j := &joined{socket: newSocket(), err: make(chan error, 1)}
		web, tok := webs[n%2], token(t, lobby, fmt.Sprint("person ", n))
		wg.Go(func() {
			if err := web.SetLimits(context.Background(), lobby, sfu.Limits{Participants: seats, Revision: 1}); err != nil {
				t.Errorf("open: %v", err)
				return
			}
			go func() { j.err <- web.Join(context.Background(), sfu.Hello{Token: tok}, j.socket) }()
			first := j.next(t)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case first.GetJoin() != nil:
				in = append(in, j)
			case first.GetLeave() != nil:
				if err := j.end(t); errors.Is(err, sfu.ErrRoomFull) {
					full++
					return
				}
				odd++
			default:
				odd++
			}
		})
	}
	wg.Wait()
	if len(in) != seats || full != people-seats || odd != 0 {
		t.Errorf("%d in, %d refused, %d otherwise", len(in), full, odd)
	}
	for _, j := range in {
		j.up <- leave()
		check(t, j.end(t))
	}
}

// The node dies with people on it: they are told to join anew, the room opens
// elsewhere with the limits that it had, and nobody wins minutes.
func TestNodeIsKilled(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	web := newWebTier(t, srv)
	nodes := []*tier{mediaTier(t, srv, clockwork.NewRealClock()), mediaTier(t, srv, clockwork.NewRealClock())}
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	limits := hundred(1)
	check(t, web.SetLimits(within(t), lobby, limits))
	people := []*joined{joinAs(t, web.Client, lobby, "ann"), joinAs(t, web.Client, lobby, "bob")}
	for _, j := range people {
		find(t, j.socket, joinResponse)
	}
	was, is := nodes[0], nodes[1]
	if len(was.node.Rooms()) == 0 {
		was, is = is, was
	}

	was.kill()
	for _, j := range people {
		if got := find(t, j.socket, leaveRequest); got.GetAction() != livekit.LeaveRequest_RECONNECT {
			t.Errorf("the client is told %v", got)
		}
		if err := j.end(t); !errors.Is(err, ErrLost) {
			t.Errorf("got %v", err)
		}
	}
	for _, identity := range []string{"ann", "bob"} {
		check(t, web.SetLimits(within(t), lobby, limits))
		j := joinAs(t, web.Client, lobby, identity)
		if m := readMetadata(t, find(t, j.socket, joinResponse).GetRoom()); m.EndsAt != limits.EndsAt.UnixMilli() {
			t.Errorf("the meeting ends at %d now, before at %d", m.EndsAt, limits.EndsAt.UnixMilli())
		}
		defer func() { j.up <- leave(); check(t, j.end(t)) }()
	}
	if rooms := is.node.Rooms(); len(rooms) != 1 || rooms[0].Participants != 2 {
		t.Errorf("the other node has %+v", rooms)
	}
}

// A rolling restart: the node drains, its people come back to the other one.
func TestNodeIsRestarted(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	web := newWebTier(t, srv)
	old := mediaTier(t, srv, clockwork.NewRealClock())
	until(t, "the node is known", func() bool { return len(web.Nodes()) == 1 })
	limits := hundred(1)
	check(t, web.SetLimits(within(t), lobby, limits))
	ann := joinAs(t, web.Client, lobby, "ann")
	find(t, ann.socket, joinResponse)
	fresh := mediaTier(t, srv, clockwork.NewRealClock())
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })

	ctx, cancel := context.WithCancel(context.Background())
	cancel() // no patience: people are sent over at once
	check(t, old.server.Drain(ctx))
	if got := find(t, ann.socket, leaveRequest); got.GetAction() != livekit.LeaveRequest_RECONNECT {
		t.Errorf("the client is told %v", got)
	}
	ann.end(t)
	check(t, web.SetLimits(within(t), lobby, limits))
	back := joinAs(t, web.Client, lobby, "ann")
	find(t, back.socket, joinResponse)
	if rooms := fresh.node.Rooms(); len(rooms) != 1 || rooms[0].Participants != 1 {
		t.Errorf("the fresh node has %+v", rooms)
	}
	back.up <- leave()
	check(t, back.end(t))
}
