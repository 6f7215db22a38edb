package tenants

import (
	"crypto/rand"
	"encoding/base64"

	"github.com/google/uuid"
)

// OrgID names an organization.
type OrgID string

// UserID names a person, in whatever organizations they are.
type UserID string

// RoomID names a room.
type RoomID string

// MeetingID names one sitting in a room.
type MeetingID string

// newID makes a UUIDv7: unguessable enough for a key and sorted by time, so
// that rows made together lie together.
func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}

// parseID accepts only the canonical spelling of a UUID. PostgreSQL answers
// anything else with an error and SQLite with nothing; here both say "no such
// thing".
func parseID[T ~string](id T) error {
	parsed, err := uuid.Parse(string(id))
	if err != nil || parsed.String() != string(id) {
		return notFound("id")
	}
	return nil
}

// randomBytes makes n random bytes.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: the runtime ends the program when the system has no randomness
	return b
}

// randomToken makes n random bytes and spells them in base64url.
func randomToken(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: the runtime ends the program when the system has no randomness
	return base64.RawURLEncoding.EncodeToString(b)
}
