package views

import "time"

// SupportBar is what both sides see of an operator's look into an organization.
type SupportBar struct {
	Looking          bool   // it is the operator who reads the page
	Tenant           string // the organization's id, for the operator's way back
	ID               string // of the look, for who can answer or end it
	Operator, Reason string
	Minutes          int
	Until            time.Time // zero while it is asked for
	MayAnswer        bool      // an owner reads the page
}

// SupportLine is one look in a list.
type SupportLine struct {
	ID, Operator, Reason string
	Emergency            bool
	Minutes              int
	AskedAt              time.Time
	Until                time.Time // zero for one that never began
	State                string    // "asked", "open", "declined", "over"
}

// supportWord is the message id of a look's state.
func supportWord(state string) string {
	switch state {
	case "asked":
		return "support.state_asked"
	case "open":
		return "support.state_open"
	case "declined":
		return "support.state_declined"
	}
	return "support.state_over"
}
