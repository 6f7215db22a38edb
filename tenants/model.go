package tenants

import "time"

// Role says what a member may do in an organization.
type Role string

// The roles, from most to least.
const (
	RoleOwner   Role = "owner"   // everything
	RoleAdmin   Role = "admin"   // people, rooms, quotas
	RoleBilling Role = "billing" // plan and invoices
	RoleMember  Role = "member"  // rooms of their own, meetings
)

// Valid reports whether the role is one of ours.
func (r Role) Valid() bool {
	switch r {
	case RoleOwner, RoleAdmin, RoleBilling, RoleMember:
		return true
	}
	return false
}

// CanManage reports whether the role may change what belongs to everybody:
// people, rooms of others, quotas.
func (r Role) CanManage() bool { return r == RoleOwner || r == RoleAdmin }

// CanPay reports whether the role may change the plan and see invoices.
func (r Role) CanPay() bool { return r == RoleOwner || r == RoleBilling }

// User is a person.
type User struct {
	ID          UserID
	Email       string
	Name        string
	ConfirmedAt *time.Time // when the address was confirmed; nil = not yet
	CreatedAt   time.Time
	HasPassword bool // false = signs in by an identity only

	Nickname    string // in lower case; "" = none. It changes hands: links and rows name the ID
	Language    string // BCP 47; "" = what the browser asks for
	TimeZone    string // IANA name; "" = the browser's
	Picture     string // names it for [Store.Picture]; "" = none
	Findable    Findable
	ShowEmail   bool       // to people of the same organization
	ShowPicture bool       // to people of the same organization
	ShowZone    bool       // the time zone, to people of the same organization
	EraseAt     *time.Time // when the person will be deleted; nil = stays
	Locked      *Lock      // by the service's operator; nil = not
}

// Findable says who finds a person by name or nickname.
type Findable string

// Who finds a person.
const (
	FoundByNobody       Findable = "nobody"
	FoundByOrganization Findable = "organization" // people of the same organization
	FoundByEveryone     Findable = "everyone"
)

// Valid reports whether it is one of ours.
func (f Findable) Valid() bool {
	return f == FoundByNobody || f == FoundByOrganization || f == FoundByEveryone
}

// Organization is a tenant.
type Organization struct {
	ID        OrgID
	Slug      string // names it in addresses: /o/{slug}
	Name      string
	Colour    string // "#rrggbb"; empty for none
	LogoID    string // names its picture: see [Store.Logo]; empty for none
	CreatedAt time.Time

	Suspended *Suspension // nil while it is open
}

// Membership is a person's place in an organization.
type Membership struct {
	Org   Organization
	User  UserID
	Role  Role
	Since time.Time
}

// Room lasts and has a link; meetings are held in it.
type Room struct {
	ID         RoomID
	Org        OrgID
	Name       string
	Code       string // "k7dm-9q2x-h4tw"
	MediaName  string // what media nodes call it
	CreatedBy  UserID // "" for a room made by an SDK token
	CreatedAt  time.Time
	ArchivedAt *time.Time

	WaitingText string // what who waits before it reads; "" = what the organization's policies say
}

// RoomSummary is a room as a list shows it.
type RoomSummary struct {
	Room
	Live      *Meeting // the meeting that runs in it now, if any
	People    int      // seats taken now
	Names     []string // of who is in it, in the order they came
	LastEnded *time.Time
}

// Why a meeting ended.
const (
	EndLimit = "limit" // the time was up
	EndHost  = "host"  // somebody ended it for all
	EndEmpty = "empty" // everybody had left

	EndSuspended = "suspended" // the service's operator suspended the organization
)

// Meeting is one sitting in a room.
type Meeting struct {
	ID               MeetingID
	Room             RoomID
	StartedAt        time.Time
	EndsAt           time.Time // zero = no end
	EndedAt          *time.Time
	EndReason        string        // EndLimit, EndHost, EndEmpty, EndSuspended; "" while it runs
	ParticipantLimit int           // people at once
	Length           time.Duration // what EndsAt came from; 0 = no end
	Plan             string        // the plan it runs under, by name
	Revision         int64         // grows with each change of its limits
	Encrypted        bool          // sound and picture have to be encrypted end to end; as the policies said when it began
}

// Running reports whether the meeting has not ended.
func (m Meeting) Running() bool { return m.EndedAt == nil }

// Participant is somebody with a seat in a meeting.
type Participant struct {
	Identity string
	Name     string
	Member   bool // of the organization
	JoinedAt time.Time
	SeenAt   time.Time
	LeftAt   *time.Time
	Rating   CallRating // what they said of the call
}

// MediaKey signs access tokens for an organization's rooms.
type MediaKey struct {
	ID        string // "PK" and 14 symbols
	Secret    string // 43 symbols of base64url; empty where keys are listed
	Label     string
	CreatedAt time.Time
	ExpiresAt *time.Time // nil = until it is revoked
	RevokedAt *time.Time
}

// SignUpInput is what a person fills in to start.
type SignUpInput struct {
	Name, Email, Password, Organization string
}

// SignedUp is what signing up made.
type SignedUp struct {
	User         User
	Org          Organization
	ConfirmToken string // goes into the confirmation mail and nowhere else
}

// CreateUserInput is a member that an operator makes by hand.
type CreateUserInput struct {
	Org                   OrgID
	Email, Name, Password string
	Role                  Role
}

// EnterInput asks for a seat.
type EnterInput struct {
	Room     RoomID
	Identity string // stays the same when the person comes back
	Name     string
	Member   bool     // of the organization that the room belongs to
	User     UserID   // who is signed in; "" for a guest. Once known it stays with the seat
	Program  bool     // the organization's own program let them in: its key says what they may
	Back     bool     // comes with what was given together with a seat, and takes that seat or none
	Marks    []string // digests of what stays when they take another name: their browser, who is signed in; of this room only
	Limits   Limits   // the organization's present limits
	Plan     string   // shown beside the clock

	ConcurrentBy Source // what the limit of meetings at once comes from, for who is refused
}

// Entry is a seat that was given.
type Entry struct {
	Meeting      Meeting
	Room         Room
	Participants int    // people with a seat, this one included
	Rights       Rights // what the organization's policies and the host leave to them
	Name         string // what they are called here: another than they gave, when they were renamed
	Again        bool   // they had been sent out, and were let in again

	Hosting *Hosting // who leads from now on; nil where their coming changes nothing of that
}

// NodeEvent is what a media node reports about one of the organization's rooms.
type NodeEvent struct {
	ID       string   // unique; a repeat is ignored
	Media    string   // the room's media name
	Identity string   // Joined, Left
	Name     string   // Joined
	Roster   []string // Seen
	Reason   string   // Ended
	At       time.Time
}
