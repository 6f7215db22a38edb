package views

import (
	"time"

	"parley/tenants"
)

// Held is what holds a meeting at its limit, and so who can lift it.
type Held struct {
	By    tenants.Source // tenants.ByPlan, ByOrganization, ByOperator or ByPayment
	Until time.Time      // when it ends by itself; zero when it does not
	Owes  bool           // a payment is missing, which members are told and guests are not
	Pay   string         // where it is paid, for who may; empty for all others
}

// say is a sentence about a limit, by who set it. id is that of the plan's own; guests do not hear of payments.
func (h Held) say(p Page, id string, pairs ...any) string {
	switch {
	case h.By == tenants.ByOrganization:
		return p.T(id+"_quota", pairs...)
	case h.By == tenants.ByOperator:
		return p.T(id+"_operator", append(pairs, "Day", p.Texts.Date(h.Until))...)
	case h.By == tenants.ByPayment && h.Owes:
		return p.T(id+"_payment", pairs...)
	}
	return p.T(id, pairs...)
}

// own reports whether something else than the plan holds the meeting, in a way that this reader is told of.
func (h Held) own() bool {
	return h.By == tenants.ByOrganization || h.By == tenants.ByOperator || h.By == tenants.ByPayment && h.Owes
}
