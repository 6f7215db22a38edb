package views

import "time"

// DeleteMeModel asks whether a person really wants to be deleted.
type DeleteMeModel struct {
	Email       string
	HasPassword bool
	Address     string // as it was typed
	When        time.Time
	HandOver    []OwnedOrg // with other members: somebody else must own it first
	EndPlan     []OwnedOrg // with nobody else, and a plan that goes on being paid
	Closes      []OwnedOrg // with nobody else: nobody can use it any more
	Errors      map[string]string
	Wait        time.Duration // until the present password may be tried again
}

func (m DeleteMeModel) stopped() bool { return len(m.HandOver)+len(m.EndPlan) > 0 }

// OwnedOrg is an organization that nobody else owns.
type OwnedOrg struct{ Name, Slug string }

// GoodbyeModel tells when a person will be deleted.
type GoodbyeModel struct {
	Email string
	When  time.Time
}
