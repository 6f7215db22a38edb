package tenants

import (
	"context"
	"strings"

	"gorm.io/gorm"
)

// DirectoryQuery picks organizations, or people, for the service's operator.
type DirectoryQuery struct {
	Search  string // part of a name, of a name in addresses, or of a person's address
	Closed  bool   // only organizations that are suspended, or people who are locked
	Failing bool   // only organizations whose servers did not take a webhook, which is tried again
	Sort    string // SortNewest or SortName
	Page    int    // from 1
}

// DirectorySize is how many lines of the operator's lists a page shows.
const DirectorySize = 25

// foundPeople bounds how many people with an address like the one that was typed
// are looked at for their organizations.
const foundPeople = 50

// FindOrgs gives one page of the organizations that fit, and how many there are in
// all. For the operator; the organizations' own people never ask here.
func (s *Store) FindOrgs(ctx context.Context, q DirectoryQuery) ([]Organization, int, error) {
	theirs, err := s.orgsOfAddress(ctx, q.Search)
	if err != nil {
		return nil, 0, err
	}
	var rows []orgRow
	var total int64
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		filter := func() *gorm.DB {
			f := tx.Session(&gorm.Session{}).Model(&orgRow{})
			if words := contains(q.Search); words != "" {
				f = f.Where(`lower(name) LIKE ? ESCAPE '\' OR slug LIKE ? ESCAPE '\' OR id IN ?`, words, words, theirs)
			}
			if q.Closed {
				f = f.Where("suspended_at IS NOT NULL")
			}
			if q.Failing {
				f = f.Where("id IN (SELECT jobs.org_id FROM jobs WHERE jobs.kind = ? AND jobs.tries > 0)", jobWebhook)
			}
			return f
		}
		if err := filter().Count(&total).Error; err != nil {
			return err
		}
		order := "created_at DESC, id"
		if q.Sort == SortName {
			order = "lower(name), id"
		}
		return filter().Order(order).Limit(DirectorySize).Offset((PageWithin(q.Page, int(total), DirectorySize) - 1) * DirectorySize).Find(&rows).Error
	})
	out := make([]Organization, len(rows))
	for i, r := range rows {
		out[i] = r.organization()
	}
	return out, int(total), wrap(err, "find organizations")
}

// orgsOfAddress are the organizations of people whose address holds a text that
// looks like part of one; never an empty list, which SQL does not know.
func (s *Store) orgsOfAddress(ctx context.Context, search string) ([]string, error) {
	out := []string{string(nobody)}
	if !strings.Contains(search, "@") {
		return out, nil
	}
	var people []userRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Select("id").Where(`erased_at IS NULL AND email LIKE ? ESCAPE '\'`, contains(search)).Limit(foundPeople).Find(&people).Error
	})
	if err != nil {
		return nil, wrap(err, "find people by address")
	}
	for _, p := range people {
		orgs, err := s.OrgsOf(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range orgs {
			out = append(out, string(m.Org.ID))
		}
	}
	return out, nil
}

// FindPeople gives one page of the people who fit, and how many there are in all.
func (s *Store) FindPeople(ctx context.Context, q DirectoryQuery) ([]User, int, error) {
	var rows []userRow
	var total int64
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		filter := func() *gorm.DB {
			f := tx.Session(&gorm.Session{}).Model(&userRow{}).Where("erased_at IS NULL")
			if words := contains(q.Search); words != "" {
				f = f.Where(`lower(name) LIKE ? ESCAPE '\' OR email LIKE ? ESCAPE '\' OR nickname_key LIKE ? ESCAPE '\'`, words, words, words)
			}
			if q.Closed {
				f = f.Where("locked_at IS NOT NULL")
			}
			return f
		}
		if err := filter().Count(&total).Error; err != nil {
			return err
		}
		order := "created_at DESC, id"
		if q.Sort == SortName {
			order = "lower(name), id"
		}
		return filter().Order(order).Limit(DirectorySize).Offset((PageWithin(q.Page, int(total), DirectorySize) - 1) * DirectorySize).Find(&rows).Error
	})
	out := make([]User, len(rows))
	for i, r := range rows {
		out[i] = r.user()
	}
	return out, int(total), wrap(err, "find people")
}

// ServiceFacts are figures of the whole service.
type ServiceFacts struct {
	Organizations, Suspended int
	People, Locked           int
	NewOrganizations         int // of the last seven days
}

// Facts counts what an operator looks at first.
func (s *Store) Facts(ctx context.Context) (ServiceFacts, error) {
	var out ServiceFacts
	now := s.now()
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		for _, one := range []struct {
			into  *int
			model any
			where string
			args  []any
		}{
			{&out.Organizations, &orgRow{}, "1 = 1", nil},
			{&out.Suspended, &orgRow{}, "suspended_at IS NOT NULL", nil},
			{&out.NewOrganizations, &orgRow{}, "created_at > ?", []any{now.AddDate(0, 0, -7)}},
			{&out.People, &userRow{}, "erased_at IS NULL", nil},
			{&out.Locked, &userRow{}, "locked_at IS NOT NULL AND erased_at IS NULL", nil},
		} {
			var n int64
			if err := tx.Model(one.model).Where(one.where, one.args...).Count(&n).Error; err != nil {
				return err
			}
			*one.into = int(n)
		}
		return nil
	})
	return out, wrap(err, "count the service")
}

// Owners are the people who own the organization, for the operator, who has to
// know whom to write to.
func (o *Scoped) Owners(ctx context.Context) ([]MemberSummary, error) {
	var out []MemberSummary
	err := o.read(ctx, "list owners", func(tx *gorm.DB) error {
		return MemberQuery{Role: RoleOwner}.filter(tx).Select(memberColumns).Order("lower(users.name), memberships.user_id").Limit(PageSize).Scan(&out).Error
	})
	for i := range out {
		out[i].Since = out[i].Since.UTC()
	}
	return out, err
}

// MeetingsOn is how many meetings of the organization are on now.
func (o *Scoped) MeetingsOn(ctx context.Context) (int, error) {
	n := 0
	err := o.read(ctx, "count meetings", func(tx *gorm.DB) error {
		all, err := allRunning(tx, o.store.now())
		for _, one := range all {
			if one.open() {
				n++
			}
		}
		return err
	})
	return n, err
}
