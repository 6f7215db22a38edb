package sfu

import (
	"context"
	"errors"
)

// Node is one media server. Its methods may be called from anywhere.
type Node struct {
	config Config
}

// NewNode opens the media port and is ready for rooms when it returns.
func NewNode(config Config) (*Node, error) {
	if config.Keyring == nil {
		return nil, errors.New("new media node: no keyring")
	}
	return &Node{config: config}, nil
}

// Join takes a person in and blocks until that connection is over. A refusal
// is told to the client with a leave message, and returned.
func (n *Node) Join(ctx context.Context, hello Hello, conn Conn) error { return ErrNodeClosed }

// SetLimits opens the room if it is not open on this node, else changes its
// limits live. Older revisions are ignored; an EndsAt in the past ends the room.
func (n *Node) SetLimits(ctx context.Context, key RoomKey, limits Limits) error { return ErrNodeClosed }

// Remove takes a person out of a room, and keeps the token that they had from
// working again.
func (n *Node) Remove(ctx context.Context, key RoomKey, identity string, why Reason) error {
	return ErrNodeClosed
}

// End ends a meeting for all.
func (n *Node) End(ctx context.Context, key RoomKey, why Reason) error { return ErrNodeClosed }

// Rooms lists the rooms that are open here.
func (n *Node) Rooms() []RoomInfo { return nil }

// Port is the UDP port that all media of this node uses.
func (n *Node) Port() int { return 0 }

// Ready says whether the node can take people.
func (n *Node) Ready() error { return ErrNodeClosed }

// Stats counts what the node does.
func (n *Node) Stats() Stats { return Stats{} }

// Close tells everybody to come back elsewhere and frees everything.
func (n *Node) Close(ctx context.Context) error { return nil }
