package app

import (
	"context"
	"time"
)

// reconcilePause is between two looks whether it is time; billing says when it is.
const reconcilePause = time.Minute

// reconcileSales asks Stripe, once an hour, what happened that no webhook told us, and gives meetings what the plans now allow.
func (s *Server) reconcileSales(ctx context.Context) {
	if !s.cfg.Selling {
		return
	}
	for ctx.Err() == nil {
		changes, err := s.billing.Reconcile(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("what Stripe did not tell us was not all found; it will be tried again", "err", err)
		}
		for _, change := range changes {
			if err := s.lift(ctx, change); err != nil && ctx.Err() == nil {
				s.log.Error("meetings were not given their plan's limits", "org", change.Org, "err", err)
			}
		}
		select {
		case <-ctx.Done():
		case <-s.clock.After(reconcilePause):
		}
	}
}
