package views

import "time"

// MissingPayment is said on every page of an organization while a payment is missing.
type MissingPayment struct {
	Plan  string    // that waits for it
	Until time.Time // the end of the grace; zero when that is not known
	Over  bool      // it has ended: Free is in force
	Pay   string    // where it is paid; empty for who may not
}

// word is the message for who looks, with its ending.
func (m MissingPayment) word() string {
	switch {
	case m.Over && m.Pay != "":
		return "missing.over_pay"
	case m.Over:
		return "missing.over_ask"
	case m.Pay != "":
		return "missing.grace_pay"
	}
	return "missing.grace_ask"
}

func (m MissingPayment) kind() string {
	if m.Pay == "" {
		return "info"
	}
	if m.Over {
		return "danger"
	}
	return "warning"
}

// PlanAhead is another plan that follows the present one.
type PlanAhead struct {
	Plan   string
	From   time.Time
	Length time.Duration // of a meeting; 0 is no limit
	People int
}

func (a PlanAhead) text(p Page) string {
	return p.T("ahead.text", "Plan", a.Plan, "Day", p.Texts.Date(a.From), "Length", p.Texts.Limit(a.Length), "People", a.People)
}
