package tenants

import (
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"
)

// BeginExport is for who makes an export: it takes away what an attempt that
// broke off has left. [CodeNotFound] when there is nothing to make.
func (o *Scoped) BeginExport(ctx context.Context, id string) (Export, error) {
	var row exportRow
	err := o.write(ctx, "begin an export", func(tx *gorm.DB) error {
		if err := openExport(tx, id, &row); err != nil {
			return err
		}
		if err := tx.Model(&exportRow{}).Where("id = ?", id).Update("bytes", 0).Error; err != nil {
			return err
		}
		return tx.Where("export_id = ?", id).Delete(&exportPartRow{}).Error
	})
	return row.export(), err
}

// PutExportPart keeps the next part of the file, of at most [ExportPartSize]
// bytes. [CodeNotFound] when the export is not being made any more.
func (o *Scoped) PutExportPart(ctx context.Context, id string, n int, data []byte) error {
	return o.write(ctx, "keep a part of an export", func(tx *gorm.DB) error {
		var row exportRow
		if err := openExport(tx, id, &row); err != nil {
			return err
		}
		if err := tx.Create(&exportPartRow{ExportID: id, N: n, Data: data}).Error; err != nil {
			return err
		}
		return tx.Model(&exportRow{}).Where("id = ?", id).Update("bytes", row.Bytes+int64(len(data))).Error
	})
}

// FinishExport makes an export ready for a week, takes the one before it away and
// tells by mail who asked; or it says that it failed, and keeps the one before.
func (o *Scoped) FinishExport(ctx context.Context, id string, failed bool) error {
	return o.write(ctx, "finish an export", func(tx *gorm.DB) error {
		var row exportRow
		if err := openExport(tx, id, &row); err != nil {
			return err
		}
		now, changes := o.store.now(), map[string]any{}
		changes["done_at"] = now
		old := tx.Where("id <> ?", id)
		if failed {
			changes["state"], changes["bytes"] = ExportFailed, 0
			old = old.Where("state = ?", ExportFailed)
			if err := tx.Where("export_id = ?", id).Delete(&exportPartRow{}).Error; err != nil {
				return err
			}
		} else {
			changes["state"], changes["expires_at"] = ExportDone, now.Add(ExportLife)
		}
		if err := old.Delete(&exportRow{}).Error; err != nil {
			return err
		}
		if err := tx.Model(&exportRow{}).Where("id = ?", id).Updates(changes).Error; err != nil || failed {
			return err
		}
		if err := addJob(tx, ErrandExportOver, id, now.Add(ExportLife)); err != nil {
			return err
		}
		return o.tellOfExport(tx, row, now.Add(ExportLife))
	})
}

// DropExport takes an export away whose time is up; one that is there no more,
// or not yet over, stays as it is.
func (o *Scoped) DropExport(ctx context.Context, id string) error {
	return o.write(ctx, "take an old export away", func(tx *gorm.DB) error {
		return tx.Where("id = ? AND expires_at <= ?", id, o.store.now()).Delete(&exportRow{}).Error
	})
}

// tellOfExport writes to who asked for an export, if they still manage the
// organization.
func (o *Scoped) tellOfExport(tx *gorm.DB, row exportRow, expires time.Time) error {
	if manages(tx, row.AskedBy) != nil {
		return nil
	}
	var org orgRow
	if err := first(tx.Where("id = ?", string(o.org)), &org, "organization"); err != nil {
		return err
	}
	var who userRow
	if err := first(tx.Where("id = ?", string(row.AskedBy)), &who, "person"); err != nil {
		return err
	}
	return o.store.putMails(tx, []OutMail{{Kind: "export_ready", To: who.Email, Lang: cmp.Or(who.Language, row.Lang), Params: map[string]string{
		"Name": who.Name, "Organization": org.Name, "Day": expires.Format(time.DateOnly), "Link": row.Base + "/o/" + org.Slug + "/settings/data",
	}}})
}

// openExport finds an export that is being made, and holds it.
func openExport(tx *gorm.DB, id string, row *exportRow) error {
	if err := parseID(RoomID(id)); err != nil {
		return err
	}
	return first(forUpdate(tx).Where("id = ? AND state = ?", id, ExportWaiting), row, "export")
}
