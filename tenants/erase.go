package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// ownTables are the tables of this package that belong to organizations, in the
// order in which an organization's rows can go: what points at a row goes before
// it. A test fails when a new table is not here.
var ownTables = []string{
	"isolation_runs", "export_parts", "exports",
	"webhook_deliveries", "webhook_events", "webhook_endpoints", "api_answers", "api_keys",
	"quality_minutes", "waiting", "participants", "meetings", "node_events", "rooms", "media_keys",
	"sso_settings", "sso_domains", "org_logos", "invitations", "invite_links", "join_domains",
	"policies", "person_quotas", "quota_notices", "quotas", "memberships",
	"audit", "audit_heads", "deletions",
}

// ownedRow is a row of which nothing counts but whose it is.
type ownedRow struct {
	Tenant TenantID `gorm:"column:tenant_id;primaryKey"`
}

// eraseRows takes everything of the transaction's organization away, itself too:
// the rows of the other packages' tables first. The audit log lets its rows go
// only in a transaction that erases.
func (s *Store) eraseRows(tx *gorm.DB, also []string) error {
	// The scope limits each statement; here the organization is spelled out as well, for what goes is gone.
	org, now := string(scopeOf(tx.Statement.Context).tenant), s.now()
	if err := tx.Where("tenant_id = ?", org).Delete(&deletionRow{}).Error; err != nil {
		return err
	}
	if err := tx.Create(&deletionRow{AskedBy: nobody, AskedAt: now, DueAt: now, ErasingAt: &now}).Error; err != nil {
		return err
	}
	for _, tables := range [][]string{also, ownTables} {
		for _, table := range tables {
			if err := tx.Table(table).Where("tenant_id = ?", org).Delete(&ownedRow{}).Error; err != nil {
				return wrap(err, "empty "+table)
			}
		}
	}
	if err := tx.Where("org_id = ?", org).Delete(&jobRow{}).Error; err != nil {
		return err
	}
	return tx.Where("id = ?", org).Delete(&orgRow{}).Error
}

// EraseProbe takes a throw-away organization away, and its people. Also are the
// tables of other packages that belong to organizations. Doing it again does
// nothing; an organization that people made is not touched.
func (s *Store) EraseProbe(ctx context.Context, org OrgID, also ...string) error {
	return wrap(s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		var marks int64 // the job that stands for it since it was made
		if err := ofJob(tx.Model(&jobRow{}), Job{ErrandProbe, org, probeRef}).Count(&marks).Error; err != nil || marks == 0 {
			return err
		}
		var people []string
		if err := tx.Model(&membershipRow{}).Where("tenant_id = ?", string(org)).Pluck("user_id", &people).Error; err != nil {
			return err
		}
		if err := s.eraseRows(tx, also); err != nil || len(people) == 0 {
			return err
		}
		return tx.Where("id IN ?", people).Delete(&userRow{}).Error
	}), "take a throw-away organization away")
}

// deletionRow says that an organization is to go.
type deletionRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	AskedBy   UserID
	AskedAt   time.Time
	DueAt     time.Time
	ErasingAt *time.Time
}

func (deletionRow) TableName() string { return "deletions" }
