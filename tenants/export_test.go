package tenants

import (
	"context"
	"database/sql"
	"testing"

	"gorm.io/gorm"
)

// ChangeEmail changes a person's address, which no page does yet.
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
