package tenants

import (
	"time"

	"gorm.io/gorm"
)

// record notes who did what, in the same transaction as the deed. by is "" when
// the service's operator did it.
func record(tx *gorm.DB, at time.Time, by UserID, action, target, detail string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	row := auditRow{ID: id, At: at, Action: action, Target: target, Detail: detail}
	if by != "" {
		row.Actor = &by
	}
	return wrap(tx.Create(&row).Error, "note it in the audit log")
}
