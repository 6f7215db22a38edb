package tenants

import (
	"context"
	"strings"

	"gorm.io/gorm"
)

// ShownInput is what a person lets people of the same organizations see beside
// their name, and whether those find them.
type ShownInput struct {
	Findable                 Findable
	Email, Picture, TimeZone bool
}

// SetShown changes what others may see of a person. It holds from the next look
// on. Who manages an organization sees its people's addresses in any case: they
// have to know who belongs. A picture that shows again counts again: limits and
// faults are those of [Store.SetPicture].
func (s *Store) SetShown(ctx context.Context, id UserID, in ShownInput, limits map[OrgID]StorageLimit) error {
	if !in.Findable.Valid() {
		return invalid("findable", KeyForbidden)
	}
	size, err := s.hiddenPicture(ctx, id)
	if err != nil {
		return wrap(err, "look at what others see")
	}
	if !in.Picture {
		size = 0
	}
	return wrap(s.whereItFits(ctx, id, size, limits, func(tx *gorm.DB) error {
		got := tx.Model(&userRow{}).Where("id = ? AND erased_at IS NULL", string(id)).Updates(map[string]any{
			"findable": in.Findable, "show_email": in.Email, "show_picture": in.Picture, "show_time_zone": in.TimeZone,
		})
		if got.Error == nil && got.RowsAffected == 0 {
			return notFound("person")
		}
		return got.Error
	}), "change what others may see")
}

// hiddenPicture is how many bytes a picture has that the person does not show; 0
// for none.
func (s *Store) hiddenPicture(ctx context.Context, id UserID) (size int64, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		hidden := tx.Model(&userRow{}).Where("id = ? AND NOT show_picture", string(id)).Select("picture")
		return tx.Model(&pictureRow{}).Where("hash IN (?)", hidden).Select("COALESCE(SUM(LENGTH(data)), 0)").Scan(&size).Error
	})
	return size, err
}

// Colleague is a member as other members see them: what the person does not show
// is "".
type Colleague struct {
	ID                       UserID
	Name, Nickname           string
	Role                     Role
	Email, Picture, TimeZone string
}

// Colleagues gives one page of the organization's people for one of them, with
// how many there are that fit: those who want to be found, and oneself. Search is
// part of a name or of a nickname; an address finds nobody.
func (o *Scoped) Colleagues(ctx context.Context, viewer UserID, search string, page int) ([]Colleague, int, error) {
	var rows []colleagueRow
	var total int64
	err := o.read(ctx, "list colleagues", func(tx *gorm.DB) error {
		if _, err := roleOf(tx, viewer); err != nil {
			return err
		}
		found := func() *gorm.DB {
			q := tx.Session(&gorm.Session{}).Model(&membershipRow{}).Joins("JOIN users ON users.id = memberships.user_id").
				Where("users.findable <> ? OR users.id = ?", FoundByNobody, string(viewer))
			if words := contains(strings.TrimPrefix(search, "@")); words != "" {
				q = q.Where(`lower(users.name) LIKE ? ESCAPE '\' OR users.nickname LIKE ? ESCAPE '\'`, words, words)
			}
			return q
		}
		err := found().Select("memberships.user_id, memberships.role, users.name, users.nickname, users.email, users.picture, users.time_zone, " +
			"users.show_email, users.show_picture, users.show_time_zone, COUNT(*) OVER () AS total").
			Order("lower(users.name), memberships.user_id").Limit(PageSize).Offset((max(page, 1) - 1) * PageSize).Scan(&rows).Error
		if err == nil && len(rows) == 0 {
			return found().Count(&total).Error // a page past the last one
		}
		if len(rows) > 0 {
			total = rows[0].Total
		}
		return err
	})
	out := make([]Colleague, len(rows))
	for i, r := range rows {
		out[i] = r.colleague(viewer)
	}
	return out, int(total), err
}

type colleagueRow struct {
	UserID                               UserID
	Role                                 Role
	Name, Email, Picture, TimeZone       string
	Nickname                             *string
	ShowEmail, ShowPicture, ShowTimeZone bool
	Total                                int64 // of the whole list
}

// colleague leaves out what the person does not show to this one.
func (r colleagueRow) colleague(viewer UserID) Colleague {
	out := Colleague{ID: r.UserID, Name: r.Name, Role: r.Role}
	if r.Nickname != nil {
		out.Nickname = *r.Nickname
	}
	self := r.UserID == viewer
	if r.ShowEmail || self {
		out.Email = r.Email
	}
	if r.ShowPicture || self {
		out.Picture = r.Picture
	}
	if r.ShowTimeZone || self {
		out.TimeZone = r.TimeZone
	}
	return out
}
