package views

import (
	"strings"
	"time"
)

// AuditModel is a page of an organization's audit log.
type AuditModel struct {
	Locked bool   // the plan does not show it; it is written all the same
	Why    string // who can change that, and how
	Filter AuditFilterModel
	Zone   string // IANA name of the zone that the filter's days are in
	Lines  []AuditLine
	Older  string // address of the page with older lines; empty when there are none
	Newer  string
	CSV    string // address of the whole log under this filter
}

// AuditFilterModel is the filter as it was filled in. Dates are as a date field writes them.
type AuditFilterModel struct{ Person, Family, From, Until string }

// any reports whether the filter hides something.
func (f AuditFilterModel) any() bool { return f != AuditFilterModel{} }

// AuditLine is one line of the log.
type AuditLine struct {
	Seq     int64
	At      time.Time
	Who     string // a member's name, or a guest's; empty when it was none, or nobody by that name is left
	Gone    bool   // a member whose name nobody knows any more
	Guest   bool   // somebody who did not belong to the organization and led a meeting
	Key     string // the API key that did it
	Service bool   // the service did it by itself
	Address string
	Action  string // "room.archive"
	About   string // the name of whom or what it was done to
	Target  string // its id
	Detail  string

	AboutGuest   bool // it was done to somebody who did not belong to the organization
	AboutDeleted bool // it was done to a person who has been deleted since
}

// auditFamilies are the kinds of deeds that one can filter by: the last part of the messages under "audit.family".
func auditFamilies() []string {
	return []string{"organization", "member", "invitation", "policy", "quota", "room", "meeting", "chat", "key", "apikey", "webhook", "billing", "signin", "sso", "isolation", "support"}
}

// auditDid says what was done: "Archived a room". A deed that nobody has put into words yet is shown by its id.
func auditDid(p Page, action string) string {
	id := "audit.did." + strings.NewReplacer(".", "_", "-", "_").Replace(action)
	if p.Texts.Has(id) {
		return p.T(id)
	}
	return action
}

// auditWho says who did it.
func auditWho(p Page, l AuditLine) string {
	switch {
	case l.Guest:
		return p.Texts.Guest(l.Who)
	case l.Who != "":
		return l.Who
	case l.Key != "":
		return p.T("audit.by_key", "Key", l.Key)
	case l.Service:
		return p.T("audit.by_service")
	case l.Gone:
		return p.Texts.Person("")
	}
	return p.T("audit.by_operator")
}

// auditAbout is the name of whom it was done to, else the id, short enough to read.
func (l AuditLine) auditAbout(p Page) string {
	switch {
	case l.AboutGuest:
		return p.Texts.Guest(l.About)
	case l.About != "":
		return l.About
	case l.AboutDeleted:
		return p.Texts.Person("")
	}
	return l.Target
}
