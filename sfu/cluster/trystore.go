package cluster

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// TryStore finds out whether the NATS server keeps streams on so many servers,
// with a stream in memory that is gone when it returns. It fails when JetStream
// is off, when the cluster is smaller, and when this connection may not.
func TryStore(ctx context.Context, nc *nats.Conn, replicas int) error {
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("try JetStream: %w", err)
	}
	name := "parley_try_" + rand.Text()
	config := jetstream.StreamConfig{Name: name, Subjects: []string{name}, Storage: jetstream.MemoryStorage, Replicas: max(replicas, 1), MaxMsgs: 1}
	if _, err := js.CreateStream(ctx, config); err != nil {
		return fmt.Errorf("try JetStream with %d replicas: %w", max(replicas, 1), err)
	}
	if err := js.DeleteStream(ctx, name); err != nil {
		return fmt.Errorf("try JetStream: take the stream away again: %w", err)
	}
	return nil
}
