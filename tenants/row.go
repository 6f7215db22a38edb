package tenants

import "time"

// The rows as the tables have them. Times are read back in UTC by the
// conversions beside them.

type userRow struct {
	ID           UserID `gorm:"primaryKey"`
	Email        string
	Name         string
	PasswordHash string // '' = no password
	ConfirmedAt  *time.Time
	CreatedAt    time.Time
	Nickname     *string
	NicknameKey  *string
	Language     string
	TimeZone     string
	Picture      string
	Findable     Findable
	ShowEmail    bool
	ShowPicture  bool
	ShowTimeZone bool
	EraseAt      *time.Time
	EraseLang    string // of who asked to be deleted, for the last mail
	ErasedAt     *time.Time
	LockedAt     *time.Time // by the service's operator; nil = not
	LockedFor    string
}

func (userRow) TableName() string { return "users" }

func (r userRow) user() User {
	u := User{
		ID: r.ID, Email: r.Email, Name: r.Name, ConfirmedAt: utc(r.ConfirmedAt), CreatedAt: r.CreatedAt.UTC(), HasPassword: r.PasswordHash != "",
		Language: r.Language, TimeZone: r.TimeZone, Picture: r.Picture, Findable: r.Findable, ShowEmail: r.ShowEmail, ShowPicture: r.ShowPicture, ShowZone: r.ShowTimeZone,
		EraseAt: utc(r.EraseAt),
	}
	if r.Nickname != nil {
		u.Nickname = *r.Nickname
	}
	if r.LockedAt != nil {
		u.Locked = &Lock{At: r.LockedAt.UTC(), Reason: r.LockedFor}
	}
	return u
}

type orgRow struct {
	ID        OrgID `gorm:"primaryKey"`
	Slug      string
	Name      string
	Colour    string
	LogoID    string
	CreatedAt time.Time

	SuspendedAt     *time.Time
	SuspendedFor    string
	SuspendedUnpaid bool
}

func (orgRow) TableName() string { return "organizations" }

func (r orgRow) organization() Organization {
	out := Organization{ID: r.ID, Slug: r.Slug, Name: r.Name, Colour: r.Colour, LogoID: r.LogoID, CreatedAt: r.CreatedAt.UTC()}
	if r.SuspendedAt != nil {
		out.Suspended = &Suspension{At: r.SuspendedAt.UTC(), Reason: r.SuspendedFor, Unpaid: r.SuspendedUnpaid}
	}
	return out
}

type sessionRow struct {
	ID        string `gorm:"primaryKey"`
	Data      []byte
	ExpiresAt *time.Time
}

func (sessionRow) TableName() string { return "sessions" }

type emailTokenRow struct {
	Hash      string `gorm:"primaryKey"`
	UserID    UserID
	Email     string
	Purpose   string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

func (emailTokenRow) TableName() string { return "email_tokens" }

type membershipRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey" known:"user_id=user_id"`
	UserID    UserID   `gorm:"primaryKey"`
	Role      Role
	CreatedAt time.Time
}

func (membershipRow) TableName() string { return "memberships" }

type quotaRow struct {
	Tenant             TenantID `gorm:"column:tenant_id;primaryKey"`
	ID                 string   `gorm:"primaryKey"`
	MeetingLength      *time.Duration
	Participants       *int
	ConcurrentMeetings *int
	MonthMinutes       *int
	StorageBytes       *int64
	ChangedAt          time.Time `gorm:"column:updated_at"`
}

func (quotaRow) TableName() string { return "quotas" }

func (r quotaRow) quota() Quota {
	return Quota{
		MeetingLength: r.MeetingLength, Participants: r.Participants, ConcurrentMeetings: r.ConcurrentMeetings,
		MonthMinutes: r.MonthMinutes, StorageBytes: r.StorageBytes,
	}
}

type personQuotaRow struct {
	Tenant             TenantID `gorm:"column:tenant_id;primaryKey"`
	UserID             UserID   `gorm:"primaryKey"`
	MeetingLength      *time.Duration
	Participants       *int
	ConcurrentMeetings *int
	MonthMinutes       *int
	ChangedAt          time.Time `gorm:"column:updated_at"`
}

func (personQuotaRow) TableName() string { return "person_quotas" }

func (r personQuotaRow) quota() Quota {
	return Quota{MeetingLength: r.MeetingLength, Participants: r.Participants, ConcurrentMeetings: r.ConcurrentMeetings, MonthMinutes: r.MonthMinutes}
}

type policyRow struct {
	Tenant      TenantID `gorm:"column:tenant_id;primaryKey"`
	ID          string   `gorm:"primaryKey"`
	Guests      bool
	Share       Circle
	Chat        Circle
	ChatSince   bool
	Waiting     WaitingRoom
	Encryption  bool
	WaitingText string
	ChangedAt   time.Time `gorm:"column:updated_at"`
}

func (policyRow) TableName() string { return "policies" }

func (r policyRow) policies() Policies {
	return Policies{
		Guests: r.Guests, Waiting: r.Waiting, Share: r.Share, Chat: r.Chat, ChatSince: r.ChatSince, Encryption: r.Encryption, WaitingText: r.WaitingText,
	}
}

type quotaNoticeRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	Subject   string   `gorm:"primaryKey"`
	Month     string   `gorm:"primaryKey"`
	Threshold int      `gorm:"primaryKey"`
	At        time.Time
}

func (quotaNoticeRow) TableName() string { return "quota_notices" }

type roomRow struct {
	Tenant     TenantID `gorm:"column:tenant_id;primaryKey" known:"room_code=code"`
	ID         RoomID   `gorm:"primaryKey"`
	Name       string
	Code       string
	MediaName  string
	CreatedBy  *UserID
	CreatedAt  time.Time
	ArchivedAt *time.Time

	WaitingText string
}

func (roomRow) TableName() string { return "rooms" }

func (r roomRow) room() Room {
	out := Room{
		ID: r.ID, Org: OrgID(r.Tenant), Name: r.Name, Code: r.Code, MediaName: r.MediaName,
		CreatedAt: r.CreatedAt.UTC(), ArchivedAt: utc(r.ArchivedAt), WaitingText: r.WaitingText,
	}
	if r.CreatedBy != nil {
		out.CreatedBy = *r.CreatedBy
	}
	return out
}

type keyRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey" known:"key_id=id"`
	ID        string   `gorm:"primaryKey"`
	Label     string
	Internal  bool
	Sealed    []byte
	CreatedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time
}

func (keyRow) TableName() string { return "media_keys" }

func (r keyRow) key(secret string) MediaKey {
	return MediaKey{ID: r.ID, Secret: secret, Label: r.Label, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: utc(r.ExpiresAt), RevokedAt: utc(r.RevokedAt)}
}

type meetingRow struct {
	Tenant           TenantID  `gorm:"column:tenant_id;primaryKey"`
	ID               MeetingID `gorm:"primaryKey"`
	RoomID           RoomID
	StartedAt        time.Time
	EndsAt           *time.Time
	EndedAt          *time.Time
	EndReason        string
	ParticipantLimit int
	Length           time.Duration
	Plan             string
	Revision         int64
	Encrypted        bool
	Lead             leadRow `gorm:"embedded"`
}

func (meetingRow) TableName() string { return "meetings" }

func (r meetingRow) meeting() Meeting {
	m := Meeting{
		ID: r.ID, Room: r.RoomID, StartedAt: r.StartedAt.UTC(), EndedAt: utc(r.EndedAt), EndReason: r.EndReason,
		ParticipantLimit: r.ParticipantLimit, Length: r.Length, Plan: r.Plan, Revision: r.Revision, Encrypted: r.Encrypted,
	}
	if r.EndsAt != nil {
		m.EndsAt = r.EndsAt.UTC()
	}
	return m
}

func rowOfMeeting(m Meeting) meetingRow {
	r := meetingRow{
		ID: m.ID, RoomID: m.Room, StartedAt: m.StartedAt, EndedAt: m.EndedAt, EndReason: m.EndReason,
		ParticipantLimit: m.ParticipantLimit, Length: m.Length, Plan: m.Plan, Revision: m.Revision, Encrypted: m.Encrypted,
	}
	if !m.EndsAt.IsZero() {
		r.EndsAt = &m.EndsAt
	}
	return r
}

type seatRow struct {
	Tenant    TenantID  `gorm:"column:tenant_id;primaryKey" known:"user_id=user_id"`
	MeetingID MeetingID `gorm:"primaryKey"`
	Identity  string    `gorm:"primaryKey"`
	Name      string
	Member    bool
	UserID    *UserID // nil = a guest, or somebody whom an SDK let in
	JoinedAt  time.Time
	SeenAt    time.Time
	LeftAt    *time.Time
	Rating    string // what they said of the call; "" = nothing

	CoHostAt  *time.Time `gorm:"column:cohost_at"` // named co-host; nil = not
	HandAt    *time.Time // raised their hand
	RemovedAt *time.Time // sent out, and not let in again since
	MaySpeak  bool       // was asked to, while others may not unmute themselves
	Renamed   bool       // in the meeting: the name stays when they come back
	Marks     string     // see [EnterInput]; separated by blanks
}

func (seatRow) TableName() string { return "participants" }

func (r seatRow) participant() Participant {
	return Participant{
		Identity: r.Identity, Name: r.Name, Member: r.Member,
		JoinedAt: r.JoinedAt.UTC(), SeenAt: r.SeenAt.UTC(), LeftAt: utc(r.LeftAt),
		Rating: CallRating(r.Rating),
	}
}

type nodeEventRow struct {
	Tenant     TenantID `gorm:"column:tenant_id;primaryKey"`
	ID         string   `gorm:"primaryKey"`
	ReceivedAt time.Time
}

func (nodeEventRow) TableName() string { return "node_events" }

type auditRow struct {
	Tenant  TenantID `gorm:"column:tenant_id;primaryKey"`
	ID      string   `gorm:"primaryKey"`
	Seq     int64
	At      time.Time
	Actor   *UserID
	Action  string
	Target  string
	Detail  string
	Address string
	Via     string
	Hash    []byte
}

func (auditRow) TableName() string { return "audit" }

type auditHeadRow struct {
	Tenant TenantID `gorm:"column:tenant_id;primaryKey"`
	Seq    int64
	Hash   []byte
}

func (auditHeadRow) TableName() string { return "audit_heads" }

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
