package cluster

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"parley/sfu"
)

const controlTimeout = 10 * time.Second

var errBusy = fmt.Errorf("%w: too many requests at once", ErrUnavailable)

// onControl starts a request in a goroutine of its own: a slow one must not
// hold up the others, and NATS calls us for one after the other.
func (s *NodeServer) onControl(msg *nats.Msg) {
	started := s.requests.run(func() {
		answer, err := s.control(msg.Data)
		if err != nil {
			s.log.Debug("request refused", "err", err)
		}
		s.answer(msg, replyWith(answer, err))
	})
	if !started {
		s.answer(msg, replyOf(errBusy))
	}
}

func (s *NodeServer) control(data []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(s.ctx, controlTimeout)
	defer cancel()
	c, err := parseControl(data)
	if err != nil {
		return nil, err
	}
	if s.now() == StateLeaving {
		return nil, errLeaving
	}
	done, err := s.held.enter(ctx, c.key(), c.Fence, s.now() == StateOpen)
	if err != nil {
		return nil, err
	}
	defer done()
	switch c.Op {
	case opLimits:
		return nil, s.node.SetLimits(ctx, c.key(), c.Limits)
	case opRemove:
		return nil, s.node.Remove(ctx, c.key(), c.Identity, c.Reason)
	case opEnd:
		return nil, s.node.End(ctx, c.key(), c.Reason)
	default:
		do, known := operations[c.Op]
		if !known {
			return nil, fmt.Errorf("%w: operation %q", errWire, c.Op)
		}
		return do(ctx, s.node, c.key(), c.Question)
	}
}

func (s *NodeServer) answer(msg *nats.Msg, r reply) {
	if msg.Reply == "" {
		return
	}
	if err := msg.Respond(r.encode()); err != nil && s.ctx.Err() == nil {
		s.log.Warn("answer not sent", "err", err)
	}
}

// onJoin starts a session: the answer says whether it started, and the session's
// own subjects carry everything after that, to its end.
func (s *NodeServer) onJoin(msg *nats.Msg) {
	started := s.sessions.run(func() {
		l, hello, done, err := s.admit(msg.Data)
		s.answer(msg, replyOf(err))
		if err != nil {
			s.log.Debug("session refused", "err", err)
			return
		}
		defer done()
		s.serve(l, hello)
	})
	if !started {
		s.answer(msg, replyOf(errBusy))
	}
}

func (s *NodeServer) admit(data []byte) (*link, sfu.Hello, func(), error) {
	ctx, cancel := context.WithTimeout(s.talk, controlTimeout)
	defer cancel()
	j, hello, err := parseJoining(data)
	if err != nil {
		return nil, hello, nil, err
	}
	if s.now() == StateLeaving {
		return nil, hello, nil, errLeaving
	}
	done, err := s.held.enter(ctx, j.key(), j.Fence, s.now() == StateOpen)
	if err != nil {
		return nil, hello, nil, err
	}
	l, err := openLink(s.nc, s.clock, j.address, subjectUp(j.Session), subjectDown(j.Session))
	if err != nil {
		done()
		return nil, hello, nil, err
	}
	return l, hello, done, nil
}

// serve runs a session from its start to its end. When the web node dies the
// link closes and the connection ends like a broken socket: what the node does
// then (it keeps the seat and the media for a while) is its own rule.
func (s *NodeServer) serve(l *link, hello sfu.Hello) {
	defer l.close()
	r := newRelay(l)
	err := s.node.Join(s.talk, hello, r)
	r.stop(errClosed)
	if err != nil {
		s.log.Debug("session ended", "room", l.to.Room, "err", err)
	}
	_ = l.send(kindEnd, replyOf(err).encode()) // a link that is closed has nobody at its other end
}
