package cluster

import (
	"context"
	"errors"
	"fmt"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

// errGone ends Receive when the client's socket is closed.
var errGone = errors.New("the client's socket is closed")

// relay is a client's connection as the media node sees it. It carries
// messages as they are.
type relay struct {
	link *link
	ctx  context.Context // ends when the connection is closed; the link still carries the session's end
	stop context.CancelCauseFunc
}

func newRelay(l *link) *relay {
	ctx, stop := context.WithCancelCause(l.ctx)
	return &relay{link: l, ctx: ctx, stop: stop}
}

// Send implements sfu.Conn.
func (r *relay) Send(ctx context.Context, response *livekit.SignalResponse) error {
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	body, err := sfu.EncodeResponse(response)
	if err != nil {
		return err
	}
	return r.link.send(kindSignal, body)
}

// Receive implements sfu.Conn.
func (r *relay) Receive(ctx context.Context) (*livekit.SignalRequest, error) {
	if r.ctx.Err() != nil {
		return nil, context.Cause(r.ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(r.ctx, func() { cancel(context.Cause(r.ctx)) })()
	f, err := r.link.receive(ctx)
	if err != nil {
		return nil, err
	}
	switch f.kind {
	case kindSignal:
		return sfu.DecodeRequest(f.body)
	case kindBad:
		return nil, fmt.Errorf("%w, says the web node", sfu.ErrMalformed)
	default:
		return nil, errGone
	}
}

// Close implements sfu.Conn.
func (r *relay) Close(why sfu.Reason) error {
	if r.ctx.Err() != nil {
		return nil
	}
	err := r.link.send(kindClose, []byte(why))
	r.stop(errClosed)
	return err
}
