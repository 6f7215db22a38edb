package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

// ErrNoSuchNode is the refusal to change a node that is not there.
var ErrNoSuchNode = errors.New("no media node of that id is there")

// maxDuty bounds a request about a node's duty.
const maxDuty = 256

// duty asks a node to take new rooms, or none.
type duty struct {
	Draining bool `json:"draining"`
}

func subjectDuty(node string) string { return "parley.node." + node + ".duty" }

// SetDraining has a node take no new rooms, or take them again. Rooms that it has
// stay, and people may still join them. A node that stops stays as it is, and
// says so.
func (c *Client) SetDraining(ctx context.Context, node string, draining bool) error {
	if !validToken(node) {
		return ErrNoSuchNode
	}
	data, err := json.Marshal(duty{draining})
	if err != nil {
		return err
	}
	_, err = c.request(ctx, subjectDuty(node), data)
	if errors.Is(err, errNobody) {
		return fmt.Errorf("%w: %s", ErrNoSuchNode, node)
	}
	if err != nil {
		return err
	}
	state := StateOpen
	if draining {
		state = StateDraining
	}
	c.registry.told(node, state)
	return nil
}

// onDuty changes what the node takes, unless it is going.
func (s *NodeServer) onDuty(msg *nats.Msg) {
	var d duty
	if err := unmarshal(msg.Data, maxDuty, &d); err != nil {
		s.answer(msg, replyOf(err))
		return
	}
	s.answer(msg, replyOf(s.setDraining(d.Draining)))
}

func (s *NodeServer) setDraining(draining bool) error {
	s.mu.Lock()
	going := s.going
	if !going {
		if s.state = StateOpen; draining {
			s.state = StateDraining
		}
	}
	s.mu.Unlock()
	if going {
		return errLeaving
	}
	s.log.Info("what the node takes was changed", "draining", draining)
	s.beat()
	return nil
}
