package billing

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// packAttemptRow is the payment page that is open for a pack, for one buyer. What
// was asked for is kept beside the key, because Stripe wants the same key to come
// with the same request.
type packAttemptRow struct {
	BuyerID    string `gorm:"primaryKey"`
	PackID     string `gorm:"primaryKey"`
	Try        int
	CustomerID string
	PriceID    string
	SuccessURL string
	CancelURL  string
	SessionID  string
	URL        string
	ExpiresAt  *time.Time
	UpdatedAt  time.Time
}

// TableName is where it lies.
func (packAttemptRow) TableName() string { return "pack_attempts" }

func (a packAttemptRow) request() PackCheckoutRequest {
	return PackCheckoutRequest{
		Key:   fmt.Sprintf("parley-pack-%s-%s-%d", a.BuyerID, a.PackID, a.Try),
		Buyer: a.BuyerID, Customer: a.CustomerID, Price: a.PriceID, Pack: a.PackID, SuccessURL: a.SuccessURL, CancelURL: a.CancelURL,
	}
}

// fits reports whether the page that the row stands for sells what is wanted.
func (a packAttemptRow) fits(want packAttemptRow) bool {
	return a.CustomerID == want.CustomerID && a.PriceID == want.PriceID
}

// packAttempt finds the row of what is wanted, or makes it. When another tab was
// first, its row is the answer.
func (s *Service) packAttempt(ctx context.Context, want packAttemptRow) (have packAttemptRow, err error) {
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		want.UpdatedAt = s.now()
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&want).Error; err != nil {
			return err
		}
		return tx.Take(&have, "buyer_id = ? AND pack_id = ?", want.BuyerID, want.PackID).Error
	})
	if err != nil {
		return have, fmt.Errorf("billing: note the checkout of a pack: %w", err)
	}
	return have, nil
}

// renewPackAttempt begins the next try in place of one that is used up. Of two tabs
// that notice at once, one does it.
func (s *Service) renewPackAttempt(ctx context.Context, old, want packAttemptRow) error {
	return s.setPackAttempt(ctx, "begin a new checkout of a pack", old, map[string]any{
		"try": old.Try + 1, "customer_id": want.CustomerID, "price_id": want.PriceID,
		"success_url": want.SuccessURL, "cancel_url": want.CancelURL, "session_id": "", "url": "", "expires_at": nil,
	})
}

// keepPackSession stores the page that was opened for a try.
func (s *Service) keepPackSession(ctx context.Context, a packAttemptRow, c Checkout) error {
	return s.setPackAttempt(ctx, "store the payment page of a pack", a, map[string]any{"session_id": c.ID, "url": c.URL, "expires_at": c.Expires})
}

func (s *Service) setPackAttempt(ctx context.Context, tried string, a packAttemptRow, set map[string]any) error {
	set["updated_at"] = s.now()
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		return tx.Model(&packAttemptRow{}).Where("buyer_id = ? AND pack_id = ? AND try = ?", a.BuyerID, a.PackID, a.Try).Updates(set).Error
	})
	if err != nil {
		return fmt.Errorf("billing: %s: %w", tried, err)
	}
	return nil
}
