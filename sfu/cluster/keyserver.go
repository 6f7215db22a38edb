package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/nats-io/nats.go"

	"parley/sfu"
)

// KeyServer answers the media nodes' questions for signing keys.
type KeyServer struct {
	ring sfu.Keyring
	log  *slog.Logger
	sub  *nats.Subscription
	ctx  context.Context
	stop context.CancelFunc
	asks group
}

const (
	keyAsksAtOnce = 64
	maxSecret     = 256
)

// ServeKeys answers from ring until Close. Every web node does; each question
// goes to one of them.
func ServeKeys(nc *nats.Conn, ring sfu.Keyring, log *slog.Logger) (*KeyServer, error) {
	ctx, stop := context.WithCancel(context.Background())
	s := &KeyServer{ring: ring, log: log, ctx: ctx, stop: stop, asks: group{most: keyAsksAtOnce}}
	sub, err := nc.QueueSubscribe(subjectKey, "web", func(msg *nats.Msg) {
		if !s.asks.run(func() { s.answer(msg) }) {
			s.respond(msg, keyAnswer{Code: codeFailed})
		}
	})
	if err != nil {
		stop()
		return nil, fmt.Errorf("serve signing keys: %w", err)
	}
	s.sub = sub
	return s, nil
}

// Close stops answering and waits for the questions under way.
func (s *KeyServer) Close() {
	_ = s.sub.Unsubscribe() // fails on a closed connection only
	s.stop()
	s.asks.wait()
}

func (s *KeyServer) answer(msg *nats.Msg) {
	ctx, cancel := context.WithTimeout(s.ctx, keyTimeout)
	defer cancel()
	var q keyQuestion
	if err := unmarshal(msg.Data, maxKeyReply, &q); err != nil || len(q.ID) > maxKeyID {
		s.respond(msg, keyAnswer{Code: codeFailed})
		return
	}
	tenant, secret, err := s.ring.Key(ctx, q.ID)
	switch {
	case errors.Is(err, sfu.ErrUnknownKey):
		s.respond(msg, keyAnswer{Code: codeUnknownKey})
	case err != nil:
		s.log.Warn("signing key not found for a media node", "err", err)
		s.respond(msg, keyAnswer{Code: codeFailed})
	case len(tenant) > maxTenant || len(secret) > maxSecret:
		s.log.Error("a signing key is too large to be sent", "key", q.ID)
		s.respond(msg, keyAnswer{Code: codeFailed})
	default:
		s.respond(msg, keyAnswer{Code: codeOK, Tenant: tenant, Secret: secret})
	}
}

func (s *KeyServer) respond(msg *nats.Msg, a keyAnswer) {
	data, err := marshal(a)
	if err == nil {
		err = msg.Respond(data)
	}
	if err != nil && s.ctx.Err() == nil {
		s.log.Warn("answer about a signing key not sent", "err", err)
	}
}
