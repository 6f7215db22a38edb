package cluster

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"parley/sfu"
)

// DefaultPool is the pool of nodes and tenants that name none.
const DefaultPool = "default"

// State says what a node may be given.
type State string

// The states of a node, in the order it goes through them.
const (
	StateOpen     State = "open"     // takes new rooms
	StateDraining State = "draining" // keeps its rooms, takes no new one
	StateLeaving  State = "leaving"  // gives its rooms away: they are placed anew
)

// NodeInfo is what a media node says of itself in every heartbeat.
type NodeInfo struct {
	ID       string  `json:"id"`   // made at random at each start: a node that comes back is another one
	Name     string  `json:"name"` // for people
	Pool     string  `json:"pool"`
	Region   string  `json:"region,omitempty"`
	State    State   `json:"state"`
	Ready    bool    `json:"ready"`
	Rooms    int     `json:"rooms"`
	People   int     `json:"people"`
	Tracks   int     `json:"tracks"` // that people send
	Version  string  `json:"version,omitempty"`
	Capacity int     `json:"capacity"` // people; 0 = no bound
	Load     float64 `json:"load"`     // People ÷ Capacity

	Seen time.Time `json:"-"` // when the registry last heard of it
}

// Takes reports whether the node may be given a new room of the pool.
func (n NodeInfo) Takes(pool string) bool {
	full := n.Capacity > 0 && n.People >= n.Capacity
	return n.Pool == pool && n.State == StateOpen && n.Ready && !full
}

// NodeFor chooses the node for a room that has none: rendezvous hashing over
// the nodes that take rooms of the pool. Every web node that knows the same
// nodes chooses the same one, and when a node goes only its own rooms would be
// chosen differently. It answers false when no node takes the room.
func NodeFor(key sfu.RoomKey, pool string, nodes []NodeInfo) (NodeInfo, bool) {
	var (
		best  NodeInfo
		top   uint64
		found bool
	)
	for _, n := range nodes {
		if !n.Takes(pool) {
			continue
		}
		score := weigh(key, n.ID)
		if !found || score > top || (score == top && n.ID < best.ID) {
			best, top, found = n, score, true
		}
	}
	return best, found
}

// weigh is the node's score for the room. Each part goes in with its length,
// so that no two keys can be written alike.
func weigh(key sfu.RoomKey, node string) uint64 {
	sum := digest(key.Tenant, key.Room, node)
	return binary.BigEndian.Uint64(sum[:8])
}

func digest(parts ...string) [sha256.Size]byte {
	var buf []byte
	for _, part := range parts {
		buf = binary.AppendUvarint(buf, uint64(len(part)))
		buf = append(buf, part...)
	}
	return sha256.Sum256(buf)
}
