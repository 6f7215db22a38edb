package billing

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"parley/billing/ledger"
)

// RevenueMonths is the most that is shown at once.
const RevenueMonths = 36

// Revenue adds up what the service earned in the last months, of which the last
// one runs: at least one, at most [RevenueMonths].
func (s *Service) Revenue(ctx context.Context, months int) (Revenue, error) {
	t := newTally(s.now(), min(max(months, 1), RevenueMonths))
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		if err := eachOrganization(tx, t.organization); err != nil {
			return err
		}
		sums, err := ledger.Months(tx, ledger.MonthOf(t.starts[0]), ledger.MonthOf(t.now))
		t.booked(sums)
		return err
	})
	if err != nil {
		return Revenue{}, fmt.Errorf("billing: add the revenue up: %w", err)
	}
	return t.result(), nil
}

// changesBatch is how many changes are read at once.
const changesBatch = 2000

// eachOrganization goes through what every organization paid for, oldest first.
func eachOrganization(tx *gorm.DB, use func([]changeRow)) error {
	var last changeRow
	var mine []changeRow
	for {
		var rows []changeRow
		page := tx.Order("org_id, revision").Limit(changesBatch)
		if last.OrgID != "" {
			page = page.Where("org_id > ? OR org_id = ? AND revision > ?", string(last.OrgID), string(last.OrgID), last.Revision)
		}
		if err := page.Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			if len(mine) > 0 && mine[0].OrgID != r.OrgID {
				use(mine)
				mine = nil
			}
			mine = append(mine, r)
			last = r
		}
		if len(rows) < changesBatch {
			break
		}
	}
	if len(mine) > 0 {
		use(mine)
	}
	return nil
}
