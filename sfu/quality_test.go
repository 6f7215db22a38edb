package sfu_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// TestARoomTellsHowConnectionsWere: each minute when it is over, once, and what
// there is of one when somebody leaves.
func TestARoomTellsHowConnectionsWere(t *testing.T) {
	clock := clockwork.NewFakeClockAt(time.Date(2026, 3, 2, 9, 0, 10, 0, time.UTC))
	w := newWorld(t, clock)
	w.wait(4 * patience)
	w.open(acme, sfu.Limits{Participants: 10})
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	bob := w.join("bob", sfutest.Options{})
	sound := w.track(bob, audio)
	w.until(bob, "sound", func() bool { return sound.Received() > 10 })
	told := func() (all []sfu.QualityMinute) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, e := range w.quality {
			if e.Room != acme || e.ID == "" {
				t.Errorf("event %+v", e)
			}
			all = append(all, e.Quality...)
		}
		return all
	}
	minutesOf := func(who string) (n int) {
		for _, q := range told() {
			if q.Identity == who {
				n++
			}
		}
		return n
	}
	ticked := time.Time{}
	tell := func(what string, enough func() bool) {
		t.Helper()
		w.eventually(what, func() bool {
			if time.Since(ticked) > 100*time.Millisecond {
				clock.Advance(time.Second)
				ticked = time.Now()
			}
			return enough()
		})
	}
	tell("a minute of each", func() bool { return minutesOf("ann") > 0 && minutesOf("bob") > 0 })
	before := minutesOf("ann")
	ann.Leave()
	tell("the part of a minute that ann was there", func() bool { return minutesOf("ann") > before })
	seen := map[sfu.QualityMinute]bool{}
	for _, q := range told() {
		if q.Minute != q.Minute.Truncate(time.Minute) || q.Minute.After(clock.Now()) || q.Score < 0 || q.Score > 50 || q.Layer != -1 {
			t.Errorf("%+v", q)
		}
		once := sfu.QualityMinute{Identity: q.Identity, Minute: q.Minute}
		if seen[once] {
			t.Errorf("told twice: %+v", q)
		}
		seen[once] = true
	}
}
