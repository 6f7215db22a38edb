package cluster

import (
	"slices"
	"strings"
	"time"
)

const (
	beatEvery = 500 * time.Millisecond
	deadAfter = 3 * beatEvery
)

// beats is the registry's memory: who was heard when, and what follows from
// silence. It has no clock, lock or connection of its own; Registry has.
//
// A node is live while its heartbeats come. After three missed ones it is
// suspect: it gets no new room, and somebody knocks at its door. A knock
// without an answer makes it dead, a knock with one counts as a heartbeat.
// Silence says nothing while we ourselves were deaf: see deaf.
type beats struct {
	nodes map[string]*known
	since time.Time // we have been listening without a gap since then
	last  time.Time // the latest look
}

type known struct {
	info    NodeInfo
	suspect bool
	died    chan struct{}
}

func newBeats(now time.Time) *beats {
	return &beats{nodes: map[string]*known{}, since: now, last: now}
}

// heard takes in a heartbeat.
func (b *beats) heard(info NodeInfo, now time.Time) {
	info.Seen = now
	k := b.nodes[info.ID]
	if k == nil {
		k = &known{died: make(chan struct{})}
		b.nodes[info.ID] = k
	}
	k.info, k.suspect = info, false
}

// look is called once a beat. It returns the nodes that have just become
// suspect.
func (b *beats) look(now time.Time, connected bool) []string {
	if !connected || now.Sub(b.last) > 2*beatEvery {
		b.deaf(now)
	}
	b.last = now
	var suspects []string
	for id, k := range b.nodes {
		silent := now.Sub(later(k.info.Seen, b.since))
		if silent >= deadAfter && !k.suspect {
			k.suspect = true
			suspects = append(suspects, id)
		}
	}
	return suspects
}

// deaf starts the listening time anew: the connection was away, or this
// process stood still. What was not heard meanwhile is nobody's fault.
func (b *beats) deaf(now time.Time) { b.since = now }

// settled reports whether we have listened long enough to say that a node
// which was not heard is not there.
func (b *beats) settled(now time.Time) bool { return now.Sub(b.since) >= deadAfter }

// certain reports whether the nodes that are listed are all that there are: we
// are settled, and no suspect may yet turn out to live.
func (b *beats) certain(now time.Time) bool {
	for _, k := range b.nodes {
		if k.suspect {
			return false
		}
	}
	return b.settled(now)
}

// bury forgets a suspect node. It reports whether the node was one: a
// heartbeat may have come in between.
func (b *beats) bury(id string) bool {
	k := b.nodes[id]
	if k == nil || !k.suspect {
		return false
	}
	delete(b.nodes, id)
	close(k.died)
	return true
}

// seen marks a node as alive without news of its load.
func (b *beats) seen(id string, now time.Time) {
	if k := b.nodes[id]; k != nil {
		k.info.Seen, k.suspect = now, false
	}
}

// list returns the nodes that are heard, in the order of their ids.
func (b *beats) list() []NodeInfo {
	out := make([]NodeInfo, 0, len(b.nodes))
	for _, k := range b.nodes {
		if !k.suspect {
			out = append(out, k.info)
		}
	}
	slices.SortFunc(out, func(x, y NodeInfo) int { return strings.Compare(x.ID, y.ID) })
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
