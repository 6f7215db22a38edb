package views

import (
	"strconv"
	"strings"
	"time"
)

// QuoteModel says what a change of a running subscription costs.
type QuoteModel struct {
	From, To                 Plan
	FromInterval, ToInterval string // Month or Year
	FromSeats, ToSeats       int
	Lines                    []QuoteLine
	Other                    int64     // cents that tax, discounts and credit of earlier invoices change
	Today                    int64     // cents charged when the button is pressed
	Credit                   int64     // cents kept for the next invoices instead
	Then                     int64     // cents of each further invoice, before discounts
	At                       int64     // Unix seconds: the moment that the price is for
	RenewsAt                 time.Time // when the next invoice comes
	Trial                    bool      // nothing is charged before that
	Cheaper                  bool
	Discount                 *Discount // nil for none
	InMeeting                bool      // somebody in a meeting asks, in a tab of its own
	Fault                    string    // message id: why the price is shown again; empty for none
}

// QuoteLine is one part of what is charged, or credited when its amount is below zero.
type QuoteLine struct {
	Plan   string
	Seats  int
	Rest   bool // for what is left of the period
	Amount int64
}

// Discount is what a promotion takes off the invoices.
type Discount struct {
	Label       string
	BasisPoints int   // hundredths of a percent; 0 when an amount is off
	AmountOff   int64 // cents
	Currency    string
	Once        bool      // off the next invoice only
	Until       time.Time // zero is for good, or once
}

// off writes how much a discount takes off.
func (d Discount) off(p Page) string {
	if d.BasisPoints == 0 {
		return p.Texts.Money(d.AmountOff, d.Currency)
	}
	share := strings.TrimSuffix(strconv.FormatFloat(float64(d.BasisPoints)/100, 'f', 2, 64), ".00")
	return p.T("discount.percent", "Percent", strings.Replace(share, ".", p.T("discount.point"), 1))
}

// CancelModel is the page before a subscription is cancelled.
type CancelModel struct {
	Plan   Plan
	Free   Plan // what the organization is on afterwards
	Ends   time.Time
	Trial  bool // it ends before anything was charged
	Ending bool // it is cancelled already
}

// InvoicesModel lists invoices, newest first.
type InvoicesModel struct {
	Invoices []Invoice
	Next     string // the address parameter of the older ones; empty for none
	Later    bool   // there are newer ones than these
	Down     bool   // Stripe did not answer
}

// Invoice is what was charged, or credited when its total is below zero.
type Invoice struct {
	Number   string
	At       time.Time
	Total    int64 // cents
	Currency string
	Status   string // paid, open, void, uncollectible or draft
	URL, PDF string // empty for none
}

// kind says which heading fits: the plan changes, or the interval, or the seats.
func (m QuoteModel) kind() string {
	switch {
	case m.From.ID != m.To.ID:
		return "plan"
	case m.FromInterval != m.ToInterval:
		return m.ToInterval
	}
	return "seats"
}

// effect is the message that says when the change counts.
func (m QuoteModel) effect() string {
	switch {
	case m.From.ID == m.To.ID:
		return "change.effect_same"
	case m.To.less(m.From):
		return "change.effect_down"
	}
	return "change.effect_up"
}

// less reports whether a plan allows less than another in meetings.
func (plan Plan) less(than Plan) bool {
	shorter := plan.MeetingLength != 0 && (than.MeetingLength == 0 || plan.MeetingLength < than.MeetingLength)
	return shorter || plan.Participants < than.Participants
}

// orderLine is a plan, an interval and seats in words.
func orderLine(p Page, plan Plan, interval string, seats int) string {
	return p.N("change.order_"+interval, max(seats, 1), "Plan", plan.Name)
}

func quoteLine(p Page, l QuoteLine) string {
	switch {
	case l.Amount < 0:
		return p.N("change.line_unused", max(l.Seats, 1), "Plan", l.Plan)
	case l.Rest:
		return p.N("change.line_rest", max(l.Seats, 1), "Plan", l.Plan)
	}
	return p.N("change.line_full", max(l.Seats, 1), "Plan", l.Plan)
}

// invoiceLink is the message of the link to an invoice at Stripe: one that is open is paid there.
func invoiceLink(in Invoice) string {
	if in.Status == "open" {
		return "invoices.pay"
	}
	return "invoices.open"
}

// invoiceState is an invoice's state as far as there are words for it.
func invoiceState(status string) string {
	switch status {
	case "paid", "open", "void", "uncollectible":
		return status
	}
	return "draft"
}
