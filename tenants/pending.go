package tenants

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

var errPending = errors.New("tenants: being written")

type PasswordCost struct {
	MemoryKiB uint32
	Passes    uint32
}
type sealer struct{}

func newSealer([32]byte) sealer { return sealer{} }

type hasher struct{}

func newHasher(PasswordCost) hasher { return hasher{} }

func openSQLite(ctx context.Context, o DBOptions) (*DB, error)   { return nil, errPending }
func openPostgres(ctx context.Context, o DBOptions) (*DB, error) { return nil, errPending }

// TenantID is the organization's column in a row: `gorm:"column:tenant_id;primaryKey"`.
type TenantID string

type SessionStorage struct {
	db    *DB
	clock interface{ Now() time.Time }
}

func (s *SessionStorage) Get(key string) ([]byte, error)                           { return nil, errPending }
func (s *SessionStorage) Set(key string, value []byte, expiry time.Duration) error { return errPending }
func (s *SessionStorage) Delete(key string) error                                  { return errPending }
func (s *SessionStorage) Reset() error                                             { return errPending }
func (s *SessionStorage) Close() error                                             { return errPending }

// ParseCode reads a meeting code leniently, also out of a whole link, and spells it "k7dm-9q2x-h4tw".
func ParseCode(text string) (string, error) { return "", errPending }

func (s *Store) SignUp(ctx context.Context, in SignUpInput) (SignedUp, error) {
	return SignedUp{}, errPending
}
func (s *Store) Authenticate(ctx context.Context, email, password string) (User, error) {
	return User{}, errPending
}
func (s *Store) ConfirmEmail(ctx context.Context, token string) (User, error) {
	return User{}, errPending
}
func (s *Store) ResendConfirmation(ctx context.Context, id UserID) (string, error) {
	return "", errPending
}
func (s *Store) User(ctx context.Context, id UserID) (User, error) { return User{}, errPending }
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	return User{}, errPending
}
func (s *Store) OrgsOf(ctx context.Context, id UserID) ([]Membership, error) { return nil, errPending }
func (s *Store) OrgBySlug(ctx context.Context, slug string) (Organization, error) {
	return Organization{}, errPending
}
func (s *Store) OrgByID(ctx context.Context, id OrgID) (Organization, error) {
	return Organization{}, errPending
}
func (s *Store) RoomByCode(ctx context.Context, code string) (Organization, Room, error) {
	return Organization{}, Room{}, errPending
}
func (s *Store) MediaKey(ctx context.Context, keyID string) (OrgID, []byte, error) {
	return "", nil, errPending
}
func (s *Store) CreateOrg(ctx context.Context, name string) (Organization, error) {
	return Organization{}, errPending
}
func (s *Store) CreateUser(ctx context.Context, in CreateUserInput) (User, error) {
	return User{}, errPending
}
func (s *Store) CreateOperator(ctx context.Context, email, name, password string) (Operator, error) {
	return Operator{}, errPending
}

func (o *Scoped) Role(ctx context.Context, user UserID) (Role, error)   { return "", errPending }
func (o *Scoped) Rooms(ctx context.Context) ([]RoomSummary, error)      { return nil, errPending }
func (o *Scoped) RoomByID(ctx context.Context, id RoomID) (Room, error) { return Room{}, errPending }
func (o *Scoped) CreateRoom(ctx context.Context, by UserID, name string) (Room, error) {
	return Room{}, errPending
}
func (o *Scoped) RenameRoom(ctx context.Context, by UserID, id RoomID, name string) (Room, error) {
	return Room{}, errPending
}

// ArchiveRoom refuses while a meeting runs (KeyRoomBusy).
func (o *Scoped) ArchiveRoom(ctx context.Context, by UserID, id RoomID) error { return errPending }
func (o *Scoped) EnsureRoom(ctx context.Context, mediaName string) (Room, error) {
	return Room{}, errPending
}
func (o *Scoped) Enter(ctx context.Context, in EnterInput) (Entry, error) { return Entry{}, errPending }

// Current gives the running meeting of a room and who is in it; CodeNotFound when none runs.
func (o *Scoped) Current(ctx context.Context, room RoomID) (Meeting, []Participant, error) {
	return Meeting{}, nil, errPending
}
func (o *Scoped) Meeting(ctx context.Context, id MeetingID) (Meeting, error) {
	return Meeting{}, errPending
}
func (o *Scoped) LastMeeting(ctx context.Context, room RoomID) (Meeting, error) {
	return Meeting{}, errPending
}

// People gives everybody who had a seat in a meeting, gone or not.
func (o *Scoped) People(ctx context.Context, id MeetingID) ([]Participant, error) {
	return nil, errPending
}
func (o *Scoped) EndMeeting(ctx context.Context, id MeetingID, reason string) error {
	return errPending
}

// LiftMeetings gives running meetings the organization's present limits where they are higher.
func (o *Scoped) LiftMeetings(ctx context.Context, l Limits, plan string) ([]Meeting, error) {
	return nil, errPending
}

// ResetMeetings gives running meetings exactly these limits, also where that is less.
func (o *Scoped) ResetMeetings(ctx context.Context, l Limits, plan string) ([]Meeting, error) {
	return nil, errPending
}
func (o *Scoped) Joined(ctx context.Context, e NodeEvent) error { return errPending }
func (o *Scoped) Left(ctx context.Context, e NodeEvent) error   { return errPending }
func (o *Scoped) Seen(ctx context.Context, e NodeEvent) error   { return errPending }
func (o *Scoped) Ended(ctx context.Context, e NodeEvent) error  { return errPending }
func (o *Scoped) CreateKey(ctx context.Context, label string) (MediaKey, error) {
	return MediaKey{}, errPending
}

// InternalKey is the key with which the web tier signs tokens for the organization's rooms.
func (o *Scoped) InternalKey(ctx context.Context) (MediaKey, error)      { return MediaKey{}, errPending }
func (o *Scoped) Keys(ctx context.Context) ([]MediaKey, error)           { return nil, errPending }
func (o *Scoped) RevokeKey(ctx context.Context, id string) error         { return errPending }
func (o *Scoped) Quota(ctx context.Context) (Quota, error)               { return Quota{}, errPending }
func (o *Scoped) SetQuota(ctx context.Context, by UserID, q Quota) error { return errPending }

var _ = gorm.ErrRecordNotFound
