package app

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// unheld are the organization's limits without what its own people have set.
func (a allowance) unheld() tenants.Resolved {
	t := a.Terms
	t.Quota, t.People = tenants.Quota{}, nil
	return t.In("")
}

// lengthBy is what holds a meeting to this length.
func (a allowance) lengthBy(length time.Duration) tenants.Source {
	if !a.Terms.Base().Bounds(length) {
		return tenants.ByOrganization
	}
	return a.unheld().LengthBy
}

// peopleBy is what holds a meeting to so many people.
func (a allowance) peopleBy(seats int) tenants.Source {
	if seats < a.Terms.Base().Participants {
		return tenants.ByOrganization
	}
	return a.unheld().ParticipantsBy
}

// buyable reports whether a bigger plan may be offered against what holds a meeting: not where its own people have set that, nor where
// something is to be paid first. What an operator has raised a bigger plan may still raise.
func (a allowance) buyable(held views.Held) bool {
	plan, base := a.Terms.Plan, a.Terms.Base()
	lowered := held.By == tenants.ByOperator && (!plan.Bounds(base.MeetingLength) || base.Participants < plan.Participants)
	return held.By != tenants.ByOrganization && !lowered && !held.Owes
}

// heldAt says what holds a meeting and who can lift it, as far as this person may know.
func (s *Server) heldAt(c *fiber.Ctx, at place, a allowance, by tenants.Source) (views.Held, error) {
	held := views.Held{By: by}
	if x := a.Terms.Exception; by == tenants.ByOperator && x != nil {
		held.Until = x.Until
	}
	if !at.Host {
		return held, nil
	}
	_, sub, err := s.planOf(c.UserContext(), at.Org.ID)
	if err != nil || !sub.Missing() {
		return held, err
	}
	held.Owes = true
	if at.Pays && s.cfg.Selling {
		held.Pay = "/o/" + at.Org.Slug + "/billing/pay"
	}
	return held, nil
}
