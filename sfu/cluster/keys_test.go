package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/sfu"
)

func TestKeys(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	ring := newRing("acme")
	serving, err := ServeKeys(dial(t, srv), ring, quiet(t))
	check(t, err)
	t.Cleanup(serving.Close)
	clock := clockwork.NewFakeClock()
	keys := NewKeys(dial(t, srv), clock)
	good := func() {
		t.Helper()
		tenant, secret, err := keys.Key(within(t), "PKacme")
		if err != nil || tenant != "acme" || !bytes.Equal(secret, secretOf("PKacme")) {
			t.Errorf("got %q, %q, %v", tenant, secret, err)
		}
	}
	unknown := func(id string) {
		t.Helper()
		if _, secret, err := keys.Key(within(t), id); !errors.Is(err, sfu.ErrUnknownKey) || secret != nil {
			t.Errorf("key %q: %q, %v", id, secret, err)
		}
	}

	// A thousand joins at once ask once.
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(good)
	}
	wg.Wait()
	if n := ring.asked(); n != 1 {
		t.Errorf("asked %d times", n)
	}

	// So do a thousand with a key that does not exist.
	for range 1000 {
		unknown("PKnobody")
	}
	if n := ring.asked(); n != 2 {
		t.Errorf("asked %d times", n)
	}
	unknown("")
	unknown("PK" + string(bytes.Repeat([]byte("x"), maxKeyID)))

	// A revoked key stops to work when its time in the cache is over.
	ring.revoke("PKacme")
	good()
	clock.Advance(keyFresh)
	unknown("PKacme")

	// And one that was made in the meantime starts to.
	ring.mu.Lock()
	ring.keys["PKacme"] = "acme"
	ring.mu.Unlock()
	clock.Advance(keyUnknown)
	good()
}

func TestKnownKeysOutliveTheWebTier(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	ring := newRing("acme")
	serving, err := ServeKeys(dial(t, srv), ring, quiet(t))
	check(t, err)
	clock := clockwork.NewFakeClock()
	keys := NewKeys(dial(t, srv), clock)
	_, _, err = keys.Key(within(t), "PKacme")
	check(t, err)

	known := func(when string) {
		t.Helper()
		tenant, secret, err := keys.Key(within(t), "PKacme")
		if err != nil || tenant != "acme" || len(secret) == 0 {
			t.Errorf("%s: %q, %v", when, tenant, err)
		}
	}
	ring.breakDown(errors.New("database is away"))
	clock.Advance(keyFresh)
	known("the web tier cannot look it up")
	serving.Close()
	clock.Advance(keyFresh)
	known("nobody answers")
	if _, _, err := keys.Key(within(t), "PKother"); !errors.Is(err, ErrUnavailable) || errors.Is(err, sfu.ErrUnknownKey) {
		t.Errorf("a key that was never seen: %v", err)
	}
	clock.Advance(keyStale)
	if _, _, err := keys.Key(within(t), "PKacme"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("a day later: %v", err)
	}

	ring.breakDown(nil)
	again, err := ServeKeys(dial(t, srv), ring, quiet(t))
	check(t, err)
	t.Cleanup(again.Close)
	check(t, again.sub.SetPendingLimits(-1, -1))
	until(t, "the web tier is back", func() bool {
		clock.Advance(keyRetry)
		_, _, err := keys.Key(within(t), "PKacme")
		return err == nil
	})
}

func TestKeysGivesUpWithItsCaller(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	nc := dial(t, srv)
	_, err := nc.SubscribeSync(subjectKey) // hears, and says nothing
	check(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := NewKeys(nc, clockwork.NewRealClock()).Key(ctx, "PKacme"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// Made-up ids must not push out the keys of running meetings.
func TestUnknownKeysDoNotCrowdOutKnownOnes(t *testing.T) {
	keys := NewKeys(nil, clockwork.NewFakeClock())
	for i := range keysKept / 2 {
		keys.remember(fmt.Sprint("known", i), keptKey{tenant: "acme"})
	}
	for i := range 2 * keysKept {
		keys.remember(fmt.Sprint("made up", i), keptKey{err: sfu.ErrUnknownKey})
	}
	for i := range keysKept/2 + 1 {
		keys.remember(fmt.Sprint("new", i), keptKey{tenant: "acme"})
	}
	var known int
	for _, k := range keys.kept {
		if k.err == nil {
			known++
		}
	}
	if len(keys.kept) > keysKept || known != keysKept {
		t.Errorf("%d kept, %d known", len(keys.kept), known)
	}
	keys.remember("made up", keptKey{err: sfu.ErrUnknownKey})
	if _, ok := keys.recall("made up"); ok {
		t.Error("an unknown key pushed out a known one")
	}
}
