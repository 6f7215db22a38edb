package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/livekit/protocol/livekit"
	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"
)

// listing asks a node for the rooms of a tenant that come after a name.
type listing struct {
	Tenant string   `json:"tenant"`
	Names  []string `json:"names,omitempty"` // empty: all
	After  string   `json:"after,omitempty"`
}

const maxNames = 256 // in one question

func parseListing(data []byte) (listing, error) {
	var l listing
	if err := unmarshal(data, maxControl, &l); err != nil {
		return l, err
	}
	if l.Tenant == "" || len(l.Tenant) > maxTenant || len(l.After) > maxRoom || len(l.Names) > maxNames {
		return l, fmt.Errorf("%w: listing", errWire)
	}
	return l, nil
}

// RoomsOf lists a tenant's open rooms on all nodes, by name. It fails rather
// than leave out a node that is there and does not answer.
func (c *Client) RoomsOf(ctx context.Context, tenant string, names []string) ([]*livekit.Room, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	rooms := map[string]*livekit.Room{}
	for _, node := range c.registry.Nodes() {
		some, err := c.roomsOn(ctx, node.ID, listing{Tenant: tenant, Names: names})
		if errors.Is(err, errNobody) {
			continue // it is gone, and its rooms with it
		}
		if err != nil {
			return nil, err
		}
		for _, room := range some {
			// A node that was cut off may still have a room that moved: the later one counts.
			if known := rooms[room.GetName()]; known.GetCreationTimeMs() <= room.GetCreationTimeMs() {
				rooms[room.GetName()] = room
			}
		}
	}
	all := make([]*livekit.Room, 0, len(rooms))
	for _, room := range rooms {
		all = append(all, room)
	}
	slices.SortFunc(all, func(a, b *livekit.Room) int { return strings.Compare(a.GetName(), b.GetName()) })
	return all, nil
}

func (c *Client) roomsOn(ctx context.Context, node string, l listing) ([]*livekit.Room, error) {
	var all []*livekit.Room
	for {
		question, err := marshal(l)
		if err != nil {
			return nil, err
		}
		answer, err := c.request(ctx, subjectRooms(node), question)
		if err != nil {
			return nil, err
		}
		var some livekit.ListRoomsResponse
		if err := proto.Unmarshal(answer, &some); err != nil {
			return nil, fmt.Errorf("%w: rooms: %w", errWire, err)
		}
		rooms := some.GetRooms()
		if len(rooms) == 0 {
			return all, nil
		}
		all, l.After = append(all, rooms...), rooms[len(rooms)-1].GetName()
	}
}

// onRooms answers a listing.
func (s *NodeServer) onRooms(msg *nats.Msg) {
	started := s.requests.run(func() {
		answer, err := s.listRooms(msg.Data)
		s.answer(msg, replyWith(answer, err))
	})
	if !started {
		s.answer(msg, replyOf(errBusy))
	}
}

func (s *NodeServer) listRooms(data []byte) ([]byte, error) {
	l, err := parseListing(data)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, controlTimeout)
	defer cancel()
	rooms, err := s.node.RoomsOf(ctx, l.Tenant, l.Names)
	if err != nil {
		return nil, err
	}
	some := &livekit.ListRoomsResponse{}
	size := 0
	for _, room := range rooms {
		if l.After != "" && room.GetName() <= l.After {
			continue
		}
		if size += proto.Size(room); size > maxPage && len(some.Rooms) > 0 {
			break
		}
		some.Rooms = append(some.Rooms, room)
	}
	return proto.Marshal(some)
}
