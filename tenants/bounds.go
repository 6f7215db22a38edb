package tenants

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Bounds are what decides what an organization may do beside its plan.
type Bounds struct {
	Quota     Quota
	Exception *Exception // that holds now; nil = none
	Suspended bool
}

// boundsRow is what one statement reads: the quota, and what stands beside it.
type boundsRow struct {
	Quota       quotaRow `gorm:"embedded"`
	SuspendedAt *time.Time
	Exception   exceptionRow `gorm:"embedded;embeddedPrefix:x_"` // its id is "" when none holds
}

// boundsColumns are the columns of [boundsRow].
var boundsColumns = func() string {
	columns := []string{
		"quotas.meeting_length", "quotas.participants", "quotas.concurrent_meetings", "quotas.month_minutes", "quotas.storage_bytes", "organizations.suspended_at",
	}
	for _, name := range []string{
		"id", "meeting_length", "participants", "concurrent_meetings", "chat_days", "storage_bytes", "seats", "ads", "phone", "sso", "own_domain", "audit_log",
		"dedicated_media", "raised", "reason", "ends_at",
	} {
		columns = append(columns, "limit_exceptions."+name+" AS x_"+name)
	}
	return strings.Join(columns, ", ")
}()

// Bounds reads it all in one statement: every page of an organization asks.
func (o *Scoped) Bounds(ctx context.Context) (Bounds, error) {
	var rows []boundsRow
	err := o.read(ctx, "read what decides beside the plan", func(tx *gorm.DB) error {
		return tx.Model(&quotaRow{}).Select(boundsColumns).
			Joins("JOIN organizations ON organizations.id = quotas.tenant_id").
			Joins("LEFT JOIN limit_exceptions ON limit_exceptions.tenant_id = quotas.tenant_id AND limit_exceptions.ended_at IS NULL AND limit_exceptions.ends_at > ?", o.store.now()).
			Where("quotas.id = ?", quotaID).Scan(&rows).Error
	})
	if err == nil && len(rows) == 0 {
		err = notFound("quota")
	}
	if err != nil {
		return Bounds{}, err
	}
	out := Bounds{Quota: rows[0].Quota.quota(), Suspended: rows[0].SuspendedAt != nil}
	if rows[0].Exception.ID != "" {
		x := rows[0].Exception.exception().Exception
		out.Exception = &x
	}
	return out, nil
}
