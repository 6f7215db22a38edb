package cluster

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/singleflight"

	"parley/sfu"
)

const (
	keyTimeout  = 2 * time.Second  // of one question
	keyFresh    = 30 * time.Second // how long a revoked key may still work
	keyStale    = 24 * time.Hour   // how long a known key is used while nobody answers
	keyRetry    = 2 * time.Second  // how long silence is believed before we ask again
	keyUnknown  = 5 * time.Second  // how long a key that does not exist is not asked for again
	keysKept    = 10_000
	maxKeyID    = 64
	maxKeyReply = 2 << 10
)

// keyQuestion and keyAnswer are what goes over subjectKey.
type keyQuestion struct {
	ID string `json:"id"`
}

type keyAnswer struct {
	Code   code   `json:"code"`
	Tenant string `json:"tenant,omitempty"`
	Secret []byte `json:"secret,omitempty"`
}

// Keys is the keyring of a media node: it asks the web tier and remembers.
// While no web node answers, keys that are known go on working, so that people
// of running meetings can come back.
type Keys struct {
	nc    *nats.Conn
	clock clockwork.Clock
	ask   singleflight.Group

	mu   sync.Mutex // guards kept
	kept map[string]keptKey
}

var _ sfu.Keyring = (*Keys)(nil)

type keptKey struct {
	tenant string
	secret []byte
	err    error     // sfu.ErrUnknownKey
	asked  time.Time // when the web tier said so
	next   time.Time // when to ask again
}

// NewKeys makes a keyring that asks over nc.
func NewKeys(nc *nats.Conn, clock clockwork.Clock) *Keys {
	return &Keys{nc: nc, clock: clock, kept: map[string]keptKey{}}
}

// Key implements sfu.Keyring.
func (k *Keys) Key(ctx context.Context, id string) (string, []byte, error) {
	if id == "" || len(id) > maxKeyID {
		return "", nil, sfu.ErrUnknownKey
	}
	if kept, ok := k.recall(id); ok {
		return kept.tenant, kept.secret, kept.err
	}
	// The question outlives its first asker: others wait for the same answer.
	// One who looked just before it came finds it when they look again.
	answered := k.ask.DoChan(id, func() (any, error) {
		if kept, ok := k.recall(id); ok {
			return kept, nil
		}
		return k.fetch(context.WithoutCancel(ctx), id)
	})
	select {
	case <-ctx.Done():
		return "", nil, fmt.Errorf("signing key: %w", context.Cause(ctx))
	case result := <-answered:
		if result.Err != nil {
			return k.without(id, result.Err)
		}
		kept := result.Val.(keptKey)
		return kept.tenant, kept.secret, kept.err
	}
}

// without answers from memory when the web tier is silent.
func (k *Keys) without(id string, err error) (string, []byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock.Now()
	kept, ok := k.kept[id]
	if !ok || kept.err != nil || now.Sub(kept.asked) > keyStale {
		return "", nil, err
	}
	kept.next = now.Add(keyRetry)
	k.kept[id] = kept
	return kept.tenant, kept.secret, nil
}

func (k *Keys) fetch(ctx context.Context, id string) (keptKey, error) {
	ctx, cancel := context.WithTimeout(ctx, keyTimeout)
	defer cancel()
	data, err := marshal(keyQuestion{ID: id})
	if err != nil {
		return keptKey{}, err
	}
	msg, err := k.nc.RequestWithContext(ctx, subjectKey, data)
	if err != nil {
		return keptKey{}, fmt.Errorf("%w: ask for a signing key: %w", ErrUnavailable, err)
	}
	var answer keyAnswer
	if err := unmarshal(msg.Data, maxKeyReply, &answer); err != nil {
		return keptKey{}, fmt.Errorf("signing key: %w", err)
	}
	now := k.clock.Now()
	kept := keptKey{tenant: answer.Tenant, secret: answer.Secret, asked: now, next: now.Add(keyFresh)}
	switch {
	case answer.Code == codeOK && answer.Tenant != "" && len(answer.Secret) > 0:
	case answer.Code == codeUnknownKey:
		kept = keptKey{err: sfu.ErrUnknownKey, asked: now, next: now.Add(keyUnknown)}
	default:
		return keptKey{}, fmt.Errorf("%w: no answer about a signing key (%s)", ErrUnavailable, answer.Code)
	}
	k.remember(id, kept)
	return kept, nil
}

// recall gives what is known of a key, if it need not be asked for again.
func (k *Keys) recall(id string) (keptKey, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, ok := k.kept[id]
	return kept, ok && k.clock.Now().Before(kept.next)
}

// remember makes room by forgetting unknown keys first: made-up ids must not
// push out the keys of running meetings.
func (k *Keys) remember(id string, kept keptKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, old := k.kept[id]
	if !old && len(k.kept) >= keysKept && !k.makeRoom(kept.err == nil) {
		return
	}
	k.kept[id] = kept
}

// makeRoom forgets one key: an unknown one, or else, for a known one,
// any.
func (k *Keys) makeRoom(known bool) bool {
	some := ""
	for id, kept := range k.kept {
		if kept.err != nil {
			delete(k.kept, id)
			return true
		}
		some = id
	}
	if known {
		delete(k.kept, some)
	}
	return known
}
