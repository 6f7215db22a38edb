package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"parley/sfu"
)

const (
	ackWait        = 30 * time.Second // a handler that takes longer gets the event again
	unacked        = 64
	retryFirst     = time.Second
	retrySlowest   = time.Minute
	consumeRetry   = time.Second
	consumeSlowest = 10 * time.Second
	giveBackTime   = time.Second
)

// ConsumerOptions say who consumes events.
type ConsumerOptions struct {
	Logger   *slog.Logger
	Clock    clockwork.Clock
	Durable  string // the consumer's name; web nodes of the same name share the events
	Replicas int    // of the stream, on a NATS cluster; 0 = 1
}

// Consume hands every event to handle, one after the other, until ctx ends. An
// event counts as done when handle returns nil; otherwise it comes again, later
// each time, for as long as the stream keeps it. It may come more than once and
// out of order: handle must not mind (Event.ID is the same each time).
func Consume(ctx context.Context, nc *nats.Conn, opts ConsumerOptions, handle func(context.Context, sfu.Event) error) error {
	if !validToken(opts.Durable) {
		return fmt.Errorf("consume events: %q is no name for a consumer", opts.Durable)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("consume events: %w", err)
	}
	wait := consumeRetry
	for ctx.Err() == nil {
		began := opts.Clock.Now()
		err := consume(ctx, js, opts, handle)
		if ctx.Err() != nil {
			break
		}
		opts.Logger.Warn("events do not come in, trying again", "err", err)
		if opts.Clock.Since(began) > consumeSlowest {
			wait = consumeRetry
		}
		select {
		case <-opts.Clock.After(wait):
			wait = min(2*wait, consumeSlowest)
		case <-ctx.Done():
		}
	}
	return nil
}

func consume(ctx context.Context, js jetstream.JetStream, opts ConsumerOptions, handle func(context.Context, sfu.Event) error) error {
	stream, err := openEvents(ctx, js, opts.Replicas)
	if err != nil {
		return err
	}
	consumer, err := stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable:       opts.Durable,
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       ackWait,
		MaxDeliver:    -1,
		MaxAckPending: unacked,
	})
	if err != nil {
		return fmt.Errorf("open consumer: %w", err)
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(unacked / 2))
	if err != nil {
		return fmt.Errorf("open consumer: %w", err)
	}
	defer giveBack(messages)
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if ctx.Err() != nil && err == nil {
			return errors.Join(ctx.Err(), msg.Nak())
		}
		if errors.Is(err, jetstream.ErrNoHeartbeat) {
			continue // NATS is away; the iterator goes on when it is back
		}
		if err != nil {
			return fmt.Errorf("next event: %w", err)
		}
		if err := settle(ctx, msg, opts.Logger, handle); err != nil {
			opts.Logger.Warn("event comes again: not acknowledged", "err", err)
		}
	}
}

// giveBack returns what was fetched and not handled, so that it comes at once
// to whoever consumes next: a web node that starts again waits for it before it
// takes people in.
func giveBack(messages jetstream.MessagesContext) {
	defer messages.Stop()
	messages.Drain()
	for {
		msg, err := messages.Next(jetstream.NextMaxWait(giveBackTime))
		if err != nil {
			return // all are back, or NATS is away
		}
		_ = msg.Nak() // else it comes after ackWait
	}
}

// settle handles one event and tells the stream how it went.
func settle(ctx context.Context, msg jetstream.Msg, log *slog.Logger, handle func(context.Context, sfu.Event) error) error {
	e, err := decodeEvent(msg.Data())
	if err != nil {
		log.Error("event cannot be read, left out", "subject", msg.Subject(), "err", err)
		return msg.TermWithReason("cannot be read")
	}
	handling, cancel := context.WithTimeout(ctx, ackWait)
	defer cancel()
	if err := handle(handling, e); err != nil {
		if ctx.Err() != nil {
			return msg.Nak() // we stop; another web node may have it at once
		}
		log.Warn("event not handled, it comes again", "kind", e.Kind, "room", e.Room.Room, "err", err)
		return msg.NakWithDelay(backoff(msg))
	}
	return msg.Ack()
}

// backoff is how long a failed event waits for its next delivery.
func backoff(msg jetstream.Msg) time.Duration {
	meta, err := msg.Metadata()
	if err != nil {
		return retrySlowest
	}
	wait := retryFirst
	for n := uint64(1); n < meta.NumDelivered && wait < retrySlowest; n++ {
		wait *= 2
	}
	return min(wait, retrySlowest)
}

func encodeEvent(e sfu.Event) ([]byte, error) {
	data, err := marshal(e)
	if err == nil && len(data) > maxEvent {
		err = fmt.Errorf("%w: event of %d bytes", errWire, len(data))
	}
	return data, err
}

func decodeEvent(data []byte) (sfu.Event, error) {
	var e sfu.Event
	if err := unmarshal(data, maxEvent, &e); err != nil {
		return e, err
	}
	if e.ID == "" {
		return e, fmt.Errorf("%w: event without an id", errWire)
	}
	return e, addressOf(e.Room).check()
}
