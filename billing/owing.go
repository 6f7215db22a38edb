package billing

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Owing counts the organizations whose last payment failed and has not been made up
// for, whether or not their grace is over.
func (s *Service) Owing(ctx context.Context) (int, error) {
	const last = `NOT EXISTS (SELECT 1 FROM subscription_changes AS later WHERE later.org_id = subscription_changes.org_id AND later.revision > subscription_changes.revision)`
	var n int64
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Model(&changeRow{}).Where("status IN ?", []string{StatusPastDue, StatusUnpaid}).Where(last).Count(&n).Error
	})
	if err != nil {
		return 0, fmt.Errorf("billing: count whose payment failed: %w", err)
	}
	return int(n), nil
}
