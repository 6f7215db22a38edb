package tenants

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestATurnstileKeepsTheOrder: who comes first goes first, and who has waited long
// enough goes past.
func TestATurnstileKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := newTurnstile(1, time.Minute)
		if !gate.enter(t.Context()) {
			t.Fatal("an empty turnstile holds somebody back")
		}
		through := make(chan int, 3)
		for i := range 3 {
			go func() {
				if gate.enter(t.Context()) {
					through <- i
				}
			}()
			synctest.Wait()
		}
		for want := range 3 {
			gate.leave()
			synctest.Wait()
			if got := <-through; got != want {
				t.Errorf("number %d came through as number %d", got, want)
			}
		}
		before := time.Now()
		if gate.enter(t.Context()) {
			t.Error("there was no seat")
		}
		if waited := time.Since(before); waited != time.Minute {
			t.Errorf("waited %v", waited)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if gate.enter(gone) {
			t.Error("somebody who has gone was let in")
		}
		gate.leave()
		if !gate.enter(t.Context()) {
			t.Error("a seat is lost")
		}
	})
}
