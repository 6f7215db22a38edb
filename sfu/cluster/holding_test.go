package cluster

import (
	"errors"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/sfu"
)

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
