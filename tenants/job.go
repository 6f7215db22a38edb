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
	Kind string
	Org  OrgID
	Ref  string
}

// DueDeliveries takes deliveries of webhooks that are due, at most limit. Each is
// the caller's for as long as lease says; then it comes again, unless
// [Scoped.Settle] was told how it went. Two processes never take the same one.
func (s *Store) DueDeliveries(ctx context.Context, limit int, lease time.Duration) ([]Job, error) {
	return s.takeJobs(ctx, []string{jobWebhook}, limit, lease)
}

// takeJobs takes what is due of some kinds and puts it off for the lease.
func (s *Store) takeJobs(ctx context.Context, kinds []string, limit int, lease time.Duration) ([]Job, error) {
	var rows []jobRow
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		now := s.now()
		free := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked})
		if err := free.Where("kind IN ? AND due_at <= ?", kinds, now).Order("due_at").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			if err := ofJob(tx.Model(&jobRow{}), r.job()).Update("due_at", now.Add(lease)).Error; err != nil {
				return err
			}
		}
		return nil
	})
	out := make([]Job, len(rows))
	for i, r := range rows {
		out[i] = r.job()
	}
	return out, wrap(err, "take what is due")
}

// DropJob forgets work that is done, or whose row is gone.
func (s *Store) DropJob(ctx context.Context, j Job) error {
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error { return dropJob(tx, j.Kind, j.Org, j.Ref) }), "forget a job")
}

// addJob makes work due; tx must be inside an organization.
func addJob(tx *gorm.DB, kind, ref string, due time.Time) error {
	return againJob(tx, kind, ref, due, 0)
}

// againJob is addJob for one that was tried that often without success.
func againJob(tx *gorm.DB, kind, ref string, due time.Time, tries int) error {
	row := jobRow{Kind: kind, OrgID: scopeOf(tx.Statement.Context).tenant, Ref: ref, DueAt: due, Tries: tries}
	return wrap(tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error, "queue a job")
}

func dropJob(tx *gorm.DB, kind string, org OrgID, ref string) error {
	return ofJob(tx, Job{Kind: kind, Org: org, Ref: ref}).Delete(&jobRow{}).Error
}

func ofJob(tx *gorm.DB, j Job) *gorm.DB {
	return tx.Where("kind = ? AND org_id = ? AND ref = ?", j.Kind, string(j.Org), j.Ref)
}

type jobRow struct {
	Kind  string `gorm:"primaryKey"`
	OrgID OrgID  `gorm:"primaryKey"`
	Ref   string `gorm:"primaryKey"`
	DueAt time.Time
	Tries int // without success
}

func (jobRow) TableName() string { return "jobs" }

func (r jobRow) job() Job { return Job{Kind: r.Kind, Org: r.OrgID, Ref: r.Ref} }
