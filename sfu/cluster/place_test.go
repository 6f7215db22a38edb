package cluster

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"parley/sfu"
)

func openNode(id string) NodeInfo {
	return NodeInfo{ID: id, Pool: DefaultPool, State: StateOpen, Ready: true}
}

func TestNodeForSkipsNodesThatTakeNoRoom(t *testing.T) {
	key := sfu.RoomKey{Tenant: "acme", Room: "k7dm-9q2x-h4tw"}
	with := func(change func(*NodeInfo)) NodeInfo {
		n := openNode("a")
		change(&n)
		return n
	}
	for name, tc := range map[string]struct {
		nodes []NodeInfo
		want  string
	}{
		"no node":             {nil, ""},
		"the only one":        {[]NodeInfo{openNode("a")}, "a"},
		"draining":            {[]NodeInfo{with(func(n *NodeInfo) { n.State = StateDraining })}, ""},
		"leaving":             {[]NodeInfo{with(func(n *NodeInfo) { n.State = StateLeaving })}, ""},
		"not ready":           {[]NodeInfo{with(func(n *NodeInfo) { n.Ready = false })}, ""},
		"full":                {[]NodeInfo{with(func(n *NodeInfo) { n.Capacity, n.People = 100, 100 })}, ""},
		"one place left":      {[]NodeInfo{with(func(n *NodeInfo) { n.Capacity, n.People = 100, 99 })}, "a"},
		"no bound":            {[]NodeInfo{with(func(n *NodeInfo) { n.People = 10_000 })}, "a"},
		"another pool's":      {[]NodeInfo{with(func(n *NodeInfo) { n.Pool = "business" })}, ""},
		"the other one is ok": {[]NodeInfo{with(func(n *NodeInfo) { n.State = StateDraining }), openNode("b")}, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := NodeFor(key, DefaultPool, tc.nodes)
			if ok != (tc.want != "") || got.ID != tc.want {
				t.Errorf("got %q, %v; want %q", got.ID, ok, tc.want)
			}
		})
	}
}

// Removal of a node moves only its rooms, and an addition takes rooms only for
// itself, whatever the nodes, rooms and the order in which they are listed.
func TestNodeForMovesAsLittleAsItCan(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 7))
		nodes := make([]NodeInfo, 2+rng.IntN(9))
		for i := range nodes {
			nodes[i] = openNode(fmt.Sprintf("node-%d-%d", seed, i))
		}
		gone := nodes[rng.IntN(len(nodes))].ID
		fewer := slices.DeleteFunc(slices.Clone(nodes), func(n NodeInfo) bool { return n.ID == gone })
		for room := range 200 {
			key := sfu.RoomKey{Tenant: fmt.Sprint("t", rng.IntN(5)), Room: fmt.Sprint("room ", room)}
			before, _ := NodeFor(key, DefaultPool, nodes)
			rng.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
			again, _ := NodeFor(key, DefaultPool, nodes)
			if again.ID != before.ID {
				t.Fatalf("seed %d: the order of the list moved %v from %s to %s", seed, key, before.ID, again.ID)
			}
			after, ok := NodeFor(key, DefaultPool, fewer)
			if !ok || after.ID == gone {
				t.Fatalf("seed %d: %v is on a node that is gone", seed, key)
			}
			if before.ID != gone && after.ID != before.ID {
				t.Fatalf("seed %d: %v moved from %s to %s when %s went", seed, key, before.ID, after.ID, gone)
			}
		}
	}
}

func TestNodeForSpreadsRooms(t *testing.T) {
	nodes := []NodeInfo{openNode("a"), openNode("b"), openNode("c"), openNode("d")}
	count := map[string]int{}
	for room := range 4000 {
		n, _ := NodeFor(sfu.RoomKey{Tenant: "acme", Room: fmt.Sprint(room)}, DefaultPool, nodes)
		count[n.ID]++
	}
	for id, n := range count {
		if n < 800 || n > 1200 {
			t.Errorf("node %s has %d of 4000 rooms", id, n)
		}
	}
}

// A tenant and a room must not be mistaken for another pair that reads alike.
func TestEntryKeysAreNeverShared(t *testing.T) {
	seen := map[string]sfu.RoomKey{}
	for _, pair := range [][2]string{{"a", "bc"}, {"ab", "c"}, {"a", "b/c"}, {"a/b", "c"}, {"a", "b\x00c"}, {"a\x00b", "c"}, {"bc", "a"}} {
		key := sfu.RoomKey{Tenant: pair[0], Room: pair[1]}
		if other, ok := seen[entryKey(key)]; ok {
			t.Errorf("%q and %q share an entry", key, other)
		}
		seen[entryKey(key)] = key
	}
}
