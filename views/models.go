package views

import "time"

// Page is what every page needs besides its own model.
type Page struct {
	Texts    *Texts                   // the words, in the reader's language
	Title    string                   // of the document, without the product's name; empty on the landing page
	Path     string                   // of the request, to mark where one is
	CSRF     string                   // for the hidden field of every form
	Nonce    string                   // for scripts, of this answer's Content-Security-Policy
	User     *UserBar                 // who is signed in; nil for a guest
	Org      *OrgBar                  // the organization whose console this is; nil elsewhere
	Operator *OperatorBar             // who runs the service and is signed in to its console; nil elsewhere
	Flash    *Flash                   // what the last action did; nil for nothing
	Told     []Announcement           // what the operator tells who reads this
	Alert    *Flash                   // what the organization has to know now; nil for nothing
	Missing  *MissingPayment          // a payment is missing; nil while none is
	Closed   *ClosedBar               // the operator has suspended the organization; nil while it is open
	Support  *SupportBar              // an operator looks at the organization, or asks to; nil for none
	Going    *Going                   // the organization is to be deleted; nil when it stays
	Demo     bool                     // demo mode: mails and payments are pretended, and the pages say so
	Robots   bool                     // search engines may list the page
	Asset    func(name string) string // the address of a built file ("site.css", "img/mark.svg")
}

// T is the message with the id, its holes filled from pairs of name and value.
func (p Page) T(id string, pairs ...any) string { return p.Texts.T(id, pairs...) }

// N is the message with the id in the form for that count, which fills the hole Count.
func (p Page) N(id string, count int, pairs ...any) string { return p.Texts.N(id, count, pairs...) }

// asset is the address of a built file, or its plain name when nobody knows better.
func (p Page) asset(name string) string {
	if p.Asset == nil {
		return "/static/" + name
	}
	return p.Asset(name)
}

// UserBar is the person who is signed in.
type UserBar struct {
	Name, Email string
	Picture     string // its address; empty for none
	TimeZone    string // IANA name; empty for the browser's
	Home        string // where their organization's console is
	Billing     string // where they may buy a plan; empty when they may not
}

// OrgBar is the organization whose console is open.
type OrgBar struct {
	OrgLink
	Plan       string // the plan's name
	Manages    bool   // the person manages people, policies and quotas
	CanUpgrade bool   // there is a bigger plan, and the person may buy it
	Unpaid     bool   // a payment is missing; said to those who pay
	Others     []OrgLink
}

// OrgLink is an organization that the person belongs to, as the switcher shows it.
type OrgLink struct {
	Slug, Name string
	Role       string // owner, admin, billing or member
	Colour     string // "#rrggbb"; empty for none
	Ink        string // of letters on that colour
	Logo       string // address of its picture; empty for none
}

// Flash is one sentence about what just happened. Kind is "success", "info", "warning" or "danger".
type Flash struct{ Kind, Text string }

// Plan is one plan as it is sold. Cents are for one seat; YearlyCents is the whole year's total.
type Plan struct {
	ID, Name, Tagline         string
	MonthlyCents, YearlyCents int64
	Currency                  string // ISO 4217
	MeetingLength             time.Duration
	Participants              int
	ConcurrentMeetings        int      // at once in the organization; 0 is no limit
	StorageBytes              int64    // 0 is no limit
	Ads                       bool     // its people are shown advertisements
	SSO, AuditLog             bool     // what it allows besides
	TrialDays                 int      // free at the beginning of a first subscription; 0 for none
	Features                  []string // message ids
	Contact                   bool     // sold by contract only
	Highlight                 bool     // the one that we recommend
}

// Intervals at which a plan is paid.
const (
	Month = "month"
	Year  = "year"
)

// LandingModel is the front page. Plans come cheapest first.
type LandingModel struct{ Plans []Plan }

// PricingModel compares the plans, cheapest first.
type PricingModel struct {
	Plans    []Plan
	Interval string // Month or Year
	Contact  string // a mailto: or https: address for plans by contract; empty hides the button
}

// SignUpForm is the sign-up form as it was filled in. Errors are message ids by field: name, email, password, organization.
type SignUpForm struct {
	Name, Email, Organization string
	Plan, Interval            string // to be offered after signing up; empty for none
	Errors                    map[string]string
	Providers                 []ProviderLink
}

// after is where who comes in by a provider goes on: to the offer that they came for.
func (f SignUpForm) after() string {
	if f.Plan == "" {
		return "/home"
	}
	return "/home?offer=" + f.Interval
}

// SignInForm is the sign-in form as it was filled in. Error and Notice are message ids, empty for none.
type SignInForm struct {
	Email, Next, Error string
	Notice             string        // why one is here
	Wait               time.Duration // until one may try again
	Providers          []ProviderLink
}

// ForgotForm asks for a mail that lets one choose a new password.
type ForgotForm struct {
	Email string
	Sent  bool
}

// ResetForm chooses a new password. Error is a message id.
type ResetForm struct {
	Token, Error string
	Spent        bool // the link is used or too old
}

// JoinForm is the form for a code or link. Error is a message id, empty for none.
type JoinForm struct{ Code, Error string }

// ConfirmedModel says how confirming an e-mail address went.
type ConfirmedModel struct {
	OK       bool
	SignedIn bool // then a new link can be sent at once
}

// DashboardModel is an organization's first page.
type DashboardModel struct {
	Rooms       []RoomCard
	List        ListPage
	Search      string
	Show        string // RoomsAll, RoomsLive or RoomsMine
	Sort        string // "", "used" or "name"
	Live        int    // rooms in which people meet now, on all pages
	Left        LimitsModel
	Welcome     bool   // the first visit after signing up
	Unconfirmed bool   // the person's e-mail address is not confirmed yet
	Fresh       string // the code of a room that was just opened, to show its link first; empty for none
	Join        JoinForm
	RoomName    string // what was typed for a new room's name, when Error says what is wrong with it
	RoomError   string // message id
	Ad          *Ad    // nil for none
}

// Which rooms the list shows.
const (
	RoomsAll  = ""
	RoomsLive = "live"
	RoomsMine = "mine"
)

// RoomCard is one room. Live rooms come first.
type RoomCard struct {
	ID, Name, Code string
	Link           string    // the whole address to send to people
	Live           bool      // a meeting is on
	People         int       // in it now
	Names          []string  // of the first few of them
	LastUsed       time.Time // zero for never
	CanManage      bool
}

// LimitsModel is what the organization's meetings may do.
type LimitsModel struct {
	Plan                                   string
	MeetingLength                          time.Duration // 0 is no limit
	Participants                           int
	ConcurrentMeetings                     int    // 0 is no limit
	LengthBy, ParticipantsBy, ConcurrentBy string // what each comes from: plan, organization or person
	MonthUsed, MonthMost                   int    // minutes of this month; MonthMost 0 is no limit
	OwnUsed, OwnMost                       int    // the same in the rooms of the person who looks
	OwnMeetings                            int    // at once in the rooms of that person; 0 is no limit
	Ahead                                  *PlanAhead
	Upgrade                                *Plan // the next bigger plan when the person may buy it; nil otherwise
}

// RoomEditModel is the page of one room. Error is the message id for the name.
type RoomEditModel struct {
	Room       RoomCard
	From       string // place in the list
	Error      string
	CanArchive bool
	Text       RoomTextModel
}

// BillingModel is what an organization pays and may choose.
type BillingModel struct {
	Plan         Plan
	Subscription *SubscriptionModel // nil when nothing is paid
	Plans        []Plan             // that can be bought, or changed to
	Interval     string             // Month or Year: what the choices show
	Seats        int                // that a purchase charges for
	SeatsUsed    int                // by people who belong or are invited
	SeatsTyped   string             // what the field for seats holds
	SeatsError   string             // message id; empty for none
	Ahead        *PlanAhead         // nil while the plan stays
	CanPay       bool               // the person may buy and cancel
	Selling      bool               // payments are set up in this installation
	Trial        bool               // nothing was ever bought: plans begin with their trial
	TrialEnds    func(days int) time.Time
	Invoices     *InvoicesModel // nil when nothing was ever bought, or for who may not see them
	Contact      string         // for plans by contract; empty hides the line
}

// SubscriptionModel is a running subscription.
type SubscriptionModel struct {
	Interval          string
	TotalCents        int64 // each interval, all seats
	Seats             int
	PeriodEnd         time.Time
	CancelAtPeriodEnd bool
	GraceUntil        time.Time // a payment failed: the plan holds until then; zero when paid
	Trial             bool      // nothing is paid before PeriodEnd
	Discount          *Discount // nil for none
	Changeable        bool      // plan, interval and seats can be changed now
}

// CheckoutModel is the page after Stripe's.
type CheckoutModel struct {
	Plan          string
	Paid          bool      // false while the payment is still on its way
	Trial         time.Time // the first payment is due then; zero when it was paid today
	InMeeting     bool      // the meeting is open in another tab
	Org           string
	MeetingLength time.Duration
	Participants  int
}

// AfterModel is the page after a meeting.
type AfterModel struct {
	Room, Code string
	Reason     string // left, limit, host, removed, empty, duplicate, failed or shutdown
	StartedAt  time.Time
	EndedAt    time.Time     // zero while the others go on
	Length     time.Duration // of the meeting, until its end or until now
	People     int           // who took part
	Plan       string        // under which it ran
	Limit      time.Duration // the longest it could be; 0 is no limit
	Held                     // who set that
	RestUntil  time.Time     // the room cannot be used until then; zero when it can
	CanRejoin  bool
	Member     bool   // of the room's organization
	Org        string // slug, for members
	Offers     []Offer
	Ad         *Ad      // that comes first; nil for none
	Own        *OwnCall // nil for who was not in it
}

// Offer is one way to buy a plan, with words and amounts as they are shown.
type Offer struct {
	Plan     string `json:"plan"`
	Name     string `json:"name"`
	Interval string `json:"interval"`
	Price    string `json:"price"`  // a month
	Today    string `json:"today"`  // charged at once
	Trial    int    `json:"trial"`  // days before anything is charged; 0 for none
	Detail   string `json:"detail"` // what it gives
	Change   bool   `json:"change"` // of a plan that is paid for: what it costs today is shown before anything is charged, and Today is empty
}

// FullModel is the page for the person who finds every seat taken.
type FullModel struct {
	Room, Code   string
	Participants int // seats
	Held             // who set that
	Plan         string
	Member       bool
	Org          string
	CanUpgrade   bool
}

// EndedModel is the page for a meeting that cannot be joined any more.
type EndedModel struct {
	Room, Code string
	Reason     string // limit or host
	Held              // who set the limit
	RestUntil  time.Time
	Limit      time.Duration
	Member     bool
	Org        string
	CanUpgrade bool
}

// ProblemModel is a failed request. Key names the messages problem.<key>.title and problem.<key>.text.
type ProblemModel struct {
	Status int
	Key    string
	Detail string // message id of a sentence that says more, instead of problem.<key>.text; empty for none
	Home   string // where to go from here
	Back   string // the page to try again; empty for none

	Wait time.Duration // until it can be tried again; 0 when that is not known
}

// MailItem is one mail in demo mode's list.
type MailItem struct {
	ID, To, Subject string
	At              time.Time
}

// MailView is one mail in demo mode.
type MailView struct {
	MailItem
	Text string
	HTML string // shown in a frame that may run nothing
}

// Mail is a mail ready to be sent.
type Mail struct{ Subject, Text, HTML string }
