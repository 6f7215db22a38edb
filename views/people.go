package views

import "time"

// PeopleModel is a page of an organization's members.
type PeopleModel struct {
	People             []MemberLine
	Search, Role, Sort string
	SeatsUsed, Seats   int // Seats 0 is no limit
	List               ListPage
}

// MemberLine is a member in the list.
type MemberLine struct {
	ID, Name, Email, Role string
	Picture               string // its address; empty for none
	Since                 time.Time
	Me                    bool // the person who looks
}

// ColleaguesModel is a page of an organization's people as they show themselves.
type ColleaguesModel struct {
	People []ColleagueLine
	Search string
	List   ListPage
}

// ColleagueLine is somebody there; what they do not show is empty.
type ColleagueLine struct {
	Name, Nickname, Email, Zone string
	Picture                     string // its address
	Me                          bool   // the person who looks
}

// MemberModel is one member's page.
type MemberModel struct {
	MemberLine
	From                 string // place in the list
	Chosen               string // role that was chosen and refused
	Quota                QuotaForm
	Errors               map[string]string // message ids by field of the quota
	MonthUsed, MonthMost int               // minutes; MonthMost 0 is no limit
	Error                string            // message id
	MayOwn               bool              // may make owners
	MayTouch             bool
}

func (m MemberModel) roles() []string {
	if m.MayOwn {
		return []string{"owner", "admin", "billing", "member"}
	}
	return []string{"admin", "billing", "member"}
}

func (m MemberModel) checked(role string) bool {
	if m.Chosen != "" {
		return m.Chosen == role
	}
	return m.Role == role
}

// LeaveModel asks whether somebody really wants to leave.
type LeaveModel struct{ Error string }

// InvitesModel is all ways into an organization.
type InvitesModel struct {
	Invites          []InviteLine
	Links            []LinkLine
	Domains          []string
	Search, State    string
	SeatsUsed, Seats int
	List             ListPage
	Addresses        string // as typed, when it is at fault
	NewRole          string
	LinkDays         string
	LinkUses         string
	MyEmail          string
	MayOwn           bool
	Errors           map[string]string
}

func (m InvitesModel) linkDays() string { return orElse(m.LinkDays, "7") }
func (m InvitesModel) linkUses() string { return orElse(m.LinkUses, "25") }

func (m InvitesModel) roles() []string { return MemberModel{MayOwn: m.MayOwn}.roles() }

func (m InvitesModel) chosen(role string) bool { return orElse(m.NewRole, "member") == role }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// InviteLine is an invitation in the list. State is open, expired, accepted or withdrawn.
type InviteLine struct {
	ID, Email, Name, Role, State string
	SentAt, ExpiresAt            time.Time
}

func (l InviteLine) waits() bool { return l.State == "open" || l.State == "expired" }

// LinkLine is a link that lets people join.
type LinkLine struct {
	ID, Link      string
	ExpiresAt     time.Time
	Uses, UsesMax int
}

// InvitePreviewModel is a list of people before their invitations go out.
type InvitePreviewModel struct {
	Good, Wrong []InviteCheck
	CSV         string // the good ones, to be sent
	Fix         string // the wrong ones, to be corrected: a line each
	Seats       int
}

// InviteCheck is one line of such a list. Fault is a message id.
type InviteCheck struct {
	Line                     int // of the file or of what was pasted
	Email, Name, Role, Fault string
}

// AcceptModel is what an invitation's link shows. Errors are message ids by field; "" is for the whole form.
type AcceptModel struct {
	Org      OrgLink // Role is the one that is offered
	Token    string
	MailTo   string // whom the mail went to; empty for a link for anybody
	Name     string
	Email    string
	SignedIn bool
	Other    bool // signed in with another address than the mail went to
	Member   bool // belongs already
	Errors   map[string]string
}

// inviteState is the message id of an invitation's state.
func inviteState(state string) string {
	switch state {
	case "expired":
		return "invites.state_expired"
	case "accepted":
		return "invites.state_accepted"
	case "withdrawn":
		return "invites.state_withdrawn"
	}
	return "invites.state_open"
}

// roleText is the message id that says what a role may do.
func roleText(role string) string {
	switch role {
	case "owner":
		return "role.owner_text"
	case "admin":
		return "role.admin_text"
	case "billing":
		return "role.billing_text"
	}
	return "role.member_text"
}

// roleBadge is the colour of a role's badge.
func roleBadge(role string) string {
	switch role {
	case "owner":
		return "badge-plum"
	case "admin":
		return "badge-info"
	case "billing":
		return "badge-limit"
	}
	return ""
}
