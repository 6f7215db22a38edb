package tenants

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"

	"gorm.io/gorm"
)

// ChangeEmail changes a person's address without asking anybody.
func ChangeEmail(t *testing.T, db *DB, id UserID, email string) {
	t.Helper()
	err := db.Global(t.Context(), func(tx *gorm.DB) error {
		return tx.Model(&userRow{}).Where("id = ?", string(id)).Update("email", email).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Handle is the database without the ORM and without its wall.
func Handle(t *testing.T, db *DB) *sql.DB {
	t.Helper()
	handle, err := db.write.DB()
	if err != nil {
		t.Fatal(err)
	}
	return handle
}

// WithoutScope takes the organization away from what the ORM knows.
func WithoutScope(ctx context.Context) context.Context { return withScope(ctx, scope{}) }

// The rows, for tests of the wall around them.
type (
	RoomRow       = roomRow
	MembershipRow = membershipRow
	MeetingRow    = meetingRow
	KeyRow        = keyRow
)

// Contrast is the contrast of two colours as WCAG 2.2 counts it.
func Contrast(a, b string) float64 { return contrast(rgbOf(a), rgbOf(b)) }

// NewCode makes a meeting code.
var NewCode = newCode

// SessionIDs are the keys under which sessions are kept.
func SessionIDs(t *testing.T, db *DB) []string {
	t.Helper()
	var ids []string
	err := db.ReadGlobal(t.Context(), func(tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Pluck("id", &ids).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// CountSessions counts the sessions that are kept, expired ones included.
func CountSessions(t *testing.T, db *DB) int { return len(SessionIDs(t, db)) }

// AuditActions are what has been noted in an organization, in order.
func AuditActions(t *testing.T, db *DB, org OrgID) []string {
	t.Helper()
	var actions []string
	err := db.ReadOrg(t.Context(), org, func(tx *gorm.DB) error {
		return tx.Model(&auditRow{}).Order("seq").Pluck("action", &actions).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return actions
}

// WaitLinesLeft counts what is kept of what was written at an organization's doors.
func WaitLinesLeft(t *testing.T, db *DB, org OrgID) (n int64) {
	t.Helper()
	if err := db.ReadOrg(t.Context(), org, func(tx *gorm.DB) error { return tx.Model(&waitLineRow{}).Count(&n).Error }); err != nil {
		t.Fatal(err)
	}
	return n
}

// Work counts what a store does: passwords hashed, and statements by kind and
// table, in order.
type Work struct {
	mu         sync.Mutex
	statements []string
	hashes     int64
}

// Watch counts from now on.
func Watch(t *testing.T, db *DB) *Work {
	t.Helper()
	w := &Work{}
	note := func(kind string) func(*gorm.DB) {
		return func(tx *gorm.DB) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.statements = append(w.statements, kind+" "+tx.Statement.Table)
		}
	}
	handles := []*gorm.DB{db.write}
	if db.read != db.write {
		handles = append(handles, db.read)
	}
	for _, g := range handles {
		cb := g.Callback()
		err := errors.Join(
			cb.Query().Register("watch:query", note("SELECT")), cb.Create().Register("watch:create", note("INSERT")),
			cb.Update().Register("watch:update", note("UPDATE")), cb.Delete().Register("watch:delete", note("DELETE")), cb.Row().Register("watch:row", note("SELECT")),
		)
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// Take gives what was done since the last time.
func (w *Work) Take(s *Store) (statements []string, hashes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	statements, w.statements = w.statements, nil
	now := s.password.done.Load()
	hashes, w.hashes = now-w.hashes, now
	return statements, hashes
}

// Seats is how many glances may be at it at once.
func Seats() int { return seats() }

// SeatsFree reports whether every seat of the turnstile before the database is free.
func SeatsFree(db *DB) bool {
	n := int64(Seats())
	free := db.pages.seats.TryAcquire(n)
	if free {
		db.pages.seats.Release(n)
	}
	return free
}
