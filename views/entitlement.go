package views

import (
	"time"

	"parley/tenants"
)

// WhyNot is the sentence behind every "no": what the limit is, who can lift it, and how.
func (t *Texts) WhyNot(e tenants.Entitlement) string {
	return t.T("entitlement.no."+string(e.Right), "Limit", t.entitled(e)) + " " + t.Lift(e)
}

// Lift says who can lift what binds a right, and how.
func (t *Texts) Lift(e tenants.Entitlement) string {
	switch {
	case e.By == tenants.ByPlan && e.Right == tenants.RightSeats:
		return t.T("entitlement.lift.seats")
	case e.By == tenants.ByOperator && !e.Until.IsZero():
		return t.T("entitlement.lift.operator_until", "Day", t.Date(e.Until))
	}
	return t.T("entitlement.lift." + string(e.By))
}

// entitled is how much of something is allowed, in words.
func (t *Texts) entitled(e tenants.Entitlement) string {
	switch {
	case e.Switch && e.Allowed:
		return t.T("entitlement.has")
	case e.Switch:
		return t.T("entitlement.has_not")
	case e.Unlimited:
		return t.T("entitlement.open")
	}
	return t.amount(e.Right, e.Limit)
}

// amount writes a number in what a right counts.
func (t *Texts) amount(right tenants.Right, n int64) string {
	switch right {
	case tenants.RightLength:
		return t.Length(time.Duration(n) * time.Second)
	case tenants.RightStorage:
		return t.Size(n)
	case tenants.RightMonthMinutes:
		return t.N("length.minutes", int(n))
	case tenants.RightChatDays:
		return t.N("entitlement.days", int(n))
	}
	return t.Number(n)
}

// usedWords is how much is used of what is counted; empty where nothing is.
func (t *Texts) usedWords(e tenants.Entitlement) string {
	if !e.Counted {
		return ""
	}
	return t.amount(e.Right, e.Used)
}

// shownRights leaves out what the product cannot do yet, whatever a plan says of it.
func shownRights(table []tenants.Entitlement) (out []tenants.Entitlement) {
	for _, e := range table {
		switch e.Right {
		case tenants.RightChatDays, tenants.RightPhone, tenants.RightOwnDomain, tenants.RightDedicatedMedia:
		default:
			out = append(out, e)
		}
	}
	return out
}

// binds reports whether somebody can do something about a right: it is used up or not had, or something other than the plan holds it.
func binds(e tenants.Entitlement) bool { return !e.Allowed || e.By != tenants.ByPlan }
