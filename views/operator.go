package views

import "time"

// OperatorBar is the operator who is signed in to the console of the service.
type OperatorBar struct{ Name, Email string }

// operatorDoc is the document of the operator's pages. They are dark, so that nobody takes them for an organization's own.
func operatorDoc(class string, more ...string) Doc {
	d := siteDoc(class, more...)
	d.Theme = "dark"
	return d
}

// OperatorOverviewModel is what an operator sees first.
type OperatorOverviewModel struct {
	Organizations, New, Suspended int // New: of the last seven days
	People, Locked                int
	MailsGivenUp, JobsLate        int
	NoMedia                       bool // no meeting could be held now
	Owing                         int  // organizations whose payment failed
	EventsFailed                  int  // events of Stripe that are not dealt with
	EventsSilent                  bool // Stripe's webhooks do not come
	HooksFailing                  int  // organizations whose servers do not take webhooks
	Newest                        []TenantLine
}

// calm reports whether nothing needs an operator.
func (m OperatorOverviewModel) calm() bool {
	return m.MailsGivenUp == 0 && m.JobsLate == 0 && !m.NoMedia && m.EventsFailed == 0 && !m.EventsSilent
}

// OperatorAuditModel is a page of what operators did.
type OperatorAuditModel struct {
	Filter AuditFilterModel
	Target string // only what was done to it; empty for everything
	Zone   string // IANA name of the zone that the filter's days are in
	Lines  []OperatorLine
	Older  string // address of the page with older lines; empty when there are none
	Newer  string
	CSV    string // address of the whole log under this filter
}

// filtered reports whether something is hidden.
func (m OperatorAuditModel) filtered() bool { return m.Filter.any() || m.Target != "" }

// OperatorLine is one deed of an operator.
type OperatorLine struct {
	Seq     int64
	At      time.Time
	Who     string // empty at the command line
	Address string
	Action  string // "tenant.suspend"
	About   string // the name of what it was done to, where it has one
	Target  string // its id
	Detail  string
}

// about is the name of what it was done to, else its id.
func (l OperatorLine) about() string {
	if l.About != "" {
		return l.About
	}
	return l.Target
}
