package cluster

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"parley/sfu"
)

const (
	bucketRooms     = "PARLEY_ROOMS"
	maxBinding      = 1 << 10
	bindingTimeout  = time.Second // of one look; an election of the bucket's leader takes seconds
	rememberedRooms = 10_000
	markerTTL       = time.Hour // how long a released room leaves a mark in the bucket
)

// errTaken says that somebody else wrote the binding first.
var errTaken = errors.New("the binding was changed by somebody else")

// binding says which node has a room. It is written once, when the room is
// first opened, and read by everybody.
type binding struct {
	Tenant string    `json:"tenant"`
	Room   string    `json:"room"`
	Node   string    `json:"node"`
	At     time.Time `json:"at"`

	// Fence is the revision of the entry. It grows with every write to the
	// bucket, so of two bindings of a room the one with the higher fence holds.
	Fence uint64 `json:"-"`
}

// bindings is the bucket where they stand. Every change is a compare-and-swap:
// of fifty web nodes that open one room at once, one writes and all the others
// read what it wrote.
type bindings struct {
	kv jetstream.KeyValue

	mu   sync.Mutex // guards seen
	seen map[string]binding
}

func openBindings(ctx context.Context, nc *nats.Conn, replicas int) (*bindings, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open the rooms' bucket: %w", err)
	}
	config := jetstream.KeyValueConfig{
		Bucket:       bucketRooms,
		Description:  "which media node has which room",
		MaxValueSize: maxBinding,
		History:      1,
		Storage:      jetstream.FileStorage,
		Replicas:     max(replicas, 1),

		LimitMarkerTTL: markerTTL,
	}
	kv, err := js.CreateKeyValue(ctx, config)
	if errors.Is(err, jetstream.ErrBucketExists) { // in another shape, from an older version of us
		kv, err = js.UpdateKeyValue(ctx, config)
	}
	if err != nil {
		return nil, fmt.Errorf("open the rooms' bucket: %w", err)
	}
	return &bindings{kv: kv, seen: map[string]binding{}}, nil
}

// entryKey is fit for any room name, and never the same for two rooms.
func entryKey(key sfu.RoomKey) string {
	sum := digest(key.Tenant, key.Room)
	return hex.EncodeToString(sum[:])
}

// find reads the room's binding. When the bucket cannot be read it answers from
// memory: a live room must not suffer from an election. The node itself refuses
// a binding that does not hold any more.
func (b *bindings) find(ctx context.Context, key sfu.RoomKey) (binding, bool, error) {
	bound, ok, err := b.read(ctx, key)
	if err == nil {
		return bound, ok, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if bound, ok := b.seen[entryKey(key)]; ok {
		return bound, true, nil
	}
	return binding{}, false, err
}

// read asks the bucket, and nothing else.
func (b *bindings) read(ctx context.Context, key sfu.RoomKey) (binding, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, bindingTimeout)
	defer cancel()
	name := entryKey(key)
	entry, err := b.kv.Get(ctx, name)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		b.forget(name)
		return binding{}, false, nil
	}
	if err != nil {
		return binding{}, false, fmt.Errorf("%w: read the room's binding: %w", ErrUnavailable, err)
	}
	var bound binding
	if err := unmarshal(entry.Value(), maxBinding, &bound); err != nil {
		return binding{}, false, fmt.Errorf("read the room's binding: %w", err)
	}
	if bound.Tenant != key.Tenant || bound.Room != key.Room || !validToken(bound.Node) {
		return binding{}, false, fmt.Errorf("%w: binding of another room", errWire)
	}
	bound.Fence = entry.Revision()
	b.remember(name, bound)
	return bound, true, nil
}

// claim binds the room to the node, provided that nothing changed since old
// was read: no binding (the zero one), or exactly that one.
func (b *bindings) claim(ctx context.Context, key sfu.RoomKey, node string, old binding, now time.Time) (binding, error) {
	ctx, cancel := context.WithTimeout(ctx, bindingTimeout)
	defer cancel()
	bound := binding{Tenant: key.Tenant, Room: key.Room, Node: node, At: now.UTC()}
	value, err := marshal(bound)
	if err != nil {
		return binding{}, err
	}
	name := entryKey(key)
	if old.Fence == 0 {
		bound.Fence, err = b.kv.Create(ctx, name, value)
	} else {
		bound.Fence, err = b.kv.Update(ctx, name, value, old.Fence)
	}
	switch {
	case errors.Is(err, jetstream.ErrKeyExists), errors.Is(err, jetstream.ErrKeyRevisionMismatch):
		return binding{}, errTaken
	case err != nil:
		return binding{}, fmt.Errorf("%w: bind the room: %w", ErrUnavailable, err)
	}
	b.remember(name, bound)
	return bound, nil
}

// release takes the binding away, if it is still the one with that fence.
func (b *bindings) release(ctx context.Context, key sfu.RoomKey, fence uint64) error {
	ctx, cancel := context.WithTimeout(ctx, bindingTimeout)
	defer cancel()
	name := entryKey(key)
	err := b.kv.Purge(ctx, name, jetstream.LastRevision(fence), jetstream.PurgeTTL(markerTTL))
	if errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
		err = nil // somebody bound the room anew: theirs to keep
	}
	if err != nil {
		return fmt.Errorf("%w: release the room's binding: %w", ErrUnavailable, err)
	}
	b.forget(name)
	return nil
}

func (b *bindings) remember(name string, bound binding) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.seen) >= rememberedRooms {
		for other := range b.seen { // whichever comes first: the memory is for outages only
			delete(b.seen, other)
			break
		}
	}
	b.seen[name] = bound
}

func (b *bindings) forget(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.seen, name)
}
