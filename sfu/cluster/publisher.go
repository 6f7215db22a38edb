package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"parley/sfu"
)

const (
	streamEvents   = "PARLEY_EVENTS"
	subjectEvents  = "parley.event."
	maxEvent       = 256 << 10 // a roster of 500 long identities
	eventsKept     = 7 * 24 * time.Hour
	eventsBytes    = 256 << 20
	eventsTwice    = 10 * time.Minute // how long the stream itself knows an event's id
	publishTimeout = 5 * time.Second
	publishLast    = time.Second
	publishRetry   = 250 * time.Millisecond
	publishSlowest = 5 * time.Second
	eventsWaiting  = 16_384
)

// openEvents makes sure that the stream is there. It is changed only when it
// differs: creating what is there already does nothing, while an update that
// changes nothing still stops the stream for a moment for everybody.
func openEvents(ctx context.Context, js jetstream.JetStream, replicas int) (jetstream.Stream, error) {
	config := jetstream.StreamConfig{
		Name:        streamEvents,
		Description: "what happened in rooms, for the web tier",
		Subjects:    []string{subjectEvents + ">"},
		Storage:     jetstream.FileStorage,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      eventsKept,
		MaxBytes:    eventsBytes,
		MaxMsgSize:  maxEvent,
		Duplicates:  eventsTwice,
		Replicas:    max(replicas, 1),
	}
	stream, err := js.CreateStream(ctx, config)
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		stream, err = js.UpdateStream(ctx, config)
	}
	if err != nil {
		return nil, fmt.Errorf("open the stream of events: %w", err)
	}
	return stream, nil
}

// Publisher takes events out of a media node. Emit never blocks; a goroutine
// publishes, and tries again until the stream has the event.
//
// The buffer is bounded. When it is full, which takes NATS to be away for long,
// rosters go first (the next one says the same), then how connections were, then
// the oldest event.
type Publisher struct {
	js       jetstream.JetStream
	clock    clockwork.Clock
	log      *slog.Logger
	replicas int
	most     int
	ctx      context.Context
	stop     context.CancelFunc
	wake     chan struct{} // holds one token while there may be work
	idle     chan struct{} // holds one token when the buffer has run empty
	wg       sync.WaitGroup

	mu      sync.Mutex // guards waiting and dropped
	waiting []sfu.Event
	dropped int
}

// PublisherOptions say how a node's events are published.
type PublisherOptions struct {
	Logger   *slog.Logger
	Clock    clockwork.Clock
	Buffer   int // events that wait while NATS is away; 0 = 16,384
	Replicas int // of the stream, on a NATS cluster; 0 = 1
}

// NewPublisher starts to publish over nc. NATS need not answer yet.
func NewPublisher(nc *nats.Conn, opts PublisherOptions) (*Publisher, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("publish events: %w", err)
	}
	if opts.Buffer <= 0 {
		opts.Buffer = eventsWaiting
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &Publisher{
		js: js, clock: opts.Clock, log: opts.Logger, replicas: opts.Replicas, most: opts.Buffer, ctx: ctx, stop: stop,
		wake: make(chan struct{}, 1), idle: make(chan struct{}, 1),
	}
	p.wg.Go(p.run)
	return p, nil
}

// Emit takes an event. It never blocks: it is what sfu.Config.Emit is made for.
func (p *Publisher) Emit(e sfu.Event) {
	p.mu.Lock()
	if len(p.waiting) >= p.most {
		p.drop()
	}
	p.waiting = append(p.waiting, e)
	p.mu.Unlock()
	leaveToken(p.wake)
}

// drop makes room for one event.
func (p *Publisher) drop() {
	at := 0
	for _, kind := range []sfu.EventKind{sfu.EventQuality, sfu.EventRoster} {
		if i := slices.IndexFunc(p.waiting, func(e sfu.Event) bool { return e.Kind == kind }); i >= 0 {
			at = i
		}
	}
	p.waiting = append(p.waiting[:at], p.waiting[at+1:]...)
	p.dropped++
}

// Close publishes what is waiting, until ctx ends, and stops. Whatever is left
// of ctx, it takes a moment: the last events come when all else has stopped. It
// reports how many events were lost, if any.
func (p *Publisher) Close(ctx context.Context) error {
	if end, ok := ctx.Deadline(); ctx.Err() != nil || (ok && time.Until(end) < publishLast) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), publishLast)
		defer cancel()
	}
	for p.Waiting() > 0 && ctx.Err() == nil {
		select {
		case <-p.idle:
		case <-ctx.Done():
		}
	}
	p.stop()
	p.wg.Wait()
	if n := p.Waiting(); n > 0 {
		return fmt.Errorf("close the publisher: %d events were not published", n)
	}
	return nil
}

// Waiting is the number of events that the stream does not have yet.
func (p *Publisher) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting)
}

func (p *Publisher) run() {
	for {
		e, dropped, ok := p.next()
		if dropped > 0 {
			p.log.Error("events were lost: NATS was away for too long", "events", dropped)
		}
		if ok {
			if !p.publish(e) {
				return
			}
			p.published(e)
			continue
		}
		leaveToken(p.idle)
		select {
		case <-p.wake:
		case <-p.ctx.Done():
			return
		}
	}
}

func (p *Publisher) next() (e sfu.Event, dropped int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	dropped, p.dropped = p.dropped, 0
	if len(p.waiting) == 0 {
		p.waiting = nil // lets go of what a long outage made it grow to
		return e, dropped, false
	}
	return p.waiting[0], dropped, true
}

// published takes the event out, unless it was dropped in the meantime.
func (p *Publisher) published(e sfu.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 && p.waiting[0].ID == e.ID {
		p.waiting = p.waiting[1:]
	}
}

// publish tries until the stream has the event. It answers false when the
// publisher is stopped before that.
func (p *Publisher) publish(e sfu.Event) bool {
	data, err := encodeEvent(e)
	if err != nil {
		p.log.Error("event cannot be published", "kind", e.Kind, "err", err)
		return true
	}
	wait := publishRetry
	for {
		err := p.once(e, data)
		if err == nil {
			return true
		}
		if p.ctx.Err() != nil {
			return false
		}
		p.log.Warn("event not published yet", "kind", e.Kind, "err", err)
		select {
		case <-p.clock.After(wait):
			wait = min(2*wait, publishSlowest)
		case <-p.ctx.Done():
			return false
		}
	}
}

func (p *Publisher) once(e sfu.Event, data []byte) error {
	ctx, cancel := context.WithTimeout(p.ctx, publishTimeout)
	defer cancel()
	publish := func() error {
		_, err := p.js.Publish(ctx, subjectEvents+string(e.Kind), data,
			jetstream.WithMsgID(e.ID), jetstream.WithExpectStream(streamEvents), jetstream.WithRetryAttempts(0))
		return err
	}
	err := publish()
	if err == nil {
		return nil
	}
	// Whatever it was, a stream that is not there (a first start, a wiped
	// store) is what we can mend.
	if _, openErr := openEvents(ctx, p.js, p.replicas); openErr != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return publish()
}

// leaveToken leaves a token, if there is none.
func leaveToken(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
