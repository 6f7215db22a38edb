package cluster

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

// Fifty first joins at once from two web nodes: one node, one binding.
func TestOneRoomIsOnOneNode(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	nodes := []*scripted{newScripted(echo), newScripted(echo)}
	for _, n := range nodes {
		mediaNode(t, dial(t, srv), n, ServerOptions{})
	}
	webs := []*Client{webNode(t, dial(t, srv), newRing("acme")), webNode(t, dial(t, srv), newRing("acme"))}
	for _, web := range webs {
		until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	}
	for i := range 20 {
		key := sfu.RoomKey{Tenant: "acme", Room: "room " + string(rune('a'+i))}
		var wg sync.WaitGroup
		for n := range 50 {
			wg.Go(func() {
				web := webs[n%2]
				if err := web.SetLimits(context.Background(), key, hundred(1)); err != nil {
					t.Errorf("open %v: %v", key, err)
				}
			})
		}
		wg.Wait()
		var on int
		for _, n := range nodes {
			if _, ok := n.limits(key); ok {
				on++
			}
		}
		if on != 1 {
			t.Fatalf("%v is on %d nodes", key, on)
		}
	}
	if len(nodes[0].Rooms()) == 0 || len(nodes[1].Rooms()) == 0 {
		t.Errorf("20 rooms on two nodes: %d and %d", len(nodes[0].Rooms()), len(nodes[1].Rooms()))
	}
}

// The list of nodes changes; the room stays.
func TestRoomDoesNotMoveBecauseTheListChanged(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	first := newScripted(echo)
	mediaNode(t, dial(t, srv), first, ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	var keys []sfu.RoomKey
	for i := range 20 {
		keys = append(keys, sfu.RoomKey{Tenant: "acme", Room: string(rune('a' + i))})
		check(t, web.SetLimits(within(t), keys[i], hundred(1)))
	}
	second := newScripted(echo)
	mediaNode(t, dial(t, srv), second, ServerOptions{})
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	for _, key := range keys {
		check(t, web.SetLimits(within(t), key, hundred(2)))
	}
	if n := len(second.Rooms()); n != 0 {
		t.Errorf("%d rooms moved", n)
	}
	for _, key := range keys {
		if l, _ := first.limits(key); l.Revision != 2 {
			t.Errorf("%v has revision %d", key, l.Revision)
		}
	}
}

func TestDeadNodesRoomsAreOpenedElsewhere(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	nodes := map[string]*scripted{}
	conns := map[string]interface{ Close() }{}
	for range 2 {
		nc, n := dial(t, srv), newScripted(echo)
		id := mediaNode(t, nc, n, ServerOptions{}).ID()
		nodes[id], conns[id] = n, nc
	}
	web := webNode(t, dial(t, srv), newRing("acme"))
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	check(t, web.SetLimits(within(t), lobby, hundred(3)))
	bound, _, err := web.bound.read(within(t), lobby)
	check(t, err)
	ann := joinAs(t, web, lobby, "ann")
	ann.next(t)

	conns[bound.Node].Close() // as a process that is killed: no word to anybody
	if got := ann.next(t).GetLeave(); got.GetAction() != livekit.LeaveRequest_RECONNECT {
		t.Errorf("the client of a dead node is told %v", got)
	}
	if err := ann.end(t); !errors.Is(err, ErrLost) {
		t.Errorf("got %v", err)
	}
	again := hundred(4)
	check(t, web.SetLimits(within(t), lobby, again))
	rebound, _, err := web.bound.read(within(t), lobby)
	check(t, err)
	if rebound.Node == bound.Node || rebound.Fence <= bound.Fence {
		t.Errorf("bound to %+v, before to %+v", rebound, bound)
	}
	if l, _ := nodes[rebound.Node].limits(lobby); l.Revision != 4 || !l.EndsAt.Equal(again.EndsAt) {
		t.Errorf("the other node has limits %+v", l)
	}
	back := joinAs(t, web, lobby, "ann")
	back.next(t)
	back.up <- leave()
	check(t, back.end(t))
}

func TestNoNode(t *testing.T) {
	noLeaks(t)
	web := webNode(t, dial(t, natsServer(t)), newRing("acme"))
	if err := web.Ready(); !errors.Is(err, ErrNoNode) {
		t.Errorf("ready: %v", err)
	}
	if err := web.SetLimits(within(t), lobby, hundred(1)); !errors.Is(err, ErrNoNode) {
		t.Errorf("open a room: %v", err)
	}
	if err := web.End(within(t), lobby, sfu.ReasonHost); !errors.Is(err, sfu.ErrRoomNotOpen) {
		t.Errorf("end a room that is nowhere: %v", err)
	}
}

func TestPools(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	shared, dedicated := newScripted(echo), newScripted(echo)
	mediaNode(t, dial(t, srv), shared, ServerOptions{})
	mediaNode(t, dial(t, srv), dedicated, ServerOptions{Pool: "acme"})
	web := webNode(t, dial(t, srv), newRing("acme"))
	web.opts.Pool = func(tenant string) string {
		if tenant == "acme" {
			return "acme"
		}
		return DefaultPool
	}
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	check(t, web.SetLimits(within(t), sfu.RoomKey{Tenant: "other", Room: lobby.Room}, hundred(1)))
	if _, ok := dedicated.limits(lobby); !ok || len(dedicated.Rooms()) != 1 || len(shared.Rooms()) != 1 {
		t.Errorf("the pools hold %v and %v", dedicated.Rooms(), shared.Rooms())
	}
}
