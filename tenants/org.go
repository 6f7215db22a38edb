package tenants

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// OrgBySlug finds an organization by its name in addresses.
func (s *Store) OrgBySlug(ctx context.Context, slug string) (Organization, error) {
	if !storable(slug) {
		return Organization{}, notFound("organization")
	}
	return s.findOrg(ctx, "slug = ?", slug)
}

// OrgByID finds an organization.
func (s *Store) OrgByID(ctx context.Context, id OrgID) (Organization, error) {
	if err := parseID(id); err != nil {
		return Organization{}, err
	}
	return s.findOrg(ctx, "id = ?", string(id))
}

func (s *Store) findOrg(ctx context.Context, where, value string) (Organization, error) {
	var row orgRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return first(tx.Where(where, value), &row, "organization")
	})
	return row.organization(), wrap(err, "find an organization")
}

// CreateOrg makes an organization with nobody in it, for the operator.
func (s *Store) CreateOrg(ctx context.Context, name string) (Organization, error) {
	name, fault := checkName(name, "organization", KeyOrganizationEmpty, KeyOrganizationLong)
	if fault != nil {
		return Organization{}, fault
	}
	id, err := newID()
	if err != nil {
		return Organization{}, err
	}
	var org orgRow
	err = s.db.InOrg(ctx, OrgID(id), func(tx *gorm.DB) error {
		org, err = s.insertOrg(tx, OrgID(id), name)
		return err
	})
	return org.organization(), wrap(err, "create an organization")
}

// insertOrg makes the organization, its quota row and its own media key. tx must
// be inside the new organization.
func (s *Store) insertOrg(tx *gorm.DB, id OrgID, name string) (orgRow, error) {
	org, err := insertSlug(tx, orgRow{ID: id, Name: name, CreatedAt: s.now()})
	if err != nil {
		return orgRow{}, err
	}
	if err := tx.Create(&quotaRow{ID: quotaID, ChangedAt: s.now()}).Error; err != nil {
		return orgRow{}, err
	}
	_, err = s.insertKey(tx, id, "Parley", true)
	return org, err
}

// insertSlug takes the first free slug: the name's, then with a number, then
// with a random piece. Whoever loses a race for one takes the next.
func insertSlug(tx *gorm.DB, org orgRow) (orgRow, error) {
	base := slugOf(org.Name)
	for attempt := 1; attempt <= 12; attempt++ {
		switch {
		case attempt == 1:
			org.Slug = base
		case attempt <= 6:
			org.Slug = fmt.Sprintf("%s-%d", base, attempt)
		default:
			org.Slug = base + "-" + randomSymbols(5)
		}
		got := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "slug"}}, DoNothing: true}).Create(&org)
		if got.Error != nil || got.RowsAffected == 1 {
			return org, got.Error
		}
	}
	return orgRow{}, errors.New("find a free slug")
}

// first reads one row into dest, or says that there is none.
func first(tx *gorm.DB, dest any, what string) error {
	err := tx.Take(dest).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return notFound(what)
	}
	return err
}
