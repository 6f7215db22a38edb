package sfu

import (
	"maps"
	"slices"
)

// Sealed counts the streams that a person has been sent: those that the node has
// sealed itself, and those that Pion has.
func (n *Node) Sealed(key RoomKey, identity string) (ours, pions int) {
	r := n.room(key)
	if r == nil {
		return 0, 0
	}
	for _, p := range r.people() {
		if p.identity != identity {
			continue
		}
		p.call(func() {
			switch down := p.downlink.(type) {
			case *offerer:
				ours, pions = down.link.lane.count()
			case *answerer:
				ours, pions = down.link.lane.count()
			}
		})
	}
	return ours, pions
}

// Opened counts the packets that a person has sent: those that the node has opened
// where they came in, and those that came by Pion.
func (n *Node) Opened(key RoomKey, identity string) (ours, pions uint64) {
	r := n.room(key)
	if r == nil {
		return 0, 0
	}
	for _, p := range r.people() {
		if p.identity == identity {
			p.call(func() { ours, pions = p.up.inflow.flow.Counts() })
		}
	}
	return ours, pions
}

func (l *lane) count() (ours, pions int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, stream := range l.streams {
		if stream == nil {
			pions++
		} else {
			ours++
		}
	}
	return ours, pions
}

// Ranks says how what a person gets is ranked when there is not room for all of
// it, by track: the smaller, the sooner served.
func (n *Node) Ranks(key RoomKey, identity string) map[string]int {
	ranks := map[string]int{}
	r := n.room(key)
	if r == nil {
		return ranks
	}
	for _, p := range r.people() {
		if p.identity != identity {
			continue
		}
		p.call(func() {
			subs := slices.Collect(maps.Values(p.subs))
			for i, c := range r.claims(subs) {
				ranks[subs[i].pub.sid] = c.rank
			}
		})
	}
	return ranks
}
