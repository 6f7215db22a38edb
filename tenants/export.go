package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

const (
	// ExportLife is how long a finished export can be taken away.
	ExportLife  = 7 * 24 * time.Hour
	exportPause = 10 * time.Minute // between two of one organization

	// ExportPartSize is how many bytes a part of an export's file has at most.
	ExportPartSize = 256 << 10
)

// States of an export.
const (
	ExportWaiting = "waiting" // being made, or about to be
	ExportDone    = "done"
	ExportFailed  = "failed" // it could not be made, for a fault of ours
)

// Export is a copy of everything of an organization, as one zip file.
type Export struct {
	ID        string
	AskedBy   UserID
	Asker     string // their name; "" for who is gone
	AskedAt   time.Time
	Lang      string // BCP 47, of the words in it
	Base      string // the service's address as the asker knows it
	State     string // ExportWaiting, ExportDone or ExportFailed
	Bytes     int64
	DoneAt    time.Time // zero until it is done or has failed
	ExpiresAt time.Time // zero until it is done
}

// AskExportInput asks for an export.
type AskExportInput struct {
	By   UserID // has to manage the organization
	Lang string // BCP 47
	Base string // the service's address, for the link in the mail
}

// AskExport asks for a copy of everything. Who manages the organization may.
// Faults: [CodeTaken] while one is being made, [CodeHeld] for ten minutes after
// the last was asked for.
func (o *Scoped) AskExport(ctx context.Context, in AskExportInput) (Export, error) {
	id, err := newID()
	if err != nil {
		return Export{}, err
	}
	now := o.store.now()
	row := exportRow{ID: id, AskedBy: in.By, AskedAt: now, Lang: in.Lang, Base: in.Base, State: ExportWaiting}
	err = o.manage(ctx, "ask for an export", in.By, func(tx *gorm.DB, _ orgRow) error {
		var last []exportRow
		if err := tx.Order("asked_at DESC, id DESC").Limit(1).Find(&last).Error; err != nil {
			return err
		}
		if len(last) > 0 && last[0].State == ExportWaiting {
			return &Error{Code: CodeTaken, Key: KeyExportBusy}
		}
		if len(last) > 0 && last[0].State == ExportDone && now.Sub(last[0].AskedAt) < exportPause {
			return &Error{Code: CodeHeld, Key: KeyExportSoon, Until: last[0].AskedAt.Add(exportPause).UTC()}
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if err := addJob(tx, ErrandExport, id, now); err != nil {
			return err
		}
		return record(tx, now, in.By, "organization.export", id, "")
	})
	return row.export(), err
}

// Exports gives the organization's exports, newest first: at most the one that is
// being made and the last finished one. Who manages it may see them.
func (o *Scoped) Exports(ctx context.Context, by UserID) ([]Export, error) {
	var out []Export
	err := o.read(ctx, "list exports", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		var rows []exportRow
		now := o.store.now()
		if err := tx.Order("asked_at DESC, id DESC").Find(&rows).Error; err != nil {
			return err
		}
		askers := map[string]bool{}
		for _, r := range rows {
			askers[string(r.AskedBy)] = true
		}
		names, err := namesOf(tx, askers)
		for _, r := range rows {
			if r.ExpiresAt == nil || now.Before(*r.ExpiresAt) {
				e := r.export()
				e.Asker = names[string(e.AskedBy)]
				out = append(out, e)
			}
		}
		return err
	})
	return out, err
}

// TakeExport notes that somebody takes a finished export away. [CodeNotFound]
// when there is none by that id, or it has expired.
func (o *Scoped) TakeExport(ctx context.Context, by UserID, id string) (Export, error) {
	var row exportRow
	err := o.write(ctx, "take an export away", func(tx *gorm.DB) error {
		if err := o.takable(tx, by, id, &row); err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "organization.download", id, "")
	})
	return row.export(), err
}

// ExportPart gives a part of a finished export's file, from 0 on; an empty one is
// the end. Who manages the organization may, at every part anew.
func (o *Scoped) ExportPart(ctx context.Context, by UserID, id string, n int) ([]byte, error) {
	var parts []exportPartRow
	err := o.read(ctx, "read a part of an export", func(tx *gorm.DB) error {
		if err := o.takable(tx, by, id, &exportRow{}); err != nil {
			return err
		}
		return tx.Where("export_id = ? AND n = ?", id, n).Limit(1).Find(&parts).Error
	})
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	return parts[0].Data, nil
}

// takable finds an export that somebody may take away now.
func (o *Scoped) takable(tx *gorm.DB, by UserID, id string, row *exportRow) error {
	if err := manages(tx, by); err != nil {
		return err
	}
	if err := findExport(tx, id, row); err != nil {
		return err
	}
	if row.State != ExportDone || row.ExpiresAt == nil || !o.store.now().Before(*row.ExpiresAt) {
		return notFound("export")
	}
	return nil
}

func findExport(tx *gorm.DB, id string, row *exportRow) error {
	if err := parseID(RoomID(id)); err != nil {
		return err
	}
	return first(tx.Where("id = ?", id), row, "export")
}

type exportRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	ID        string   `gorm:"primaryKey"`
	AskedBy   UserID
	AskedAt   time.Time
	Lang      string
	Base      string
	State     string
	Bytes     int64
	DoneAt    *time.Time
	ExpiresAt *time.Time
}

func (exportRow) TableName() string { return "exports" }

func (r exportRow) export() Export {
	e := Export{ID: r.ID, AskedBy: r.AskedBy, AskedAt: r.AskedAt.UTC(), Lang: r.Lang, Base: r.Base, State: r.State, Bytes: r.Bytes}
	if r.DoneAt != nil {
		e.DoneAt = r.DoneAt.UTC()
	}
	if r.ExpiresAt != nil {
		e.ExpiresAt = r.ExpiresAt.UTC()
	}
	return e
}

type exportPartRow struct {
	Tenant   TenantID `gorm:"column:tenant_id;primaryKey"`
	ExportID string   `gorm:"primaryKey"`
	N        int      `gorm:"primaryKey"`
	Data     []byte
}

func (exportPartRow) TableName() string { return "export_parts" }
