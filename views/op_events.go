package views

import "parley/billing"

// EventsModel is the log of what Stripe told us.
type EventsModel struct {
	Events  []EventLine
	List    ListPage
	Text    string
	Outcome string
	Health  billing.WebhookHealth
	Selling bool
}

// EventLine is an event of Stripe and what became of it.
type EventLine struct {
	billing.LoggedEvent
	Name string // of the organization; empty when it is nobody's, or gone
}

// outcomes are what an event can have come to.
func outcomes(p Page) []Choice {
	out := []Choice{{"", p.T("op_events.any")}}
	for _, o := range []string{billing.OutcomeFailed, billing.OutcomeHandled, billing.OutcomeIgnored, billing.OutcomeNobody} {
		out = append(out, Choice{o, p.T("op_events.outcome_" + o)})
	}
	return out
}

func outcomeTone(outcome string) string {
	switch outcome {
	case billing.OutcomeFailed:
		return "badge-danger"
	case billing.OutcomeHandled:
		return "badge-success"
	case billing.OutcomeNobody:
		return "badge-warning"
	}
	return ""
}
