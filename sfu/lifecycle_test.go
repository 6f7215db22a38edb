package sfu_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// footprint is what a process holds.
type footprint struct {
	goroutines, descriptors int
	heap                    int64
}

func (f footprint) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d kB of heap", f.goroutines, f.descriptors, f.heap>>10)
}

func takeFootprint(t *testing.T) footprint {
	t.Helper()
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	// Twice: what finalizers and pools give back is free after the second.
	runtime.GC()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return footprint{runtime.NumGoroutine(), len(descriptors), int64(memory.HeapAlloc)}
}

// within says whether a process is back where it was. A little more heap is
// allowed: tables that have grown once stay, whoever comes and goes.
func (f footprint) within(before footprint) bool {
	const spare = 2 << 20
	return f.goroutines <= before.goroutines && f.descriptors <= before.descriptors && f.heap <= before.heap+spare
}

// TestAThousandJoinsAndLeaves brings people in by the handful, of both kinds,
// with media up; some publish. Half say goodbye, half are lost like a machine without
// power. Nothing of them is left.
func TestAThousandJoinsAndLeaves(t *testing.T) {
	w := realWorld(t)
	// Seconds are plenty; a loaded machine may need more than others' patience.
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	w.ctx = ctx
	// Few at once: a Pion client gives up for good when the node needs more than
	// a second to read its answer.
	const crowd = 5
	round := 0
	comeAndGo := func() {
		round++
		var wait sync.WaitGroup
		for i := range crowd {
			identity := fmt.Sprintf("p%d-%d", round, i)
			token := w.token(acme, sfu.Grant{Identity: identity})
			wait.Go(func() {
				peer, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: token, SinglePC: i%2 == 0, RED: i%3 == 0})
				if err != nil {
					t.Errorf("join: %v", err)
					return
				}
				if err := peer.Connected(w.ctx); err != nil {
					t.Errorf("media: %v", err)
				}
				switch i % 5 {
				case 0:
					_, err = peer.Publish(w.ctx, sfutest.Microphone())
				case 1:
					_, err = peer.Publish(w.ctx, sfutest.Camera())
				}
				if err != nil {
					t.Errorf("publish: %v", err)
				}
				if i%5 < 2 {
					// Pion's Close and the start of a connection race, see sfutest's rtc.settle.
					if err := peer.Publishing(w.ctx); err != nil {
						t.Errorf("publish: %v", err)
					}
				}
				if i%4 < 2 {
					peer.Leave()
					return
				}
				peer.Drop()
				if err := w.node.Remove(w.ctx, acme, identity, sfu.ReasonSilent); err != nil {
					t.Errorf("remove: %v", err)
				}
			})
		}
		wait.Wait()
		w.eventually("an empty room", func() bool { return len(w.identities(acme)) == 0 })
	}
	settled := func() footprint {
		var now, before footprint
		w.eventually("rest", func() bool {
			before, now = now, takeFootprint(t)
			return now.goroutines == before.goroutines && now.descriptors == before.descriptors
		})
		return now
	}
	for range 2 { // pools and tables fill
		comeAndGo()
	}
	before := settled()
	for range manyJoins / crowd {
		comeAndGo()
	}
	w.mu.Lock()
	w.events = nil
	w.mu.Unlock()
	var after footprint
	w.eventually("nothing to be left", func() bool {
		after = takeFootprint(t)
		return after.within(before) || w.ctx.Err() != nil
	})
	t.Logf("before: %v; after %d people: %v", before, manyJoins, after)
	if s := w.node.Stats(); s.Participants != 0 || s.Tracks != 0 || s.Subscriptions != 0 {
		t.Errorf("left on the node: %+v", s)
	}
}
