package cluster

import (
	"context"
	"errors"
	"testing"

	"parley/sfu"
)

// An operator drains a node and lets it take rooms again; what it has stays.
func TestANodeIsDrainedAndOpenedAgain(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	node := newScripted(echo)
	server := mediaNode(t, dial(t, srv), node, ServerOptions{Version: "1.2.3"})
	web, other := webNode(t, dial(t, srv), newRing("acme")), webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	state := func(c *Client) State {
		if nodes := c.Nodes(); len(nodes) == 1 && nodes[0].Version == "1.2.3" {
			return nodes[0].State
		}
		return ""
	}
	until(t, "both know the node", func() bool { return state(web) == StateOpen && state(other) == StateOpen })
	check(t, web.SetDraining(within(t), server.ID(), true))
	until(t, "both see that it drains", func() bool { return state(web) == StateDraining && state(other) == StateDraining })
	fresh := sfu.RoomKey{Tenant: "acme", Room: "a new one"}
	if err := other.SetLimits(within(t), fresh, hundred(1)); !errors.Is(err, ErrNoNode) {
		t.Errorf("a draining node takes a new room: %v", err)
	}
	check(t, other.SetLimits(within(t), lobby, hundred(2))) // what it has stays
	check(t, other.SetDraining(within(t), server.ID(), false))
	until(t, "both see that it is open", func() bool { return state(web) == StateOpen && state(other) == StateOpen })
	check(t, other.SetLimits(within(t), fresh, hundred(1)))
	for _, id := range []string{"nobody", "a.b", ""} {
		if err := web.SetDraining(within(t), id, true); !errors.Is(err, ErrNoSuchNode) {
			t.Errorf("node %q: %v", id, err)
		}
	}
}

// A node that stops is not opened again by anybody.
func TestAStoppingNodeStaysDrained(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	server := mediaNode(t, dial(t, srv), newScripted(echo), ServerOptions{})
	web := webNode(t, dial(t, srv), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	drained := make(chan error, 1)
	ctx, enough := context.WithCancel(context.Background())
	defer enough()
	go func() { drained <- server.Drain(ctx) }()
	until(t, "the node is seen to drain", func() bool {
		nodes := web.Nodes()
		return len(nodes) == 1 && nodes[0].State == StateDraining
	})
	if err := web.SetDraining(within(t), server.ID(), false); !errors.Is(err, errLeaving) {
		t.Errorf("a stopping node is opened: %v", err)
	}
	if server.now() != StateDraining {
		t.Errorf("it is %s", server.now())
	}
	enough()
	select {
	case err := <-drained:
		check(t, err)
	case <-within(t).Done():
		t.Fatal("the node does not finish")
	}
}
