package billing

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants"
)

// attemptRow is the payment page that is open for a plan at an interval. What
// was asked for is kept beside the key, because Stripe wants the same key to
// come with the same request.
type attemptRow struct {
	TenantID    tenants.TenantID `gorm:"primaryKey"`
	Plan        string           `gorm:"primaryKey"`
	PayInterval string           `gorm:"primaryKey"`
	Try         int
	CustomerID  string
	PriceID     string
	Seats       int
	TrialDays   int
	SuccessURL  string
	CancelURL   string
	SessionID   string
	URL         string
	ExpiresAt   *time.Time
	UpdatedAt   time.Time
}

// TableName is where it lies.
func (attemptRow) TableName() string { return "checkout_attempts" }

func (a attemptRow) request(org tenants.OrgID) CheckoutRequest {
	return CheckoutRequest{
		Key: fmt.Sprintf("parley-checkout-%s-%s-%s-%d", org, a.Plan, a.PayInterval, a.Try),
		Org: org, Customer: a.CustomerID, Price: a.PriceID, Plan: a.Plan, Interval: a.PayInterval, Seats: a.Seats, TrialDays: a.TrialDays,
		SuccessURL: a.SuccessURL, CancelURL: a.CancelURL,
	}
}

// fits reports whether the page that the row stands for sells what is wanted.
func (a attemptRow) fits(want attemptRow) bool {
	return a.CustomerID == want.CustomerID && a.PriceID == want.PriceID && a.Seats == want.Seats && a.TrialDays == want.TrialDays
}

// attempt finds the row of what is wanted, or makes it. When another tab was
// first, its row is the answer.
func (s *Service) attempt(ctx context.Context, org tenants.OrgID, want attemptRow) (attemptRow, error) {
	var have attemptRow
	err := s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		want.TenantID, want.UpdatedAt = tenants.TenantID(org), s.now()
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&want).Error; err != nil {
			return err
		}
		return tx.Take(&have, "plan = ? AND pay_interval = ?", want.Plan, want.PayInterval).Error
	})
	if err != nil {
		return have, fmt.Errorf("billing: note the checkout: %w", err)
	}
	return have, nil
}

// renewAttempt begins the next try in place of one that is used up. Of two tabs
// that notice at once, one does it.
func (s *Service) renewAttempt(ctx context.Context, org tenants.OrgID, old, want attemptRow) error {
	err := s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		return tx.Model(&attemptRow{}).
			Where("plan = ? AND pay_interval = ? AND try = ?", old.Plan, old.PayInterval, old.Try).
			Updates(map[string]any{
				"try": old.Try + 1, "customer_id": want.CustomerID, "price_id": want.PriceID, "seats": want.Seats, "trial_days": want.TrialDays,
				"success_url": want.SuccessURL, "cancel_url": want.CancelURL,
				"session_id": "", "url": "", "expires_at": nil, "updated_at": s.now(),
			}).Error
	})
	if err != nil {
		return fmt.Errorf("billing: begin a new checkout: %w", err)
	}
	return nil
}

// keepSession stores the page that was opened for a try.
func (s *Service) keepSession(ctx context.Context, org tenants.OrgID, a attemptRow, c Checkout) error {
	err := s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		return tx.Model(&attemptRow{}).
			Where("plan = ? AND pay_interval = ? AND try = ?", a.Plan, a.PayInterval, a.Try).
			Updates(map[string]any{"session_id": c.ID, "url": c.URL, "expires_at": c.Expires, "updated_at": s.now()}).Error
	})
	if err != nil {
		return fmt.Errorf("billing: store the payment page: %w", err)
	}
	return nil
}

// otherPages lists pages of the organization that may still be open for
// something else.
func (s *Service) otherPages(ctx context.Context, org tenants.OrgID, want attemptRow) ([]attemptRow, error) {
	var rows []attemptRow
	err := s.db.ReadOrg(ctx, org, func(tx *gorm.DB) error {
		return tx.Where("session_id <> '' AND expires_at > ?", s.now()).
			Where("plan <> ? OR pay_interval <> ?", want.Plan, want.PayInterval).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("billing: read the open checkouts: %w", err)
	}
	return rows, nil
}
