package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

// lastWordsTimeout is how long a session whose socket is closed waits for the
// node to say how it ended.
const lastWordsTimeout = 2 * time.Second

var errNodeDied = fmt.Errorf("%w: the media node died", ErrLost)

// carrier carries one session's messages between the client's socket and the
// link to the media node.
type carrier struct {
	link *link
	died <-chan struct{} // closes when the registry gives the node up
}

// carry ends when the node ends the session, the client's socket closes, the
// link fails, the node dies, or ctx ends.
func (s *carrier) carry(ctx context.Context, conn sfu.Conn) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer context.AfterFunc(s.link.ctx, func() { cancel(context.Cause(s.link.ctx)) })()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() { cancel(s.up(ctx, conn)) })
	wg.Go(func() {
		select {
		case <-s.died:
			cancel(errNodeDied)
		case <-ctx.Done():
		}
	})

	why, err := s.down(ctx, conn)
	if err == nil { // the node closed the socket
		_ = conn.Close(why) // the client may be gone already
		return s.lastWords()
	}
	return s.broken(conn, err)
}

// up carries what the client says to the node, until the socket closes.
func (s *carrier) up(ctx context.Context, conn sfu.Conn) error {
	for {
		request, err := conn.Receive(ctx)
		switch {
		case errors.Is(err, sfu.ErrMalformed):
			err = s.link.send(kindBad, nil)
		case err != nil:
			return fmt.Errorf("%w: %w", errGone, err)
		default:
			err = s.forward(request)
		}
		if err != nil {
			return err
		}
	}
}

func (s *carrier) forward(request *livekit.SignalRequest) error {
	body, err := proto.Marshal(request)
	if err != nil {
		return fmt.Errorf("carry signal: %w", err)
	}
	return s.link.send(kindSignal, body)
}

// down carries what the node says to the client, until the node closes the
// socket: that is its reason.
func (s *carrier) down(ctx context.Context, conn sfu.Conn) (sfu.Reason, error) {
	for {
		f, err := s.link.receive(ctx)
		if err != nil {
			return "", err
		}
		switch f.kind {
		case kindClose:
			return sfu.Reason(f.body), nil
		case kindEnd: // without a word to the client
			r, err := parseReply(f.body)
			if err != nil {
				return "", err
			}
			return "", &over{r.err()}
		case kindSignal:
			if err := s.deliver(ctx, conn, f.body); err != nil {
				return "", err
			}
		}
	}
}

func (s *carrier) deliver(ctx context.Context, conn sfu.Conn, body []byte) error {
	var response livekit.SignalResponse
	if err := proto.Unmarshal(body, &response); err != nil {
		return fmt.Errorf("carry signal: %w", err)
	}
	err := conn.Send(ctx, &response)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}

// broken closes a socket that the node did not close. A client whose node died
// is told to join anew; in every other case it may resume.
func (s *carrier) broken(conn sfu.Conn, why error) error {
	var end *over
	switch {
	case errors.As(why, &end):
		_ = conn.Close(sfu.ReasonOf(end.err)) // here and below: the client may be gone already
		return end.err
	case errors.Is(why, errNodeDied):
		ctx, cancel := context.WithTimeout(context.Background(), farewellTimeout)
		defer cancel()
		_ = conn.Send(ctx, sfu.ReasonShutdown.Leave())
		_ = conn.Close(sfu.ReasonShutdown)
		return why
	case errors.Is(why, errGone):
		_ = s.link.send(kindGone, nil) // a closed link has told the node by its silence
		_ = conn.Close(sfu.ReasonLeft)
		return s.lastWords()
	default:
		_ = s.link.send(kindGone, nil)
		_ = conn.Close(sfu.ReasonSilent)
		return why
	}
}

// lastWords waits for what the node says of the session's end. When it says
// nothing there is no fault: a socket that closes is how people leave.
func (s *carrier) lastWords() error {
	ctx, cancel := context.WithTimeout(context.Background(), lastWordsTimeout)
	defer cancel()
	for {
		f, err := s.link.receive(ctx)
		if err != nil {
			return nil
		}
		if f.kind != kindEnd {
			continue
		}
		r, err := parseReply(f.body)
		if err != nil {
			return err
		}
		return r.err()
	}
}

// over is a session that the node ended, and what with.
type over struct{ err error }

func (o *over) Error() string { return fmt.Sprintf("session ended: %v", o.err) }
