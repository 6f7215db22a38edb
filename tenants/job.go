package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Job is work that is due, known by an organization's id and a reference to a
// row of its.
type Job struct {
	Org OrgID
	Ref string
}

// DueDeliveries takes deliveries of webhooks that are due, at most limit. Each is
// the caller's for as long as lease says; then it comes again, unless
// [Scoped.Settle] was told how it went. Two processes never take the same one.
func (s *Store) DueDeliveries(ctx context.Context, limit int, lease time.Duration) ([]Job, error) {
	var rows []jobRow
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		now := s.now()
		free := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked})
		if err := free.Where("kind = ? AND due_at <= ?", jobWebhook, now).Order("due_at").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			err := tx.Model(&jobRow{}).Where("kind = ? AND org_id = ? AND ref = ?", r.Kind, r.OrgID, r.Ref).Update("due_at", now.Add(lease)).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	out := make([]Job, len(rows))
	for i, r := range rows {
		out[i] = Job{Org: r.OrgID, Ref: r.Ref}
	}
	return out, wrap(err, "take what is due")
}

// DropJob forgets a delivery whose row is gone.
func (s *Store) DropJob(ctx context.Context, j Job) error {
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error { return dropJob(tx, jobWebhook, j.Org, j.Ref) }), "forget a job")
}

// addJob makes work due; tx must be inside an organization.
func addJob(tx *gorm.DB, kind, ref string, due time.Time) error {
	row := jobRow{Kind: kind, OrgID: scopeOf(tx.Statement.Context).tenant, Ref: ref, DueAt: due}
	return wrap(tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error, "queue a job")
}

func dropJob(tx *gorm.DB, kind string, org OrgID, ref string) error {
	return tx.Where("kind = ? AND org_id = ? AND ref = ?", kind, string(org), ref).Delete(&jobRow{}).Error
}

type jobRow struct {
	Kind  string `gorm:"primaryKey"`
	OrgID OrgID  `gorm:"primaryKey"`
	Ref   string `gorm:"primaryKey"`
	DueAt time.Time
}

func (jobRow) TableName() string { return "jobs" }
