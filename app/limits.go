package app

import (
	"context"
	"fmt"

	"parley/billing"
	"parley/sfu"
	"parley/tenants"
)

// allowance is what an organization's meetings may use, and the plan that says so.
type allowance struct {
	Plan   billing.Plan
	Terms  tenants.Terms
	Limits tenants.Limits
	By     tenants.Resolved // the same limits, with what each comes from
}

// in is what meetings may do in the rooms that somebody made; "" for rooms that an SDK made.
func (a allowance) in(maker tenants.UserID) tenants.Resolved { return a.Terms.In(maker) }

// allowanceOf turns what decides about an organization into limits. Nobody else in the product asks what a plan allows.
func (s *Server) allowanceOf(ctx context.Context, org tenants.OrgID) (allowance, error) {
	plan, _, err := s.planOf(ctx, org)
	if err != nil {
		return allowance{}, fmt.Errorf("plan of organization: %w", err)
	}
	terms, err := s.termsOf(ctx, org)
	if err != nil {
		return allowance{}, err
	}
	by := terms.In("")
	return allowance{Plan: plan, Terms: terms, Limits: by.Limits, By: by}, nil
}

// nodeLimits is what the media node enforces for one meeting: the meeting's row decides, not the plan of the moment.
func nodeLimits(m tenants.Meeting) sfu.Limits {
	return sfu.Limits{
		Participants: m.ParticipantLimit,
		EndsAt:       m.EndsAt,
		Revision:     m.Revision,
		Plan:         m.Plan,
		Encrypted:    m.Encrypted,
	}
}
