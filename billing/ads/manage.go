package ads

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants"
)

// Create makes a campaign that shows a picture that was kept, paused, so that it
// can be looked at first. The faults are those of form fields, all at once.
func (s *Service) Create(ctx context.Context, c Content, picture string) (Campaign, error) {
	c, err := c.Clean()
	if err != nil {
		return Campaign{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Campaign{}, fmt.Errorf("ads: make a campaign: %w", err)
	}
	row := campaignRow{ID: id.String(), Picture: picture, State: Paused, CreatedAt: s.now(), ChangedAt: s.now()}
	row.set(c)
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		if err := kept(tx, picture); err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return tenants.RecordOperator(tx, s.now(), "campaign.create", row.ID, c.String())
	})
	if tenants.CodeOf(err) == tenants.CodeInternal {
		return Campaign{}, fmt.Errorf("ads: make a campaign: %w", err)
	}
	return row.campaign(), err
}

// Change gives a campaign another content and picture. What has been counted
// binds: the budget does not go below it, and the price stays. What has ended is
// not changed.
func (s *Service) Change(ctx context.Context, id string, c Content, picture string) (Campaign, error) {
	c, err := c.Clean()
	if err != nil {
		return Campaign{}, err
	}
	return s.change(ctx, id, "change a campaign", func(tx *gorm.DB, row *campaignRow) error {
		if row.Impressions > 0 && (c.PriceCents != row.PriceCents || c.Currency != row.Currency) {
			return fault("price", KeyPriceFixed)
		}
		if c.Budget < row.Impressions {
			return fault("budget", KeyBudgetUsed)
		}
		if err := kept(tx, picture); err != nil {
			return err
		}
		row.set(c)
		row.Picture = picture
		if err := tx.Save(row).Error; err != nil {
			return err
		}
		return tenants.RecordOperator(tx, s.now(), "campaign.change", id, c.String())
	})
}

// SetState starts or goes on with a campaign, rests it, or ends it for good. That
// it is so already is no fault.
func (s *Service) SetState(ctx context.Context, id string, state State) (Campaign, error) {
	return s.change(ctx, id, "set a campaign's state", func(tx *gorm.DB, row *campaignRow) error {
		if row.State == state {
			return nil
		}
		row.State = state
		if err := tx.Save(row).Error; err != nil {
			return err
		}
		return tenants.RecordOperator(tx, s.now(), "campaign."+string(state), id, row.Advertiser+", "+row.Title)
	})
}

// change runs fn on a campaign that nobody else changes meanwhile, also not by
// counting.
func (s *Service) change(ctx context.Context, id, tried string, fn func(tx *gorm.DB, row *campaignRow) error) (Campaign, error) {
	var row campaignRow
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		found, err := find(tx.Clauses(clause.Locking{Strength: "UPDATE"}), id)
		if err != nil {
			return err
		}
		if row = found; row.State == Ended {
			return &tenants.Error{Code: tenants.CodeEnded, Key: KeyEnded}
		}
		row.ChangedAt = s.now()
		return fn(tx, &row)
	})
	if tenants.CodeOf(err) == tenants.CodeInternal {
		return Campaign{}, fmt.Errorf("ads: %s: %w", tried, err)
	}
	return row.campaign(), err
}

func find(tx *gorm.DB, id string) (campaignRow, error) {
	parsed, err := uuid.Parse(id)
	if err != nil || parsed.String() != id {
		return campaignRow{}, errUnknown
	}
	var rows []campaignRow
	if err := tx.Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
		return campaignRow{}, err
	}
	if len(rows) == 0 {
		return campaignRow{}, errUnknown
	}
	return rows[0], nil
}

// Campaign is one campaign.
func (s *Service) Campaign(ctx context.Context, id string) (c Campaign, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		row, err := find(tx, id)
		c = row.campaign()
		return err
	})
	if tenants.CodeOf(err) == tenants.CodeInternal {
		return Campaign{}, fmt.Errorf("ads: read a campaign: %w", err)
	}
	return c, err
}

// CampaignsAtOnce is how many campaigns a page of the list has.
const CampaignsAtOnce = 50

// Campaigns lists campaigns, newest first, a page at a time from 1, and says how
// many there are.
func (s *Service) Campaigns(ctx context.Context, page int) (all []Campaign, total int, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var rows []campaignRow
		var n int64
		if err := tx.Model(&campaignRow{}).Count(&n).Error; err != nil {
			return err
		}
		total = int(n)
		if err := tx.Order("created_at DESC, id DESC").Limit(CampaignsAtOnce).Offset((max(page, 1) - 1) * CampaignsAtOnce).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			all = append(all, r.campaign())
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("ads: list the campaigns: %w", err)
	}
	return all, total, nil
}
