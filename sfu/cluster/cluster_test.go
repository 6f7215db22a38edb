package cluster

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

var lobby = sfu.RoomKey{Tenant: "acme", Room: "k7dm-9q2x-h4tw"}

func hundred(revision int64) sfu.Limits {
	return sfu.Limits{Participants: 100, EndsAt: time.Now().Add(40 * time.Minute).Round(0), Revision: revision, Plan: "Free"}
}

func TestSignalsCrossAsTheyAre(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	node := newScripted(echo)
	mediaNode(t, dial(t, srv), node, ServerOptions{Name: "one"})
	web := webNode(t, dial(t, srv), newRing("acme"))
	ctx := within(t)

	limits := hundred(7)
	check(t, web.SetLimits(ctx, lobby, limits))
	got, _ := node.limits(lobby)
	if !got.EndsAt.Equal(limits.EndsAt) || got.Participants != 100 || got.Revision != 7 || got.Plan != "Free" {
		t.Errorf("limits arrive as %+v", got)
	}

	ann := joinAs(t, web, lobby, "ann")
	ann.next(t)
	for n := range int64(500) {
		ann.up <- ping(n)
		if got := ann.next(t).GetPong(); got != n {
			t.Fatalf("sent %d, got %d", n, got)
		}
	}
	ann.up <- leave()
	if ann.next(t).GetLeave() == nil {
		t.Error("the leave has no answer")
	}
	if err := ann.end(t); err != nil {
		t.Errorf("leaving is an error: %v", err)
	}
	if why := ann.closedFor(); why != sfu.ReasonLeft {
		t.Errorf("socket closed for %q", why)
	}
}

func TestLargeMessagesCross(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	big := strings.Repeat("v=0\r\n", 400_000) // 2 MB: twice what NATS takes at once
	mediaNode(t, dial(t, srv), newScripted(func(ctx context.Context, _ sfu.Hello, c sfu.Conn) error {
		return errors.Join(
			c.Send(ctx, &livekit.SignalResponse{Message: &livekit.SignalResponse_Offer{Offer: &livekit.SessionDescription{Sdp: big}}}),
			c.Close(sfu.ReasonLeft))
	}), ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web, lobby, "ann")
	if ann.next(t).GetOffer().GetSdp() != big {
		t.Error("the message changed")
	}
	if err := ann.end(t); err != nil {
		t.Error(err)
	}
}

func TestRefusalsKeepTheirMeaning(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	refusal := sfu.ErrRoomFull
	mediaNode(t, dial(t, srv), newScripted(func(ctx context.Context, _ sfu.Hello, c sfu.Conn) error {
		why := sfu.ReasonOf(refusal)
		_ = c.Send(ctx, why.Leave())
		_ = c.Close(why)
		return refusal
	}), ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))

	closed := joinAs(t, web, lobby, "early")
	if got := closed.next(t).GetLeave().GetReason(); got != sfu.ReasonNotOpen.DisconnectReason() {
		t.Errorf("the client is told %s", got)
	}
	if err := closed.end(t); !errors.Is(err, sfu.ErrRoomNotOpen) {
		t.Errorf("a room that nobody opened: %v", err)
	}

	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	full := joinAs(t, web, lobby, "person 101")
	if got := full.next(t).GetLeave().GetReason(); got != sfu.ReasonFull.DisconnectReason() {
		t.Errorf("the client is told %s", got)
	}
	if err := full.end(t); !errors.Is(err, sfu.ErrRoomFull) {
		t.Errorf("a full room: %v", err)
	}

	forged := &joined{socket: newSocket(), err: make(chan error, 1)}
	good := token(t, lobby, "ann")
	go func() {
		forged.err <- web.Join(context.Background(), sfu.Hello{Token: good[:len(good)-4] + "AAAA"}, forged.socket)
	}()
	if forged.next(t).GetLeave() == nil {
		t.Error("no leave for a forged token")
	}
	if err := forged.end(t); !errors.Is(err, sfu.ErrTokenForged) {
		t.Errorf("a forged token: %v", err)
	}

	// Another organization's key does not open the room, though its name is the same.
	web2 := webNode(t, dial(t, srv), newRing("acme", "evil"))
	other := joinAs(t, web2, sfu.RoomKey{Tenant: "evil", Room: lobby.Room}, "mallory")
	if err := other.end(t); !errors.Is(err, sfu.ErrRoomNotOpen) {
		t.Errorf("another organization's room of that name: %v", err)
	}
	if err := web.Remove(within(t), lobby, "nobody", sfu.ReasonRemoved); !errors.Is(err, sfu.ErrUnknownPeer) {
		t.Errorf("removing nobody: %v", err)
	}
}

func TestMalformedMessageReachesTheNodeAsSuch(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	mediaNode(t, dial(t, srv), newScripted(echo), ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web, lobby, "ann")
	ann.next(t)
	ann.up <- nil
	if err := ann.end(t); !errors.Is(err, sfu.ErrMalformed) {
		t.Errorf("got %v", err)
	}
	if why := ann.closedFor(); why != sfu.ReasonFailed {
		t.Errorf("socket closed for %q", why)
	}
}

// A socket that closes ends the session on the node, at once.
func TestClosedSocketIsSeenByTheNode(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	gone := make(chan error, 1)
	mediaNode(t, dial(t, srv), newScripted(func(ctx context.Context, h sfu.Hello, c sfu.Conn) error {
		err := echo(ctx, h, c)
		gone <- err
		return err
	}), ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web, lobby, "ann")
	ann.next(t)
	_ = ann.Close(sfu.ReasonLeft)
	if err := ann.end(t); err != nil {
		t.Errorf("leaving is an error: %v", err)
	}
	select {
	case <-gone:
	case <-within(t).Done():
		t.Error("the node still waits for the client")
	}
}

// A client that does not read is cut off, and nobody else notices.
func TestSlowReaderIsCutOff(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	mediaNode(t, dial(t, srv), newScripted(func(ctx context.Context, h sfu.Hello, c sfu.Conn) error {
		if h.SID != "flood" {
			return echo(ctx, h, c)
		}
		for {
			if err := c.Send(ctx, &livekit.SignalResponse{Message: &livekit.SignalResponse_Pong{Pong: 1}}); err != nil {
				return err
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(100 * time.Microsecond):
			}
			if len(c.(*relay).link.in) > 0 {
				return nil // the web node says that the client is gone
			}
		}
	}), ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	good := joinAs(t, web, lobby, "good")
	good.next(t)

	slow := newSocket()
	slow.down = make(chan *livekit.SignalResponse) // nobody reads
	tok := token(t, lobby, "slow")
	done := make(chan error, 1)
	go func() { done <- web.Join(context.Background(), sfu.Hello{Token: tok, SID: "flood"}, slow) }()
	select {
	case err := <-done:
		if !errors.Is(err, errOverflow) {
			t.Errorf("got %v", err)
		}
	case <-within(t).Done():
		t.Fatal("a client that does not read stays connected")
	}
	good.up <- ping(5)
	if got := good.next(t).GetPong(); got != 5 {
		t.Errorf("the other client got %d", got)
	}
	_ = good.Close(sfu.ReasonLeft)
	good.end(t)
}
