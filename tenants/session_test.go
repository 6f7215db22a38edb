package tenants_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// storage is Fiber's Storage, which this package must not import.
type storage interface {
	Get(key string) ([]byte, error)
	Set(key string, val []byte, exp time.Duration) error
	Delete(key string) error
	Reset() error
	Close() error
}

func TestSessions(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		var s storage = tenantstest.New(t, db, clock).Store.Sessions()
		want := func(when, key, value string) {
			t.Helper()
			if got, err := s.Get(key); err != nil || string(got) != value || value == "" && got != nil {
				t.Errorf("%s: %s is %q, %v, want %q", when, key, got, err, value)
			}
		}
		set := func(key, value string, exp time.Duration) {
			t.Helper()
			if err := s.Set(key, []byte(value), exp); err != nil {
				t.Fatal(err)
			}
		}
		want("unknown", "a", "")
		set("a", "one", time.Minute)
		set("b", "binary\x00\xff", 0)
		set("", "no key", time.Minute)
		set("empty", "", time.Minute)
		want("set", "a", "one")
		want("not set", "empty", "")
		want("no key", "", "")
		clock.Advance(59 * time.Second)
		want("in time", "a", "one")
		set("a", "two", time.Minute)
		clock.Advance(59 * time.Second)
		want("renewed", "a", "two")
		clock.Advance(time.Second)
		want("expired", "a", "")
		clock.Advance(1000 * time.Hour)
		want("for ever", "b", "binary\x00\xff")

		set("c", "three", time.Hour) // also sweeps
		if n := tenants.CountSessions(t, db); n != 2 {
			t.Errorf("%d sessions are kept, want b and c", n)
		}
		if err := s.Delete("b"); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete("unknown"); err != nil {
			t.Error(err)
		}
		want("deleted", "b", "")
		want("another", "c", "three")
		if err := s.Reset(); err != nil {
			t.Fatal(err)
		}
		want("reset", "c", "")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for _, err := range together(16, func(i int) error { return s.Set("same", fmt.Appendf(nil, "%d", i), time.Minute) }) {
			if err != nil {
				t.Error(err)
			}
		}
		if ids := tenants.SessionIDs(t, db); len(ids) != 1 || ids[0] == "same" {
			t.Errorf("kept under %v", ids)
		}
	})
}
