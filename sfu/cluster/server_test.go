package cluster

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

// The web node vanishes without a word: the signalling of its people closes
// after a while, and they resume through another web node.
func TestDeadWebNodeClosesSignalling(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	clock := clockwork.NewFakeClock()
	ended := make(chan error, 1)
	node := newScripted(func(ctx context.Context, _ sfu.Hello, c sfu.Conn) error {
		_ = c.Send(ctx, &livekit.SignalResponse{Message: &livekit.SignalResponse_Pong{Pong: 1}})
		_, err := c.Receive(ctx)
		ended <- err
		return err
	})
	mediaNode(t, dial(t, srv), node, ServerOptions{Clock: clock})
	webConn := dial(t, srv)
	web := webNode(t, webConn, newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web, lobby, "ann")
	ann.next(t)

	webConn.Close()
	for range 2 {
		clock.Advance(pingEvery)
	}
	select {
	case err := <-ended:
		t.Errorf("closed too early: %v", err)
	default:
	}
	until(t, "the signalling closes", func() bool {
		clock.Advance(pingEvery)
		select {
		case err := <-ended:
			if !errors.Is(err, ErrLost) {
				t.Errorf("closed with %v", err)
			}
			return true
		default:
			return false
		}
	})
	if _, ok := node.limits(lobby); !ok {
		t.Error("the room went with the web node")
	}
	_ = ann.Close(sfu.ReasonLeft)
	ann.end(t)

	second := webNode(t, dial(t, srv), newRing("acme"))
	check(t, second.SetLimits(within(t), lobby, hundred(2)))
	back := joinAs(t, second, lobby, "ann")
	back.next(t)
	_ = back.Close(sfu.ReasonLeft)
	back.end(t)
}

// A draining node keeps its rooms and gets no new ones; when it closes, its
// people come back to another node.
func TestDrain(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	sendAway := make(chan struct{})
	old := newScripted(func(ctx context.Context, h sfu.Hello, c sfu.Conn) error {
		_ = c.Send(ctx, &livekit.SignalResponse{Message: &livekit.SignalResponse_Pong{Pong: 1}})
		select {
		case <-sendAway:
		case <-ctx.Done():
		}
		ctx = context.WithoutCancel(ctx) // the real node says farewell before its Close returns
		_ = c.Send(ctx, sfu.ReasonShutdown.Leave())
		_ = c.Close(sfu.ReasonShutdown)
		return sfu.ErrNodeClosed
	})
	server := mediaNode(t, dial(t, srv), old, ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web, lobby, "ann")
	ann.next(t)

	drained := make(chan error, 1)
	grace, enough := context.WithCancel(context.Background())
	defer enough()
	go func() { drained <- server.Drain(grace) }()
	until(t, "the node is seen to drain", func() bool {
		nodes := web.Nodes()
		return len(nodes) == 1 && nodes[0].State == StateDraining
	})
	if err := web.Ready(); !errors.Is(err, ErrNoNode) {
		t.Errorf("ready with a draining node only: %v", err)
	}
	other := sfu.RoomKey{Tenant: "acme", Room: "a new one"}
	if err := web.SetLimits(within(t), other, hundred(1)); !errors.Is(err, ErrNoNode) {
		t.Errorf("a draining node takes a new room: %v", err)
	}
	fresh := newScripted(echo)
	mediaNode(t, dial(t, srv), fresh, ServerOptions{})
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	check(t, web.SetLimits(within(t), other, hundred(1)))
	if _, ok := fresh.limits(other); !ok {
		t.Error("the new room is not on the new node")
	}
	check(t, web.SetLimits(within(t), lobby, hundred(2)))
	if l, _ := old.limits(lobby); l.Revision != 2 {
		t.Error("the room left the draining node before its time")
	}

	// Time is up: the node sends its people away.
	go func() { <-old.closed; close(sendAway) }()
	enough()
	if got := ann.next(t).GetLeave(); got.GetAction() != livekit.LeaveRequest_RECONNECT {
		t.Errorf("the client is told %v", got)
	}
	if err := ann.end(t); !errors.Is(err, sfu.ErrNodeClosed) {
		t.Errorf("got %v", err)
	}
	check(t, web.SetLimits(within(t), lobby, hundred(3)))
	back := joinAs(t, web, lobby, "ann")
	back.next(t)
	if _, ok := fresh.limits(lobby); !ok {
		t.Error("the room is not on the other node")
	}
	select {
	case err := <-drained:
		check(t, err)
	case <-within(t).Done():
		t.Fatal("the node does not finish")
	}
	back.up <- leave()
	check(t, back.end(t))
}

// A drained node without rooms need not wait.
func TestDrainEndsWithTheLastRoom(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	node := newScripted(echo)
	server := mediaNode(t, dial(t, srv), node, ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	drained := make(chan error, 1)
	go func() { drained <- server.Drain(context.Background()) }()
	until(t, "the node is seen to drain", func() bool {
		nodes := web.Nodes()
		return len(nodes) == 1 && nodes[0].State == StateDraining
	})
	check(t, web.End(within(t), lobby, sfu.ReasonHost))
	select {
	case err := <-drained:
		check(t, err)
	case <-within(t).Done():
		t.Fatal("the node waits for nobody")
	}
	if node.reason(lobby) != sfu.ReasonHost {
		t.Errorf("the meeting ended with %q", node.reason(lobby))
	}
}

// The room closes; its binding goes, and the next meeting is placed anew.
func TestClosedRoomIsGivenBack(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	clock := clockwork.NewFakeClock()
	node := newScripted(echo)
	mediaNode(t, dial(t, srv), node, ServerOptions{Clock: clock})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	bound := func() bool {
		_, found, err := web.bound.read(within(t), lobby)
		check(t, err)
		return found
	}
	clock.Advance(sweepEvery)
	if !bound() {
		t.Fatal("an open room lost its binding")
	}
	check(t, web.End(within(t), lobby, sfu.ReasonHost))
	until(t, "the binding goes", func() bool { clock.Advance(sweepEvery); return !bound() })
	if err := web.End(within(t), lobby, sfu.ReasonHost); !errors.Is(err, sfu.ErrRoomNotOpen) {
		t.Errorf("ending a room that is gone: %v", err)
	}
	check(t, web.SetLimits(within(t), lobby, hundred(2)))
	if !bound() {
		t.Error("the next meeting is bound to nobody")
	}
}

func TestSweepDoesNotTakeARoomThatOpensInThatMoment(t *testing.T) {
	noLeaks(t)
	nc := dial(t, natsServer(t))
	bound, err := openBindings(within(t), nc, 1)
	check(t, err)
	b, err := bound.claim(within(t), lobby, "me", binding{}, time.Now())
	check(t, err)
	h := newHoldings("me", bound)
	enter := func() error {
		done, err := h.enter(within(t), lobby, b.Fence, true)
		if err == nil {
			done()
		}
		return err
	}
	check(t, enter())

	// It opens between the first look and the second.
	looks := 0
	check(t, h.sweep(within(t), func() map[sfu.RoomKey]bool {
		looks++
		return map[sfu.RoomKey]bool{lobby: looks > 1}
	}))
	if err := enter(); err != nil {
		t.Errorf("the room was given back though it is open: %v", err)
	}

	// A request comes while the room is given back: it is turned away.
	looks = 0
	check(t, h.sweep(within(t), func() map[sfu.RoomKey]bool {
		looks++
		if looks == 2 {
			if err := enter(); !errors.Is(err, errMoved) {
				t.Errorf("a room that is being given back was opened: %v", err)
			}
		}
		return nil
	}))
	if err := enter(); !errors.Is(err, errMoved) {
		t.Errorf("a room that was given back was opened: %v", err)
	}

	// A request that runs keeps the room.
	b, err = bound.claim(within(t), lobby, "me", binding{}, time.Now())
	check(t, err)
	done, err := h.enter(within(t), lobby, b.Fence, true)
	check(t, err)
	check(t, h.sweep(within(t), func() map[sfu.RoomKey]bool { return nil }))
	done()
	check(t, enter())
}

func TestNodeRefusesBindingsThatDoNotHold(t *testing.T) {
	noLeaks(t)
	nc := dial(t, natsServer(t))
	bound, err := openBindings(within(t), nc, 1)
	check(t, err)
	old, err := bound.claim(within(t), lobby, "me", binding{}, time.Now())
	check(t, err)
	h := newHoldings("me", bound)
	done, err := h.enter(within(t), lobby, old.Fence, true)
	check(t, err)
	done()
	theirs, err := bound.claim(within(t), lobby, "another", old, time.Now())
	check(t, err)
	if _, err := h.enter(within(t), lobby, theirs.Fence, true); !errors.Is(err, errMoved) {
		t.Errorf("another node's binding: %v", err)
	}
	if _, err := newHoldings("me", bound).enter(within(t), lobby, old.Fence, true); !errors.Is(err, errMoved) {
		t.Errorf("an old binding: %v", err)
	}
	if lost := h.lost(within(t)); len(lost) != 1 || lost[0] != lobby {
		t.Errorf("lost rooms: %v", lost)
	}
	mine, err := bound.claim(within(t), lobby, "me", theirs, time.Now())
	check(t, err)
	if _, err := newHoldings("me", bound).enter(within(t), lobby, mine.Fence, false); !errors.Is(err, errLeaving) {
		t.Errorf("a draining node takes a room that it does not hold: %v", err)
	}
}

// A node that was cut off, and taken for dead, sends its people after the
// others when it is back.
func TestNodeThatComesBackLetsGoOfRoomsThatMoved(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	clock := clockwork.NewFakeClock()
	node := newScripted(echo)
	mediaNode(t, dial(t, srv), node, ServerOptions{Clock: clock})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	held, _, err := web.bound.read(within(t), lobby)
	check(t, err)
	_, err = web.bound.claim(within(t), lobby, "another", held, time.Now())
	check(t, err)
	until(t, "the room is let go", func() bool {
		clock.Advance(reconcileEvery)
		_, open := node.limits(lobby)
		return !open
	})
	if why := node.reason(lobby); why != sfu.ReasonShutdown {
		t.Errorf("people are told %q", why)
	}
	b, found, err := web.bound.read(within(t), lobby)
	if err != nil || !found || b.Node != "another" {
		t.Errorf("the other node's binding is now %+v, %v", b, err)
	}
}

// The bucket goes away; rooms that are open do not notice.
func TestLiveRoomOutlivesTheBucket(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	node := newScripted(echo)
	mediaNode(t, dial(t, srv), node, ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web, lobby, "ann")
	ann.next(t)

	check(t, srv.ShutdownJetStream())
	check(t, web.SetLimits(within(t), lobby, hundred(2)))
	if l, _ := node.limits(lobby); l.Revision != 2 {
		t.Error("limits do not arrive")
	}
	bob := joinAs(t, web, lobby, "bob")
	bob.next(t)
	ann.up <- ping(3)
	if ann.next(t).GetPong() != 3 {
		t.Error("the session broke")
	}
	for _, j := range []*joined{ann, bob} {
		j.up <- leave()
		check(t, j.end(t))
	}
	short, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := web.SetLimits(short, sfu.RoomKey{Tenant: "acme", Room: "new"}, hundred(1)); !errors.Is(err, ErrUnavailable) {
		t.Errorf("a new room without the bucket: %v", err)
	}
}

func TestNodeSaysWhatItIs(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	server := mediaNode(t, dial(t, srv), newScripted(echo), ServerOptions{Name: "fra-1", Region: "fra", Capacity: 500})
	web := webNode(t, dial(t, srv), newRing("acme"))
	until(t, "the node is known", func() bool { return len(web.Nodes()) == 1 })
	check(t, web.Ready())
	n := web.Nodes()[0]
	if n.ID != server.ID() || n.Name != "fra-1" || n.Region != "fra" || n.Pool != DefaultPool || n.Capacity != 500 || n.State != StateOpen || !n.Ready {
		t.Errorf("got %+v", n)
	}
}

func TestHeartbeatsOfStrangersAreIgnored(t *testing.T) {
	noLeaks(t)
	nc := dial(t, natsServer(t))
	web := webNode(t, nc, newRing("acme"))
	for _, data := range []string{"", "{}", `{"id":"a.b"}`, `{"id":"*"}`, `{"id":"x","name":"` + strings.Repeat("n", maxBeat) + `"}`} {
		check(t, nc.Publish(subjectBeat, []byte(data)))
	}
	check(t, nc.Publish(subjectBeat, []byte(`{"id":"good"}`)))
	until(t, "the good one is known", func() bool { return len(web.Nodes()) == 1 && web.Nodes()[0].ID == "good" })
}

// Drain must leave time for the farewell, and for those who stop after it.
func TestDrainEndsBeforeItsTimeIsUp(t *testing.T) {
	for total, most := range map[time.Duration]time.Duration{
		time.Minute: time.Minute - 2*farewellTimeout, 2 * time.Second: time.Second, 0: 0,
	} {
		now := time.Now()
		ctx, cancel := context.WithDeadline(context.Background(), now.Add(total))
		patient, enough := beforeEnd(ctx)
		if end, _ := patient.Deadline(); end.After(now.Add(most+total/100)) || end.Before(now.Add(most-total/2)) {
			t.Errorf("of %s it waits %s", total, end.Sub(now))
		}
		enough()
		cancel()
	}
}
