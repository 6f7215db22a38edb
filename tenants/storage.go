package tenants

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// StorageLimit is how many bytes an organization may keep (0 = no limit), and what
// says so.
type StorageLimit struct {
	Most int64
	By   Source // [ByPlan] or [ByOrganization]
}

// StorageFault is the cause of a [KeyStorageFull]: whose storage is full, and by
// what limit.
type StorageFault struct {
	ID           OrgID
	Organization string // its name
	Limit        StorageLimit
}

// Error is for a log.
func (f *StorageFault) Error() string {
	return fmt.Sprintf("%s may keep %d bytes, by its %s", f.Organization, f.Limit.Most, f.Limit.By)
}

// Stored is what an organization keeps, in bytes of each kind.
//
// A person's picture belongs to the person, and each organization that shows it
// counts it: one that is hidden counts nowhere, one of somebody who belongs to two
// organizations counts in both. So what an organization has used hangs on nothing
// but what its own people see, and tells nobody what another one keeps.
type Stored struct {
	Logo     int64 // the organization's own
	Pictures int64 // of its people, as far as they are shown
	Emoji    int64 // the organization's own
	Files    int64 // that people sent in meetings, with the small pictures of them
}

// Total is all of it.
func (s Stored) Total() int64 { return s.Logo + s.Pictures + s.Emoji + s.Files }

// StorageUsed is what the organization keeps.
func (o *Scoped) StorageUsed(ctx context.Context) (used Stored, err error) {
	err = o.read(ctx, "count what is stored", func(tx *gorm.DB) error {
		used, err = storageUsed(tx, nobody)
		return err
	})
	return used, err
}

// storageUsed adds up what the transaction's organization keeps, but for the
// picture of one person. Every further kind of thing that is kept is one more sum.
func storageUsed(tx *gorm.DB, without UserID) (used Stored, err error) {
	sum := func(q *gorm.DB, column string, into *int64) {
		if err == nil {
			err = q.Select("COALESCE(SUM(LENGTH(" + column + ")), 0)").Scan(into).Error
		}
	}
	sum(tx.Model(&logoRow{}), "png", &used.Logo)
	sum(tx.Model(&emojiRow{}), "data", &used.Emoji)
	if err == nil {
		err = tx.Model(&chatFileRow{}).Select("CAST(COALESCE(SUM(size + preview_size), 0) AS bigint)").Scan(&used.Files).Error
	}
	sum(tx.Model(&membershipRow{}).Joins("JOIN users ON users.id = memberships.user_id").Joins("JOIN pictures ON pictures.hash = users.picture").
		Where("users.show_picture AND users.id <> ?", string(without)), "pictures.data", &used.Pictures)
	return used, err
}

// storageFree is [storageFits] for what is going to be written: until the
// transaction ends, nobody else of the organization counts the same free bytes.
func storageFree(tx *gorm.DB, org orgRow, field string, size int64, limit StorageLimit, without UserID) error {
	if limit.Most <= 0 || size == 0 {
		return nil
	}
	if err := lockStorage(tx); err != nil {
		return err
	}
	return storageFits(tx, org, field, size, limit, without)
}

// lockStorage makes those queue who write into the organization's storage, on a row
// of its own: who enters a meeting waits for none of them.
func lockStorage(tx *gorm.DB) error {
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&storageRow{}).Error; err != nil {
		return err
	}
	return first(forUpdate(tx), &storageRow{}, "storage")
}

// storageRow stands for an organization's storage.
type storageRow struct {
	Tenant TenantID `gorm:"column:tenant_id;primaryKey"`
}

func (storageRow) TableName() string { return "storage_locks" }

// storageOwner is the transaction's organization, whose storage is asked for.
func storageOwner(tx *gorm.DB) (org orgRow, err error) {
	err = first(tx.Where("id = ?", string(scopeOf(tx.Statement.Context).tenant)), &org, "organization")
	return org, err
}

// storageFits refuses what does not fit beside what is stored already, the picture
// of one person left out.
func storageFits(tx *gorm.DB, org orgRow, field string, size int64, limit StorageLimit, without UserID) error {
	if limit.Most <= 0 || size == 0 {
		return nil
	}
	used, err := storageUsed(tx, without)
	if err == nil && used.Total()+size > limit.Most {
		err = &Error{Code: CodeLimited, Field: field, Key: KeyStorageFull, Err: &StorageFault{ID: org.ID, Organization: org.Name, Limit: limit}}
	}
	return err
}

// whereItFits runs fn, after which a person shows a picture of so many bytes to
// the organizations with these limits, if all of them have room for it in place of
// the one before.
//
// One transaction sees one organization. For who belongs to one, the look and the
// deed are one step; for who belongs to several, the others were looked at a moment
// before, so that two pictures at the same moment may pass the limit of one of
// those by the second. A picture is small.
func (s *Store) whereItFits(ctx context.Context, id UserID, size int64, limits map[OrgID]StorageLimit, fn func(tx *gorm.DB) error) error {
	look := func(org OrgID, then func(tx *gorm.DB) error) func(tx *gorm.DB) error {
		return func(tx *gorm.DB) error {
			row, err := storageOwner(tx)
			if err != nil {
				return err
			}
			if err := storageFree(tx, row, "picture", size, limits[org], id); err != nil {
				return err
			}
			return then(tx)
		}
	}
	last := OrgID("")
	for _, org := range slices.Sorted(maps.Keys(limits)) {
		if size == 0 || limits[org].Most <= 0 {
			continue
		}
		if last != "" {
			if err := s.db.InOrg(ctx, last, look(last, func(*gorm.DB) error { return nil })); err != nil {
				return err
			}
		}
		last = org
	}
	if last == "" {
		return s.db.Global(ctx, fn)
	}
	return s.db.InOrg(ctx, last, look(last, fn))
}

// TellOfStorage puts a mail into the outbox for every owner and admin when what the
// organization keeps is nearly or wholly all that it may. Refused says that
// something did not fit just now: that is all, to the people who wanted it. Each is
// told once a month and threshold. It says whether there are new mails.
func (o *Scoped) TellOfStorage(ctx context.Context, base, lang string, limit StorageLimit, refused bool) (told bool, err error) {
	if limit.Most <= 0 {
		return false, nil
	}
	used, err := o.StorageUsed(ctx)
	if err != nil {
		return false, err
	}
	news, kind := NearlyUsed, "storage_near"
	switch {
	case refused || used.Total() >= limit.Most:
		news, kind = AllUsed, "storage_used"
	case used.Total()*100 < limit.Most*NearlyUsed:
		return false, nil
	}
	err = o.write(ctx, "tell of storage", func(tx *gorm.DB) error {
		fresh, err := o.firstNotice(tx, "storage", news)
		if err != nil || !fresh {
			return err
		}
		var org orgRow
		if err := first(tx.Where("id = ?", string(o.org)), &org, "organization"); err != nil {
			return err
		}
		var whom []userRow
		if err := recipients(tx).Where("memberships.role IN ?", []Role{RoleOwner, RoleAdmin}).Scan(&whom).Error; err != nil {
			return err
		}
		mails := make([]OutMail, len(whom))
		for i, u := range whom {
			mails[i] = OutMail{Kind: kind, To: u.Email, Lang: cmp.Or(u.Language, lang), Params: map[string]string{
				"Name": u.Name, "Organization": org.Name, "Link": base + "/o/" + org.Slug + "/quotas", "Lift": string(limit.By),
				"UsedBytes": strconv.FormatInt(used.Total(), 10), "MostBytes": strconv.FormatInt(limit.Most, 10),
			}}
		}
		told = len(mails) > 0
		return o.store.putMails(tx, mails)
	})
	return told, err
}
