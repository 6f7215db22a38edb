package tenants

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"parley/tenants/picture"
)

// LogoSide is how many pixels the longer side of a logo has at most.
const LogoSide = 256

// RenameOrg gives the organization another name. Its slug stays, so that links
// that people keep stay good. Only who manages the organization may.
func (o *Scoped) RenameOrg(ctx context.Context, by UserID, name string) error {
	name, fault := checkName(name, "organization", KeyOrganizationEmpty, KeyOrganizationLong)
	if fault != nil {
		return fault
	}
	return o.manage(ctx, "rename an organization", by, func(tx *gorm.DB, org orgRow) error {
		if org.Name == name {
			return nil
		}
		if err := tx.Model(&orgRow{}).Where("id = ?", string(o.org)).Update("name", name).Error; err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "organization.rename", string(o.org), fmt.Sprintf("%s → %s", org.Name, name))
	})
}

// SetColour gives the organization a colour, or none for "". It says which one it
// became: see [Colour].
func (o *Scoped) SetColour(ctx context.Context, by UserID, typed string) (colour string, adjusted bool, err error) {
	if typed != "" {
		if colour, adjusted, err = Colour(typed); err != nil {
			return "", false, err
		}
	}
	err = o.manage(ctx, "set an organization's colour", by, func(tx *gorm.DB, org orgRow) error {
		if org.Colour == colour {
			return nil
		}
		if err := tx.Model(&orgRow{}).Where("id = ?", string(o.org)).Update("colour", colour).Error; err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "organization.colour", string(o.org), fmt.Sprintf("%s → %s", orNone(org.Colour), orNone(colour)))
	})
	return colour, adjusted, err
}

// SetLogo draws the picture anew and keeps it, where it fits beside what else the
// organization keeps; an empty one takes the logo away. [KeyStorageFull], with a
// [StorageFault], when it does not fit: the logo before stays.
func (o *Scoped) SetLogo(ctx context.Context, by UserID, raw []byte, limit StorageLimit) error {
	var file []byte
	if len(raw) > 0 {
		var err error
		if file, err = drawLogo(raw); err != nil {
			return err
		}
	}
	return o.manage(ctx, "set an organization's logo", by, func(tx *gorm.DB, org orgRow) error {
		return o.keepLogo(tx, by, org, file, limit)
	})
}

func drawLogo(raw []byte) ([]byte, error) {
	file, err := picture.Fit(raw, LogoSide)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return nil, &Error{Code: CodeInvalid, Field: "logo", Key: KeyLogoLarge, Err: err}
	case errors.Is(err, picture.ErrUnreadable):
		return nil, &Error{Code: CodeInvalid, Field: "logo", Key: KeyLogoUnreadable, Err: err}
	}
	return file, wrap(err, "draw a logo")
}

// keepLogo puts a picture in place of the one before. Each has an id of its own,
// so that browsers may keep it for good.
func (o *Scoped) keepLogo(tx *gorm.DB, by UserID, org orgRow, file []byte, limit StorageLimit) error {
	now := o.store.now()
	if err := tx.Where("id = ?", org.LogoID).Delete(&logoRow{}).Error; err != nil {
		return err
	}
	if err := storageFree(tx, org, "logo", int64(len(file)), limit, nobody); err != nil {
		return err
	}
	id, action := "", "organization.logo.remove"
	if len(file) > 0 {
		id, action = randomToken(16), "organization.logo.set"
		if err := tx.Create(&logoRow{ID: id, PNG: file, CreatedAt: now}).Error; err != nil {
			return err
		}
	}
	if id == org.LogoID {
		return nil // there was none
	}
	if err := tx.Model(&orgRow{}).Where("id = ?", string(o.org)).Update("logo_id", id).Error; err != nil {
		return err
	}
	return record(tx, now, by, action, string(o.org), "")
}

// Logo gives a logo's PNG by its id, of whatever organization: pages for guests
// show it as well.
func (s *Store) Logo(ctx context.Context, id string) ([]byte, error) {
	if len(id) > 64 || !storable(id) {
		return nil, notFound("logo")
	}
	var row logoRow
	err := s.db.Knowing(ctx, KnowsLogoID, id, func(tx *gorm.DB) error { return first(tx, &row, "logo") })
	return row.PNG, wrap(err, "find a logo")
}

// orgsMax is how many organizations one person may own; a person who needs more
// talks to the operator.
const orgsMax = 50

// FoundOrg makes one more organization, which belongs to a person who has signed
// up already.
func (s *Store) FoundOrg(ctx context.Context, by UserID, name string) (Organization, error) {
	name, fault := checkName(name, "organization", KeyOrganizationEmpty, KeyOrganizationLong)
	if fault != nil {
		return Organization{}, fault
	}
	mine, err := s.OrgsOf(ctx, by)
	if err != nil {
		return Organization{}, err
	}
	if len(mine) >= orgsMax {
		return Organization{}, &Error{Code: CodeLimited, Field: "organization", Key: KeyOrgsMany}
	}
	id, err := newID()
	if err != nil {
		return Organization{}, err
	}
	var org orgRow
	err = s.db.InOrg(ctx, OrgID(id), func(tx *gorm.DB) error {
		if err := first(tx.Where("id = ?", string(by)), &userRow{}, "person"); err != nil {
			return err
		}
		if org, err = s.insertOrg(tx, OrgID(id), name); err != nil {
			return err
		}
		if err := s.insertMember(tx, by, RoleOwner); err != nil {
			return err
		}
		return record(tx, s.now(), by, "organization.create", id, org.Name)
	})
	return org.organization(), wrap(err, "create another organization")
}

// manage runs fn for somebody who manages the organization. Who changes it at the
// same time waits.
func (o *Scoped) manage(ctx context.Context, tried string, by UserID, fn func(tx *gorm.DB, org orgRow) error) error {
	return o.write(ctx, tried, func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins manage an organization")
		}
		var org orgRow
		if err := first(forUpdate(tx).Where("id = ?", string(o.org)), &org, "organization"); err != nil {
			return err
		}
		return fn(tx, org)
	})
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

type logoRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey" known:"logo_id=id"`
	ID        string   `gorm:"primaryKey"`
	PNG       []byte   `gorm:"column:png"`
	CreatedAt time.Time
}

func (logoRow) TableName() string { return "org_logos" }
