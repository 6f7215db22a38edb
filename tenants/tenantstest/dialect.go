package tenantstest

import (
	"log/slog"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
)

// Start is the moment at which the clock of [EachDialect] stands: an ordinary
// Monday morning.
var Start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// EachDialect runs a test on SQLite and on PostgreSQL. Each run has a database
// of its own and a clock that stands still.
func EachDialect(t *testing.T, test func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		test(t, Open(t, SQLitePath(t)), clockwork.NewFakeClockAt(Start))
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, Open(t, PostgresURL(t)), clockwork.NewFakeClockAt(Start))
	})
}

// Open opens a database for as long as the test runs.
func Open(t testing.TB, url string) *tenants.DB {
	t.Helper()
	db, err := tenants.OpenDB(t.Context(), tenants.DBOptions{URL: url, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the test's database: %v", err)
		}
	})
	return db
}
