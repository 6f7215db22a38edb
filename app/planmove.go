package app

import (
	"context"
	"fmt"

	"parley/billing"
	"parley/tenants"
)

// movePlan takes an organization to the version of its plan that is sold now, and gives its running meetings what that allows, as far as it
// is more. One that has nothing any more is left alone.
func (s *Server) movePlan(ctx context.Context, org tenants.OrgID) error {
	change, err := s.billing.MoveToCurrent(ctx, org)
	if tenants.KeyOf(err) == billing.KeyNeverPaid {
		return nil
	}
	if err != nil {
		return fmt.Errorf("move to the plan's current version: %w", err)
	}
	return s.lift(ctx, change)
}
