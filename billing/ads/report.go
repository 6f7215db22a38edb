package ads

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Line is what was counted of a campaign in a place on a day.
type Line struct {
	Day         string // UTC, 2026-11-27
	Placement   Placement
	Impressions int64 // charged
	Beyond      int64 // seen after the budget was used up, not charged
	Clicks      int64
}

// Sum adds lines up.
func Sum(lines []Line) (total Line) {
	for _, l := range lines {
		total.Impressions += l.Impressions
		total.Beyond += l.Beyond
		total.Clicks += l.Clicks
	}
	return total
}

// Report is the ledger of a campaign, oldest day first: what its advertiser is
// shown. There is no person in it.
func (s *Service) Report(ctx context.Context, id string) (lines []Line, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		if _, err := find(tx, id); err != nil {
			return err
		}
		var rows []dayRow
		if err := tx.Where("campaign_id = ?", id).Order("day, placement").Find(&rows).Error; err != nil {
			return fmt.Errorf("ads: read the ledger: %w", err)
		}
		for _, r := range rows {
			lines = append(lines, Line{Day: r.Day, Placement: r.Placement, Impressions: r.Impressions, Beyond: r.Beyond, Clicks: r.Clicks})
		}
		return nil
	})
	return lines, err
}

// Totals adds up the ledgers of campaigns, by id.
func (s *Service) Totals(ctx context.Context, ids []string) (map[string]Line, error) {
	out := make(map[string]Line, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var rows []dayRow
		sum := tx.Model(&dayRow{}).Select("campaign_id, CAST(SUM(impressions) AS bigint) AS impressions, CAST(SUM(beyond) AS bigint) AS beyond, CAST(SUM(clicks) AS bigint) AS clicks")
		if err := sum.Where("campaign_id IN ?", ids).Group("campaign_id").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			out[r.CampaignID] = Line{Impressions: r.Impressions, Beyond: r.Beyond, Clicks: r.Clicks}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ads: add the ledgers up: %w", err)
	}
	return out, nil
}

// Amount spells thousandths of a minor unit as a sum of money, exactly: 1234567
// is 12.34567.
func Amount(thousandths int64) string {
	return fmt.Sprintf("%d.%05d", thousandths/100_000, thousandths%100_000)
}
