package tenants

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// quotaID is the id of the one quota row that an organization has.
const quotaID = "organization"

// Quota is what the organization's admins have set.
func (o *Scoped) Quota(ctx context.Context) (Quota, error) {
	var row quotaRow
	err := o.read(ctx, "read the quota", func(tx *gorm.DB) error {
		return first(tx.Where("id = ?", quotaID), &row, "quota")
	})
	return row.quota(), err
}

// SetQuota replaces the quota. Only who manages the organization may.
func (o *Scoped) SetQuota(ctx context.Context, by UserID, q Quota) error {
	if err := q.check(); err != nil {
		return err
	}
	return o.write(ctx, "set the quota", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins set quotas")
		}
		now := o.store.now()
		var before quotaRow
		if err := first(forUpdate(tx).Where("id = ?", quotaID), &before, "quota"); err != nil {
			return err
		}
		err = tx.Model(&quotaRow{}).Where("id = ?", quotaID).Updates(map[string]any{
			"meeting_length": q.MeetingLength, "participants": q.Participants,
			"concurrent_meetings": q.ConcurrentMeetings, "month_minutes": q.MonthMinutes,
			"storage_bytes": q.StorageBytes, "updated_at": now,
		}).Error
		if err != nil {
			return err
		}
		return record(tx, now, by, "quota.set", quotaID, before.quota().String()+" → "+q.String())
	})
}

// String is for the audit log.
func (q Quota) String() string {
	return fmt.Sprintf("meeting length %s, participants %s, meetings at once %s, minutes a month %s, bytes stored %s",
		orPlan(q.MeetingLength), orPlan(q.Participants), orPlan(q.ConcurrentMeetings), orPlan(q.MonthMinutes), orPlan(q.StorageBytes))
}

func orPlan[T any](v *T) string {
	if v == nil {
		return "as planned"
	}
	return fmt.Sprint(*v)
}

// check refuses what could not mean anything.
func (q Quota) check() error {
	var faults Errors
	if q.MeetingLength != nil && *q.MeetingLength < time.Second {
		faults = append(faults, invalid("meeting_length", KeyQuotaInvalid))
	}
	if q.Participants != nil && *q.Participants < 1 {
		faults = append(faults, invalid("participants", KeyQuotaInvalid))
	}
	if q.ConcurrentMeetings != nil && *q.ConcurrentMeetings < 1 {
		faults = append(faults, invalid("concurrent_meetings", KeyQuotaInvalid))
	}
	if q.MonthMinutes != nil && *q.MonthMinutes < 1 {
		faults = append(faults, invalid("month_minutes", KeyQuotaInvalid))
	}
	if q.StorageBytes != nil && *q.StorageBytes < 1 {
		faults = append(faults, invalid("storage", KeyQuotaInvalid))
	}
	return faults.orNil()
}
