package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants"
)

const (
	// ReconcileEvery is how often Stripe is asked what happened that no webhook
	// told us.
	ReconcileEvery = time.Hour
	// reconcileAgain is when it is tried again after it failed.
	reconcileAgain = 5 * time.Minute
	// reconcileOverlap is looked at twice: Stripe's list may lag behind.
	reconcileOverlap = time.Hour
	// stripeMemory is how long Stripe remembers events.
	stripeMemory = 30 * 24 * time.Hour
)

// reconciliationRow says how far we have looked. There is one.
type reconciliationRow struct {
	ID       int `gorm:"primaryKey;autoIncrement:false"`
	DueAt    time.Time
	SeenUpTo time.Time
}

// TableName is where it lies.
func (reconciliationRow) TableName() string { return "stripe_reconciliation" }

// Reconcile finds what webhooks lost: it lists what happened at Stripe since the
// last time, and handles the events that never came. Called by several processes
// as often as they like, it does something once an hour. The changes are one for
// each organization that an event was about, also a handled one, so that a caller
// who died between the mirror and the meetings catches up.
func (s *Service) Reconcile(ctx context.Context) ([]Change, error) {
	row, mine, err := s.takeReconciliation(ctx)
	if err != nil || !mine {
		return nil, err
	}
	now := s.now()
	changes, err := s.catchUp(ctx, row.SeenUpTo.Add(-reconcileOverlap))
	if err != nil {
		return changes, errors.Join(err, s.keepReconciliation(ctx, map[string]any{"due_at": now.Add(reconcileAgain)}))
	}
	return changes, errors.Join(s.keepReconciliation(ctx, map[string]any{"seen_up_to": now}), s.forget(ctx))
}

// catchUp handles what happened from a moment on. One event that fails does not
// keep the others back.
func (s *Service) catchUp(ctx context.Context, since time.Time) ([]Change, error) {
	events, err := s.gw.Events(ctx, since)
	if err != nil {
		return nil, err
	}
	var failed error
	at := map[tenants.OrgID]int{}
	var changes []Change
	for _, e := range events {
		change, news, err := s.handle(ctx, e)
		if err != nil || news {
			s.note(ctx, e, ViaReconciliation, change, err)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("event %s: %w", e.ID, err))
			continue
		}
		if change.Org == "" {
			continue
		}
		if news {
			s.log.Warn("a Stripe event never came; it was found", "event", e.ID, "type", e.Type, "org", change.Org)
		}
		i, seen := at[change.Org]
		if !seen {
			at[change.Org] = len(changes)
			changes = append(changes, change)
			continue
		}
		change.Changed = change.Changed || changes[i].Changed
		changes[i] = change
	}
	return changes, failed
}

// takeReconciliation gives the work to one of those who ask, when it is due.
func (s *Service) takeReconciliation(ctx context.Context) (row reconciliationRow, mine bool, err error) {
	now := s.now()
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		first := reconciliationRow{ID: 1, DueAt: now, SeenUpTo: now.Add(reconcileOverlap - stripeMemory)}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&first).Error; err != nil {
			return err
		}
		taken := tx.Model(&reconciliationRow{}).Where("id = 1 AND due_at <= ?", now).Update("due_at", now.Add(ReconcileEvery))
		if taken.Error != nil || taken.RowsAffected == 0 {
			return taken.Error
		}
		mine = true
		return tx.Take(&row, "id = 1").Error
	})
	if err != nil {
		return row, false, fmt.Errorf("billing: take the reconciliation: %w", err)
	}
	return row, mine, nil
}

func (s *Service) keepReconciliation(ctx context.Context, set map[string]any) error {
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		return tx.Model(&reconciliationRow{}).Where("id = 1").Updates(set).Error
	})
	if err != nil {
		return fmt.Errorf("billing: note the reconciliation: %w", err)
	}
	return nil
}
