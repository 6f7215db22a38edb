package cluster

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Behind counts the events that the consumer of opts.Durable has not handled
// yet. A web node that comes back after an outage catches up before it takes
// people in: with old rosters, a running meeting looks like an empty one.
func Behind(ctx context.Context, nc *nats.Conn, opts ConsumerOptions) (uint64, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return 0, fmt.Errorf("count waiting events: %w", err)
	}
	stream, err := openEvents(ctx, js, opts.Replicas)
	if err != nil {
		return 0, fmt.Errorf("count waiting events: %w", err)
	}
	consumer, err := stream.Consumer(ctx, opts.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		info, err := stream.Info(ctx)
		if err != nil {
			return 0, fmt.Errorf("count waiting events: %w", err)
		}
		return info.State.Msgs, nil
	}
	if err != nil {
		return 0, fmt.Errorf("count waiting events: %w", err)
	}
	info, err := consumer.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("count waiting events: %w", err)
	}
	return info.NumPending + uint64(info.NumAckPending), nil
}
