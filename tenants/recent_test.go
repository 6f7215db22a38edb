package tenants_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
)

func TestARecentAnswerIsKeptForASecond(t *testing.T) {
	clock := clockwork.NewFakeClock()
	r := tenants.NewRecent[int](clock)
	asked := 0
	next := func() (int, error) { asked++; return asked, nil }
	is := func(want int) {
		t.Helper()
		if got, err := r.Get(next); got != want || err != nil {
			t.Errorf("the answer is %d, want %d (%v)", got, want, err)
		}
	}
	if _, err := r.Get(func() (int, error) { return 0, errors.New("no") }); err == nil {
		t.Error("a fault is not told")
	}
	is(1)
	is(1)
	clock.Advance(time.Second)
	is(2)
	r.Forget()
	is(3)
	clock.Advance(time.Second)
	// What was asked before somebody forgot may be what was.
	if got, _ := r.Get(func() (int, error) { r.Forget(); return 100, nil }); got != 100 {
		t.Errorf("the asker got %d", got)
	}
	is(4)
}
