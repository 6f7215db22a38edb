package ads

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// What is counted.
const (
	impression = "impression"
	click      = "click"
)

// Seen counts that a person saw an advertisement. Again with the same ticket it
// counts nothing and is no fault. The faults are [ErrTicket] and [ErrExpired].
func (s *Service) Seen(ctx context.Context, raw, person string) error {
	now := s.now()
	t, err := s.sign.read(raw, now)
	if err != nil {
		return err
	}
	if !s.sign.isOf(t, person) {
		return ErrTicket
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		fresh, err := once(tx, t, impression)
		if err != nil || !fresh {
			return err
		}
		line := dayRow{CampaignID: t.Campaign, Day: now.Format(dayForm), Placement: t.Placement, Impressions: 1}
		charged, err := charge(tx, t.Campaign)
		if err != nil {
			return err
		}
		if !charged {
			line.Impressions, line.Beyond = 0, 1
		}
		return errors.Join(addTo(tx, line), noteView(tx, t, now))
	})
	if err != nil {
		return fmt.Errorf("ads: count an impression: %w", err)
	}
	return nil
}

// once reports whether this is the first time that the ticket is counted. Who
// comes at the same moment waits here for the other's end.
func once(tx *gorm.DB, t ticket, what string) (fresh bool, err error) {
	got := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&countedRow{Nonce: t.ID, What: what, ExpiresAt: t.expires()})
	return got.RowsAffected == 1, got.Error
}

// charge takes one impression from the budget, unless it is used up.
func charge(tx *gorm.DB, campaign string) (charged bool, err error) {
	got := tx.Model(&campaignRow{}).Where("id = ? AND impressions < budget", campaign).UpdateColumn("impressions", gorm.Expr("impressions + 1"))
	return got.RowsAffected == 1, got.Error
}

// addTo adds to a line of the ledger.
func addTo(tx *gorm.DB, line dayRow) error {
	more := func(name string) clause.Assignment {
		return clause.Assignment{Column: clause.Column{Name: name}, Value: gorm.Expr("ad_days." + name + " + excluded." + name)}
	}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "campaign_id"}, {Name: "day"}, {Name: "placement"}},
		DoUpdates: clause.Set{more("impressions"), more("beyond"), more("clicks")},
	}).Create(&line).Error
}

// noteView remembers, for the cap, that the viewer has seen the campaign today. An
// advertisement of yesterday counts for a day that is over.
func noteView(tx *gorm.DB, t ticket, now time.Time) error {
	day := t.issued().Format(dayForm)
	if day != now.Format(dayForm) {
		return nil
	}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "viewer"}, {Name: "campaign_id"}, {Name: "day"}},
		DoUpdates: clause.Set{{Column: clause.Column{Name: "seen"}, Value: gorm.Expr("ad_views.seen + 1")}},
	}).Create(&viewRow{Viewer: t.Viewer, CampaignID: t.Campaign, Day: day, Seen: 1}).Error
}

// Click counts that a person followed an advertisement's link, once a ticket, and
// gives the link as it is now. A ticket that is too old, or somebody else's (who has
// signed in since), leads there and counts nothing; one that is not ours is
// [ErrTicket].
func (s *Service) Click(ctx context.Context, raw, person string) (link string, err error) {
	now := s.now()
	t, err := s.sign.read(raw, now)
	old := errors.Is(err, ErrExpired)
	if err != nil && !old {
		return "", err
	}
	c, err := s.Campaign(ctx, t.Campaign)
	if err != nil || old || !s.sign.isOf(t, person) {
		return c.Content.Link, err
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		fresh, err := once(tx, t, click)
		if err != nil || !fresh {
			return err
		}
		return addTo(tx, dayRow{CampaignID: t.Campaign, Day: now.Format(dayForm), Placement: t.Placement, Clicks: 1})
	})
	if err != nil {
		return "", fmt.Errorf("ads: count a click: %w", err)
	}
	return c.Content.Link, nil
}

// Forget takes away what is remembered of people and is needed no more: who saw
// what on days that are over, and tickets that have expired. Pictures that no
// campaign shows go with them.
func (s *Service) Forget(ctx context.Context) error {
	now := s.now()
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("day < ?", now.Format(dayForm)).Delete(&viewRow{}).Error; err != nil {
			return err
		}
		if err := tx.Where("expires_at < ?", now).Delete(&countedRow{}).Error; err != nil {
			return err
		}
		return dropPictures(tx, now)
	})
	if err != nil {
		return fmt.Errorf("ads: forget who saw what: %w", err)
	}
	return nil
}
