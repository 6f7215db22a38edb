package cluster

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go"
)

type pair struct {
	nc       *nats.Conn
	clock    *clockwork.FakeClock
	web, far *link
}

func linked(t *testing.T) pair {
	t.Helper()
	noLeaks(t)
	nc := dial(t, natsServer(t))
	clock := clockwork.NewFakeClock()
	to := address{Tenant: "acme", Room: "Zimmer 7 – ünï", Session: newID()}
	web, err := openLink(nc, clock, to, subjectDown(to.Session), subjectUp(to.Session))
	check(t, err)
	t.Cleanup(web.close)
	far, err := openLink(nc, clock, to, subjectUp(to.Session), subjectDown(to.Session))
	check(t, err)
	t.Cleanup(far.close)
	return pair{nc, clock, web, far}
}

func (l *link) mustFail(t *testing.T, with error) {
	t.Helper()
	select {
	case <-l.ctx.Done():
	case <-within(t).Done():
		t.Fatal("the link stays open")
	}
	if err := context.Cause(l.ctx); !errors.Is(err, with) || !errors.Is(err, ErrLost) {
		t.Errorf("closed with %v, want %v", err, with)
	}
	if err := l.send(kindSignal, nil); err == nil {
		t.Error("a closed link takes messages")
	}
}

func TestLinkCarriesMessagesOfAnySizeInOrder(t *testing.T) {
	p := linked(t)
	var sent [][]byte
	for i, size := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, maxMessage - 1, 5} {
		sent = append(sent, bytes.Repeat([]byte{byte('a' + i)}, size))
	}
	for _, body := range sent {
		check(t, p.web.send(kindSignal, body))
		f, err := p.far.receive(within(t))
		check(t, err)
		if f.kind != kindSignal || !bytes.Equal(f.body, body) {
			t.Fatalf("sent %d bytes, got %s of %d", len(body), f.kind, len(f.body))
		}
	}
	check(t, p.far.send(kindEnd, []byte("x")))
	f, err := p.web.receive(within(t))
	check(t, err)
	if f.kind != kindEnd || string(f.body) != "x" {
		t.Errorf("got %+v", f)
	}
}

func TestLinkClosesRatherThanLoseAMessage(t *testing.T) {
	t.Run("gap", func(t *testing.T) {
		p := linked(t)
		p.web.sending.Lock()
		p.web.seq++
		p.web.sending.Unlock()
		check(t, p.web.send(kindSignal, []byte("second")))
		p.far.mustFail(t, errGap)
	})
	t.Run("too many waiting", func(t *testing.T) {
		p := linked(t)
		for range queueLen + 1 {
			check(t, p.web.send(kindSignal, []byte("x")))
		}
		p.far.mustFail(t, errOverflow)
	})
	t.Run("too many bytes waiting", func(t *testing.T) {
		p := linked(t)
		for range 3 {
			check(t, p.web.send(kindSignal, make([]byte, maxMessage)))
		}
		p.far.mustFail(t, errOverflow)
	})
	t.Run("too large to send", func(t *testing.T) {
		p := linked(t)
		if err := p.web.send(kindSignal, make([]byte, maxMessage+1)); !errors.Is(err, errTooLarge) {
			t.Errorf("got %v", err)
		}
		p.web.mustFail(t, errTooLarge)
	})
	t.Run("too large in pieces", func(t *testing.T) {
		p := linked(t)
		for range maxMessage/chunk + 1 {
			check(t, p.web.send(kindPart, make([]byte, chunk)))
		}
		p.far.mustFail(t, errTooLarge)
	})
}

func TestLinkIsClosedBySilence(t *testing.T) {
	p := linked(t)
	ctx := within(t)
	// Both alive: pings go to and fro for longer than the limit.
	for i := range 5 {
		check(t, p.clock.BlockUntilContext(ctx, 2))
		p.clock.Advance(pingEvery)
		until(t, "a ping has come "+strconv.Itoa(i+1), func() bool {
			now := p.clock.Now().UnixNano()
			return p.web.heard.Load() == now && p.far.heard.Load() == now
		})
	}
	// One falls silent.
	p.web.close()
	for range 4 {
		p.clock.Advance(pingEvery)
	}
	p.far.mustFail(t, errSilent)
}

// Whoever is on the subject must speak for this session, tenant and room.
func TestLinkIgnoresWhatIsNotItsOwn(t *testing.T) {
	p := linked(t)
	for _, other := range []address{
		{Tenant: "evil", Room: p.far.to.Room, Session: p.far.to.Session},
		{Tenant: "acme", Room: "another", Session: p.far.to.Session},
		{Tenant: "acme", Room: p.far.to.Room, Session: newID()},
	} {
		foreign := &link{nc: p.nc, to: other, out: subjectUp(p.far.to.Session), ctx: context.Background()}
		check(t, foreign.send(kindClose, []byte("removed")))
	}
	check(t, p.nc.Publish(subjectUp(p.far.to.Session), []byte("no headers")))
	check(t, p.web.send(kindSignal, []byte("mine")))
	f, err := p.far.receive(within(t))
	check(t, err)
	if f.kind != kindSignal || string(f.body) != "mine" {
		t.Errorf("got %s %q", f.kind, f.body)
	}
}

func TestSessionIDsCannotBeGuessed(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := newID()
		if len(id) != 32 || !validToken(id) || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}
