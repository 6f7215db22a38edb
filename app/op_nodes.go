package app

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/views"
)

// MediaNode is a media node as the operator sees it.
type MediaNode struct {
	ID, Name, Pool, Region, Version string
	State                           string // open, draining, leaving
	Ready                           bool
	Rooms, People, Tracks, Capacity int // Capacity 0 is no bound
	Load                            float64
	Seen                            time.Time
}

// MediaNodes are the media nodes that are there. Drain is false where they cannot be told to take no new rooms.
type MediaNodes struct {
	List  func() []MediaNode
	Drain func(ctx context.Context, id string, yes bool) error // nil where the one node is this process
}

// ErrNoMediaNode is the answer to draining a node that is not there.
var ErrNoMediaNode = errors.New("no such media node")

// operatorNodes shows what the media nodes do.
func (s *Server) operatorNodes(c *fiber.Ctx) error {
	m := views.NodesModel{At: s.clock.Now(), Drains: s.nodes.Drain != nil}
	for _, n := range s.mediaNodes() {
		m.Nodes = append(m.Nodes, views.NodeLine(n))
		m.Rooms, m.People = m.Rooms+n.Rooms, m.People+n.People
		if n.State != "open" {
			m.Draining++
		}
	}
	return s.render(c, views.OperatorNodes(s.operatorPage(c, "op_nodes.title"), m))
}

func (s *Server) mediaNodes() []MediaNode {
	if s.nodes.List == nil {
		return nil
	}
	return s.nodes.List()
}

// operatorDrain has a node take no new rooms, or take them again.
func (s *Server) operatorDrain(yes bool) fiber.Handler {
	action, done := "node.open", "node_opened"
	if yes {
		action, done = "node.drain", "node_drained"
	}
	return func(c *fiber.Ctx) error {
		id := c.Params("node")
		if s.nodes.Drain == nil {
			return errNotFound
		}
		err := s.nodes.Drain(c.UserContext(), id, yes)
		if errors.Is(err, ErrNoMediaNode) {
			return errNotFound
		}
		if err != nil {
			return err
		}
		name := id
		for _, n := range s.mediaNodes() {
			if n.ID == id {
				name = n.Name
			}
		}
		if err := s.operatorDid(c.UserContext(), action, id, name); err != nil {
			return err
		}
		return s.operatorDone(c, "/nodes", done)
	}
}
