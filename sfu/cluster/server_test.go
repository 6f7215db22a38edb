package cluster

import (
	"context"
	"errors"
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
