package cluster

import (
	"strings"
	"testing"
	"time"
)

func TestBeatsKnowTheDeadFromTheLate(t *testing.T) {
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	type step struct {
		at        time.Duration
		hears     bool
		offline   bool
		suspected bool
	}
	for name, steps := range map[string][]step{
		"three missed beats": {
			{at: 500, hears: true}, {at: 1000}, {at: 1500}, {at: 2000, suspected: true},
		},
		"one more in the last moment": {
			{at: 500, hears: true}, {at: 1000}, {at: 1500, hears: true}, {at: 2000}, {at: 2500}, {at: 3000, suspected: true},
		},
		"no NATS, no verdict": {
			{at: 500, hears: true}, {at: 1000, offline: true}, {at: 1500, offline: true}, {at: 2000, offline: true}, {at: 2500, offline: true},
			{at: 3000}, {at: 3500}, {at: 4000, suspected: true},
		},
		"we stood still ourselves": {
			{at: 500, hears: true}, {at: 1000}, {at: 9000}, {at: 9500}, {at: 10000}, {at: 10500, suspected: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBeats(start)
			for _, s := range steps {
				now := start.Add(s.at * time.Millisecond)
				if s.hears {
					b.heard(openNode("a"), now)
				}
				if got := len(b.look(now, !s.offline)) == 1; got != s.suspected {
					t.Fatalf("after %d ms: suspected = %v", s.at, got)
				}
			}
		})
	}
}

func TestBeatsKnockDecides(t *testing.T) {
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	suspect := func() (*beats, time.Time) {
		b := newBeats(start)
		b.heard(openNode("a"), start)
		now := start
		for range 3 {
			now = now.Add(beatEvery)
			b.look(now, true)
		}
		if len(b.list()) != 0 {
			t.Fatal("a suspect node is still offered for new rooms")
		}
		if b.certain(now) {
			t.Fatal("a web node says that there is no other node, though one may turn out to live")
		}
		return b, now
	}

	b, now := suspect()
	died := b.nodes["a"].died
	if !b.bury("a") {
		t.Fatal("a suspect that does not answer is not buried")
	}
	if !b.certain(now) {
		t.Error("a web node waits for a node that is dead")
	}
	select {
	case <-died:
	default:
		t.Error("nobody is told of the death")
	}

	b, now = suspect()
	b.seen("a", now)
	if b.bury("a") || len(b.list()) != 1 {
		t.Error("a suspect that answers must live")
	}

	b, now = suspect()
	b.heard(openNode("a"), now)
	if b.bury("a") {
		t.Error("a heartbeat that comes during the knock must count")
	}
}

func TestBeatsSettle(t *testing.T) {
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	b := newBeats(start)
	if b.settled(start.Add(deadAfter - time.Millisecond)) {
		t.Error("a web node that has just started says who is dead")
	}
	if !b.settled(start.Add(deadAfter)) {
		t.Error("a web node that has listened long enough says nothing")
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
