package cluster

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestBindingIsWrittenOnce(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	var won atomic.Int64
	var wg sync.WaitGroup
	for _, node := range []string{"a", "b", "c", "d"} {
		b, err := openBindings(within(t), dial(t, srv), 1)
		check(t, err)
		for range 20 {
			wg.Go(func() {
				switch _, err := b.claim(context.Background(), lobby, node, binding{}, time.Now()); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, errTaken):
					t.Errorf("claim: %v", err)
				}
			})
		}
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 80 have bound the room", won.Load())
	}
}

func TestBindingChangesOnlyOverTheOneThatWasRead(t *testing.T) {
	noLeaks(t)
	b, err := openBindings(within(t), dial(t, natsServer(t)), 1)
	check(t, err)
	claim := func(node string, old binding) binding {
		t.Helper()
		got, err := b.claim(within(t), lobby, node, old, time.Now())
		check(t, err)
		return got
	}
	first := claim("a", binding{})
	second := claim("b", first)
	if second.Fence <= first.Fence {
		t.Errorf("fence %d after %d", second.Fence, first.Fence)
	}
	if _, err := b.claim(within(t), lobby, "c", first, time.Now()); !errors.Is(err, errTaken) {
		t.Errorf("a claim over an old binding: %v", err)
	}
	check(t, b.release(within(t), lobby, first.Fence))
	got, found, err := b.read(within(t), lobby)
	if err != nil || !found || got.Node != "b" || got.Fence != second.Fence {
		t.Fatalf("an old release took the new binding: %+v, %v, %v", got, found, err)
	}
	check(t, b.release(within(t), lobby, second.Fence))
	if _, found, err := b.find(within(t), lobby); found || err != nil {
		t.Errorf("after the release: %v, %v", found, err)
	}
	if third := claim("d", binding{}); third.Fence <= second.Fence {
		t.Errorf("fence %d after %d: a release must not let it fall", third.Fence, second.Fence)
	}
}
