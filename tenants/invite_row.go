package tenants

import "time"

type invitationRow struct {
	Tenant      TenantID `gorm:"column:tenant_id;primaryKey" known:"invite=token_hash"`
	ID          string   `gorm:"primaryKey"`
	Email       string
	Name        string
	Role        Role
	TokenHash   string
	InvitedBy   *UserID
	CreatedAt   time.Time
	SentAt      time.Time
	ExpiresAt   time.Time
	AcceptedAt  *time.Time
	AcceptedBy  *UserID
	WithdrawnAt *time.Time
}

func (invitationRow) TableName() string { return "invitations" }

// Invitation is a mail that asks somebody to belong to an organization.
type Invitation struct {
	ID        string
	Email     string
	Name      string // as the inviter wrote it; "" = not said
	Role      Role
	SentAt    time.Time
	ExpiresAt time.Time
	State     string // InviteOpen, InviteExpired, InviteAccepted or InviteWithdrawn
}

// The states of an invitation.
const (
	InviteOpen      = "open"
	InviteExpired   = "expired"
	InviteAccepted  = "accepted"
	InviteWithdrawn = "withdrawn"
)

func (r invitationRow) invitation(now time.Time) Invitation {
	out := Invitation{ID: r.ID, Email: r.Email, Name: r.Name, Role: r.Role, SentAt: r.SentAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), State: InviteOpen}
	switch {
	case r.AcceptedAt != nil:
		out.State = InviteAccepted
	case r.WithdrawnAt != nil:
		out.State = InviteWithdrawn
	case !now.Before(r.ExpiresAt):
		out.State = InviteExpired
	}
	return out
}

type inviteLinkRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey" known:"invite=token_hash"`
	ID        string   `gorm:"primaryKey"`
	TokenHash string
	Sealed    []byte
	CreatedBy *UserID
	CreatedAt time.Time
	ExpiresAt time.Time
	UsesMax   int
	Uses      int
	RevokedAt *time.Time
}

func (inviteLinkRow) TableName() string { return "invite_links" }

// InviteLink lets whoever knows it join an organization as a member.
type InviteLink struct {
	ID        string
	Token     string
	ExpiresAt time.Time
	UsesMax   int
	Uses      int
}

type joinDomainRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey" known:"email_domain=domain"`
	Domain    string   `gorm:"primaryKey"`
	CreatedBy *UserID
	CreatedAt time.Time
}

func (joinDomainRow) TableName() string { return "join_domains" }

type mailRow struct {
	ID        string `gorm:"primaryKey"`
	Kind      string
	Recipient string
	Lang      string
	Params    string
	CreatedAt time.Time
	NextTryAt time.Time
	Tries     int
	LastError string
	GivenUpAt *time.Time
}

func (mailRow) TableName() string { return "mails" }
