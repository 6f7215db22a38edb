package cluster

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

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
