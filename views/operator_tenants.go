package views

import (
	"time"

	"parley/tenants"
)

// ClosedBar says that the operator has suspended the organization.
type ClosedBar struct {
	Since   time.Time
	Reason  string
	Contact string // address to write to; empty for none
}

// ShutModel is the page of who meets a closed door: an organization that the operator has suspended, or their own locked account.
type ShutModel struct {
	Person       bool   // it is the person who is locked
	Organization string // that is suspended
	Org          string // its name in addresses, for its own people; empty for others
	Reason       string // for its own people and for the person
	Contact      string // address to write to; empty for none
	Home         string
}

// TenantLine is an organization as the operator's list shows it.
type TenantLine struct {
	OrgLink
	ID        string
	Since     time.Time
	Plan      string
	Unpaid    bool // its last payment failed
	Suspended bool
	People    int // who belong or are invited
	Meetings  int // on now
	Minutes   int // of meetings this month
}

// OperatorTenantsModel is a page of the operator's list of organizations.
type OperatorTenantsModel struct {
	Search, Show, Sort string
	Tenants            []TenantLine
	List               ListPage
}

// TenantModel is one organization as the operator sees it.
type TenantModel struct {
	TenantLine
	From   string // the place in the list that one came from
	Closed *ClosedBar

	Status, Interval, Customer string // as Stripe calls them; empty for who never bought
	Seats                      int
	Running                    bool      // Stripe goes on charging
	Renews                     time.Time // or ends
	Ends                       bool      // it does not renew
	Grace                      time.Time // until when a missing payment is waited for; zero for none

	Terms     tenants.Terms
	Used      tenants.Used
	Present   *tenants.LimitException // that holds; nil for none
	Exception ExceptionForm

	Owners   []MemberLine
	Supports []SupportLine
	Deeds    []OperatorLine

	Form         string // which form Errors are about
	Errors       map[string]string
	Reason       string // as typed
	StopRenewal  bool
	MinutesTyped string
}

// minutes are those that the form for a look offers.
func (m TenantModel) minutes() string {
	if m.Form == "support" {
		return m.MinutesTyped
	}
	return "60"
}

// PersonLine is a person as the operator's list shows them.
type PersonLine struct {
	ID, Name, Email string
	Since           time.Time
	Confirmed       bool // the address is
	Leaving         bool // asked to be deleted
	Locked          bool
	LockedAt        time.Time
	Reason          string
}

// OperatorPeopleModel is a page of the operator's list of people.
type OperatorPeopleModel struct {
	Search, Show, Sort string
	People             []PersonLine
	List               ListPage
}

// PersonModel is one person as the operator sees them.
type PersonModel struct {
	PersonLine
	From    string
	Orgs    []TenantLine // their role stands in the link
	SignIns int          // that have not ended
	Deeds   []OperatorLine
	Errors  map[string]string
	Typed   string
}

// directoryShown are the choices of what the operator's lists show.
func directoryShown(p Page, closed string) []Choice {
	return []Choice{{"", p.T("operator.show_all")}, {"closed", closed}}
}

// directoryOrders are the orders of the operator's lists.
func directoryOrders(p Page) []Choice {
	return []Choice{{"", p.T("people.sort_name")}, {"newest", p.T("people.sort_newest")}}
}

// subscriptionWord says how a plan is paid.
func subscriptionWord(p Page, status string) string {
	switch status {
	case "":
		return p.T("operator.paid_never")
	case "comped":
		return p.T("operator.paid_given")
	case "trialing":
		return p.T("operator.paid_trial")
	case "active":
		return p.T("operator.paid_active")
	case "past_due", "unpaid":
		return p.T("operator.paid_late")
	case "canceled":
		return p.T("operator.paid_over")
	}
	return status
}

// typedIn is what was typed as a reason into the form that is at fault; empty in every other form.
func typedIn(m TenantModel, form string) string {
	if m.Form != form {
		return ""
	}
	return m.Reason
}

// faultIn is the sentence for a field of one of the page's forms.
func faultIn(p Page, m TenantModel, form, field string) string {
	if m.Form != form {
		return ""
	}
	return fault(p, m.Errors, field)
}

// lockPath is where the form of a person's page goes.
func lockPath(locked bool) string {
	if locked {
		return "/unlock"
	}
	return "/lock"
}
