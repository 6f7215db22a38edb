package sfu

import "time"

// Downlink is what the node knows of one person's way.
type Downlink struct {
	Identity string
	Estimate int  // bits a second that the way carries, headers included
	Limited  bool // false: the estimate is a guess, and nothing speaks against more
	Loss     float64
	RTT      time.Duration // 0: not known yet
	Paced    bool          // what is sent comes near the estimate: packets may wait
	Shed     uint64        // packets that were dropped for want of room
}

// Downlinks lists the ways of a room's people, in no order.
func (n *Node) Downlinks(key RoomKey) []Downlink {
	r := n.room(key)
	if r == nil {
		return nil
	}
	var links []Downlink
	for _, p := range r.people() {
		e := p.path.Estimate()
		links = append(links, Downlink{Identity: p.identity, Estimate: e.Target, Limited: e.Limited, Loss: e.Loss, RTT: e.RTT, Paced: e.Paced, Shed: e.Shed})
	}
	return links
}
