package cluster

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go"
)

const (
	pingEvery   = 5 * time.Second
	silentAfter = 3 * pingEvery

	chunk      = 256 << 10 // a message is cut into pieces well below NATS's cap of 1 MiB
	maxMessage = 4 << 20   // one whole message; a join of 500 people is about one tenth
	queueLen   = 256       // pieces waiting for a slow reader
	queueBytes = 8 << 20
)

// The headers of a frame. The room is written in base64, since it may be any text.
const (
	headTenant  = "Parley-Tenant"
	headRoom    = "Parley-Room"
	headSession = "Parley-Session"
	headKind    = "Parley-Kind"
	headSeq     = "Parley-Seq"
)

// kind says what a frame of a session is.
type kind string

const (
	kindSignal kind = "signal" // a whole signalling message, or the last piece of one
	kindPart   kind = "part"   // a piece of one, more follows
	kindBad    kind = "bad"    // up: the client sent something that cannot be read
	kindGone   kind = "gone"   // up: the client's socket is closed
	kindClose  kind = "close"  // down: close the client's socket; the body is the reason
	kindEnd    kind = "end"    // down: the session is over; the body is a reply
	kindPing   kind = "ping"   // both: still here
)

// Faults that close a link. Each wraps ErrLost.
var (
	errSilent   = fmt.Errorf("%w: no sign of life", ErrLost)
	errGap      = fmt.Errorf("%w: a message is missing", ErrLost)
	errOverflow = fmt.Errorf("%w: the reader is too slow", ErrLost)
	errTooLarge = fmt.Errorf("%w: a message is too large", ErrLost)
	errClosed   = errors.New("link is closed")
)

type frame struct {
	kind kind
	body []byte
}

// link is one end of a session: signalling between a web node and a media node
// over two subjects.
//
// NATS delivers at most once, and signalling with a hole in it is worse than
// none. So frames are numbered, and the rule for whatever goes wrong (a missing
// frame, a full queue, silence) is one: the link closes. The client then
// resumes its session over a new one; media does not pass here and goes on.
type link struct {
	nc    *nats.Conn
	to    address
	out   string
	clock clockwork.Clock
	sub   *nats.Subscription
	ctx   context.Context // ends with the link; its cause says why
	fail  context.CancelCauseFunc
	wg    sync.WaitGroup

	sending sync.Mutex // keeps a message's pieces together and in order
	seq     uint64     // of the last frame sent, guarded by sending

	in     chan frame
	queued atomic.Int64 // bytes in in
	heard  atomic.Int64 // when, in nanoseconds of the clock

	// Of the goroutine that NATS calls us on.
	got     uint64 // number of the last frame received
	partial []byte
}

// openLink listens on one subject and will send on the other.
func openLink(nc *nats.Conn, clock clockwork.Clock, to address, in, out string) (*link, error) {
	ctx, fail := context.WithCancelCause(context.Background())
	l := &link{nc: nc, to: to, out: out, clock: clock, ctx: ctx, fail: fail, in: make(chan frame, queueLen)}
	l.heard.Store(clock.Now().UnixNano())
	sub, err := nc.Subscribe(in, l.onMessage)
	if err != nil {
		fail(errClosed)
		return nil, fmt.Errorf("open session: %w", err)
	}
	l.sub = sub
	l.wg.Go(l.keepAlive)
	return l, nil
}

// close ends the link and waits for its goroutine.
func (l *link) close() {
	_ = l.sub.Unsubscribe() // fails on a closed connection only
	l.fail(errClosed)
	l.wg.Wait()
}

// send gives a message to NATS, in pieces when it is large.
func (l *link) send(k kind, body []byte) error {
	if len(body) > maxMessage {
		l.fail(errTooLarge)
		return errTooLarge
	}
	l.sending.Lock()
	defer l.sending.Unlock()
	for len(body) > chunk {
		if err := l.publish(kindPart, body[:chunk]); err != nil {
			return err
		}
		body = body[chunk:]
	}
	return l.publish(k, body)
}

func (l *link) publish(k kind, body []byte) error {
	if l.ctx.Err() != nil {
		return context.Cause(l.ctx)
	}
	l.seq++
	msg := &nats.Msg{Subject: l.out, Data: body, Header: nats.Header{
		headTenant:  {l.to.Tenant},
		headRoom:    {base64.RawURLEncoding.EncodeToString([]byte(l.to.Room))},
		headSession: {l.to.Session},
		headKind:    {string(k)},
		headSeq:     {strconv.FormatUint(l.seq, 10)},
	}}
	if err := l.nc.PublishMsg(msg); err != nil {
		err = fmt.Errorf("%w: %w", ErrLost, err)
		l.fail(err)
		return err
	}
	return nil
}

// receive returns the next message. What came before the link closed is still
// delivered.
func (l *link) receive(ctx context.Context) (frame, error) {
	select {
	case f := <-l.in:
		return l.taken(f), nil
	default:
	}
	select {
	case f := <-l.in:
		return l.taken(f), nil
	case <-ctx.Done():
		return frame{}, context.Cause(ctx)
	case <-l.ctx.Done():
		return frame{}, context.Cause(l.ctx)
	}
}

func (l *link) taken(f frame) frame {
	l.queued.Add(-int64(len(f.body)))
	return f
}

// onMessage runs on the subscription's goroutine, one message after the other.
func (l *link) onMessage(msg *nats.Msg) {
	if l.ctx.Err() != nil {
		return
	}
	k, seq, err := l.open(msg)
	if err != nil {
		return // not ours: neither a sign of life nor a reason to close
	}
	if seq != l.got+1 {
		l.fail(errGap)
		return
	}
	l.got = seq
	l.heard.Store(l.clock.Now().UnixNano())
	body := msg.Data
	switch {
	case k == kindPing:
		return
	case len(l.partial)+len(body) > maxMessage:
		l.fail(errTooLarge)
		return
	case k == kindPart:
		l.partial = append(l.partial, body...)
		return
	case l.partial != nil:
		body = append(l.partial, body...)
		l.partial = nil
	}
	l.queue(frame{k, body})
}

func (l *link) queue(f frame) {
	if l.queued.Add(int64(len(f.body))) > queueBytes {
		l.fail(errOverflow)
		return
	}
	select {
	case l.in <- f:
	default:
		l.fail(errOverflow)
	}
}

// open checks that a frame belongs to this session of this tenant's room.
func (l *link) open(msg *nats.Msg) (kind, uint64, error) {
	h := msg.Header
	room, err := base64.RawURLEncoding.DecodeString(h.Get(headRoom))
	if err != nil || len(msg.Data) > chunk ||
		h.Get(headSession) != l.to.Session || h.Get(headTenant) != l.to.Tenant || string(room) != l.to.Room {
		return "", 0, errWire
	}
	seq, err := strconv.ParseUint(h.Get(headSeq), 10, 64)
	if err != nil {
		return "", 0, errWire
	}
	switch k := kind(h.Get(headKind)); k {
	case kindSignal, kindPart, kindBad, kindGone, kindClose, kindEnd, kindPing:
		return k, seq, nil
	default:
		return "", 0, errWire
	}
}

// keepAlive tells the other side that we are here, and closes the link when
// nothing comes from there.
func (l *link) keepAlive() {
	tick := l.clock.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-tick.Chan():
			if l.clock.Now().Sub(time.Unix(0, l.heard.Load())) >= silentAfter {
				l.fail(errSilent)
				return
			}
			_ = l.send(kindPing, nil) // a failure has closed the link
		}
	}
}
