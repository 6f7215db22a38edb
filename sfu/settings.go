package sfu

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
)

// MaxRoomMetadata is how many bytes of metadata a room can have.
const MaxRoomMetadata = 64_000

// maxEmptyFor is how long a room can be asked to stay open with nobody in it.
const maxEmptyFor = 24 * time.Hour

// settings are what the owner of a room chooses, below what its limits allow.
type settings struct {
	metadata   string        // empty: the meeting's clock stands there
	unvisited  time.Duration // how long the room waits for the first person
	departed   time.Duration // how long for somebody to come back
	mostPeople int           // 0: as many as the limits allow
}

func defaultSettings() settings { return settings{unvisited: EmptyFor, departed: EmptyFor} }

// ConfigureRoom gives an open room what the request sets of metadata, empty and
// departure timeout (seconds, at most a day) and most participants; the last
// never raises the room's limit. Other fields have no effect. It gives
// ErrTooLarge for metadata above MaxRoomMetadata.
func (n *Node) ConfigureRoom(_ context.Context, key RoomKey, request *livekit.CreateRoomRequest) (*livekit.Room, error) {
	return n.configure(key, func(s *settings) { s.take(request) })
}

// wishes are what a request to make a room and a token's room configuration both
// say; what is not set changes nothing.
type wishes interface {
	GetMetadata() string
	GetEmptyTimeout() uint32     // seconds
	GetDepartureTimeout() uint32 // seconds
	GetMaxParticipants() uint32
}

func (s *settings) take(w wishes) {
	if w.GetMetadata() != "" {
		s.metadata = w.GetMetadata()
	}
	if t := w.GetEmptyTimeout(); t > 0 {
		s.unvisited = min(time.Duration(t)*time.Second, maxEmptyFor)
	}
	if t := w.GetDepartureTimeout(); t > 0 {
		s.departed = min(time.Duration(t)*time.Second, maxEmptyFor)
	}
	if most := w.GetMaxParticipants(); most > 0 {
		s.mostPeople = int(min(most, 1<<20))
	}
}

// UpdateRoomMetadata sets the room's metadata, which everybody is told of. With
// empty metadata the meeting's clock stands there again. It gives ErrTooLarge
// above MaxRoomMetadata.
func (n *Node) UpdateRoomMetadata(_ context.Context, key RoomKey, metadata string) (*livekit.Room, error) {
	return n.configure(key, func(s *settings) { s.metadata = metadata })
}

func (n *Node) configure(key RoomKey, change func(*settings)) (*livekit.Room, error) {
	r := n.room(key)
	if r == nil {
		return nil, ErrRoomNotOpen
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	next := r.settings
	change(&next)
	if len(next.metadata) > MaxRoomMetadata {
		return nil, fmt.Errorf("room metadata: %w", ErrTooLarge)
	}
	now := n.clock.Now()
	same := next == r.settings
	r.settings = next
	if !same {
		r.tellOfRoom(now)
	}
	return r.info(now), nil
}

// RoomsOf describes a tenant's open rooms, by name; those of the given names,
// or all if there are none.
func (n *Node) RoomsOf(_ context.Context, tenant string, names []string) ([]*livekit.Room, error) {
	var rooms []*livekit.Room
	now := n.clock.Now()
	for _, r := range n.openRooms() {
		if r.check || r.key.Tenant != tenant || (len(names) > 0 && !slices.Contains(names, r.key.Room)) {
			continue
		}
		r.mu.Lock()
		rooms = append(rooms, r.info(now))
		r.mu.Unlock()
	}
	slices.SortFunc(rooms, func(a, b *livekit.Room) int { return strings.Compare(a.GetName(), b.GetName()) })
	return rooms, nil
}

// seats is how many people may be in the room at once. Call with mu.
func (r *room) seats() int {
	if r.settings.mostPeople > 0 {
		return min(r.settings.mostPeople, r.limits.Participants)
	}
	return r.limits.Participants
}

// abandoned says whether nobody has been in the room for too long. Call with mu.
func (r *room) abandoned(now time.Time) bool {
	patience := r.settings.unvisited
	if r.visited {
		patience = r.settings.departed
	}
	return len(r.peers) == 0 && now.Sub(r.emptied) >= patience
}

// tellOfRoom tells everybody how the room is now. Call with mu.
func (r *room) tellOfRoom(now time.Time) {
	update := &livekit.RoomUpdate{Room: r.info(now)}
	r.tell(nil, &livekit.SignalResponse{Message: &livekit.SignalResponse_RoomUpdate{RoomUpdate: update}})
	if r.settings.metadata != "" {
		r.announce(TopicClock, r.clockOf(now))
	}
}

// tellClock sends a newcomer the meeting's clock, if it does not stand in the
// room's metadata. Call with mu.
func (r *room) tellClock(p *peer, now time.Time) {
	if r.settings.metadata == "" {
		return
	}
	if packet := r.packet(TopicClock, r.clockOf(now)); packet != nil {
		p.post(func() { p.data.send(livekit.DataPacket_RELIABLE, packet) })
	}
}
