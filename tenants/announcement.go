package tenants

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// How much an announcement matters.
const (
	AnnounceInfo    = "info"
	AnnounceWarning = "warning"
	AnnounceDanger  = "danger"
)

// Whom an announcement is for.
const (
	AudienceAll    = "all"
	AudienceAdmins = "admins" // who manages an organization
	AudienceOrg    = "org"    // the members of one
	AudiencePlan   = "plan"   // the members of those on a plan
)

// Announcement is what the operator tells people in the console, for a time. It is
// text and nothing else.
type Announcement struct {
	ID               string
	English, German  string
	Level, Audience  string
	Target           string // the organization's or the plan's id, where the audience has one
	Starts, Ends     time.Time
	Created, Updated time.Time
}

// Running reports whether people see it at the moment.
func (a Announcement) Running(now time.Time) bool {
	return !now.Before(a.Starts) && now.Before(a.Ends)
}

// In is its text in a language, given by its tag.
func (a Announcement) In(lang string) string {
	if lang == "de" {
		return a.German
	}
	return a.English
}

const (
	announcementMost = 500                  // of a text, in characters
	announcementTime = 366 * 24 * time.Hour // the longest that one runs
)

// Validate says which field is at fault: english, german, level, audience, target,
// starts or ends.
func (a Announcement) Validate() error {
	wrong := func(field, key string) error {
		return &Error{Code: CodeInvalid, Field: field, Key: key, Err: errors.New("tenants: an announcement's " + field + " is missing or out of range")}
	}
	for field, text := range map[string]string{"english": a.English, "german": a.German} {
		if n := len([]rune(text)); n == 0 || n > announcementMost || !plainText(text) {
			return wrong(field, "error.announcement.text")
		}
	}
	aimed := a.Audience == AudienceOrg || a.Audience == AudiencePlan
	switch {
	case a.Level != AnnounceInfo && a.Level != AnnounceWarning && a.Level != AnnounceDanger:
		return wrong("level", "error.announcement.level")
	case !aimed && a.Audience != AudienceAll && a.Audience != AudienceAdmins:
		return wrong("audience", "error.announcement.audience")
	case aimed && a.Target == "" || len(a.Target) > 64:
		return wrong("target", "error.announcement.target")
	case !a.Ends.After(a.Starts) || a.Ends.Sub(a.Starts) > announcementTime:
		return wrong("ends", "error.announcement.ends")
	}
	return nil
}

// plainText reports whether a text has nothing in it that changes how a line is
// shown: no control characters, none that turn the direction around.
func plainText(text string) bool {
	return storable(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

// announcementRow is how it lies in the database.
type announcementRow struct {
	ID        string `gorm:"primaryKey"`
	TextEn    string
	TextDe    string
	Level     string
	Audience  string
	Target    string
	StartsAt  time.Time
	EndsAt    time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (announcementRow) TableName() string { return "announcements" }

func (r announcementRow) announcement() Announcement {
	return Announcement{
		ID: r.ID, English: r.TextEn, German: r.TextDe, Level: r.Level, Audience: r.Audience, Target: r.Target,
		Starts: r.StartsAt.UTC(), Ends: r.EndsAt.UTC(), Created: r.CreatedAt.UTC(), Updated: r.UpdatedAt.UTC(),
	}
}

// dismissalRow says that somebody has put one away.
type dismissalRow struct {
	AnnouncementID string `gorm:"primaryKey"`
	UserID         UserID `gorm:"primaryKey"`
}

func (dismissalRow) TableName() string { return "announcement_dismissals" }

// SaveAnnouncement makes an announcement, or changes the one with the ID. Faults
// name their field; an organization that there is not is a fault of "target".
func (s *Store) SaveAnnouncement(ctx context.Context, a Announcement) (id string, err error) {
	a.English, a.German, a.Target = strings.TrimSpace(a.English), strings.TrimSpace(a.German), strings.TrimSpace(a.Target)
	if a.Audience != AudienceOrg && a.Audience != AudiencePlan {
		a.Target = ""
	}
	if err := a.Validate(); err != nil {
		return "", err
	}
	row := announcementRow{
		ID: a.ID, TextEn: a.English, TextDe: a.German, Level: a.Level, Audience: a.Audience, Target: a.Target,
		StartsAt: a.Starts.UTC(), EndsAt: a.Ends.UTC(), CreatedAt: s.now(), UpdatedAt: s.now(),
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		if row.Audience == AudienceOrg {
			var org orgRow
			if err := first(tx.Where("id = ?", row.Target), &org, "organization"); err != nil {
				return &Error{Code: CodeInvalid, Field: "target", Key: "error.announcement.target", Err: err}
			}
		}
		if row.ID == "" {
			if row.ID, err = newID(); err != nil {
				return err
			}
			return tx.Create(&row).Error
		}
		if err := parseID(row.ID); err != nil {
			return err
		}
		changed := tx.Model(&announcementRow{}).Where("id = ?", row.ID).Select("*").Omit("id", "created_at").Updates(&row)
		if changed.Error == nil && changed.RowsAffected == 0 {
			return notFound("announcement")
		}
		return changed.Error
	})
	s.told.Forget()
	return row.ID, wrap(err, "save an announcement")
}

// EndAnnouncement takes one off all pages at once. Doing it again changes nothing.
func (s *Store) EndAnnouncement(ctx context.Context, id string) error {
	if err := parseID(id); err != nil {
		return err
	}
	now := s.now()
	defer s.told.Forget()
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		var row announcementRow
		if err := first(tx.Where("id = ?", id), &row, "announcement"); err != nil {
			return err
		}
		return tx.Model(&announcementRow{}).Where("id = ? AND ends_at > ?", id, now).Updates(map[string]any{"ends_at": now, "updated_at": now}).Error
	}), "end an announcement")
}

// AnnouncementByID finds one.
func (s *Store) AnnouncementByID(ctx context.Context, id string) (Announcement, error) {
	if err := parseID(id); err != nil {
		return Announcement{}, err
	}
	var row announcementRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return first(tx.Where("id = ?", id), &row, "announcement") })
	return row.announcement(), wrap(err, "find an announcement")
}

// Announcements lists them for the operator, those that end last first, and counts
// them.
func (s *Store) Announcements(ctx context.Context, skip, limit int) (out []Announcement, total int, err error) {
	var rows []announcementRow
	var n int64
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		if err := tx.Model(&announcementRow{}).Count(&n).Error; err != nil {
			return err
		}
		return tx.Order("ends_at DESC, id").Offset(skip).Limit(limit).Find(&rows).Error
	})
	for _, r := range rows {
		out = append(out, r.announcement())
	}
	return out, int(n), wrap(err, "list the announcements")
}

// Reader is somebody on a page of an organization's console.
type Reader struct {
	User    UserID
	Org     OrgID
	Manages bool
	Plan    string // that the organization is on
}

// AnnouncementsFor lists what a reader is told now and has not put away, what
// matters most first.
func (s *Store) AnnouncementsFor(ctx context.Context, r Reader) (out []Announcement, err error) {
	var rows []announcementRow
	now := s.now()
	if any, err := s.anythingTold(ctx, now); err != nil || !any {
		return nil, wrap(err, "look for announcements")
	}
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		audiences := []string{AudienceAll}
		if r.Manages {
			audiences = append(audiences, AudienceAdmins)
		}
		q := tx.Where("ends_at > ? AND starts_at <= ?", now, now).
			Where("(audience IN ? OR audience = ? AND target = ? OR audience = ? AND target = ?)", audiences, AudienceOrg, string(r.Org), AudiencePlan, r.Plan).
			Where("NOT EXISTS (SELECT 1 FROM announcement_dismissals d WHERE d.announcement_id = announcements.id AND d.user_id = ?)", string(r.User))
		return q.Order("CASE level WHEN 'danger' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, starts_at DESC, id").Limit(announcementsShown).Find(&rows).Error
	})
	for _, row := range rows {
		out = append(out, row.announcement())
	}
	return out, wrap(err, "look for announcements")
}

// anythingTold reports whether any announcement runs: mostly none does, and every page
// would ask.
func (s *Store) anythingTold(ctx context.Context, now time.Time) (bool, error) {
	all, err := s.told.Get(func() ([]announcementRow, error) {
		var rows []announcementRow
		err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
			return tx.Select("starts_at", "ends_at").Where("ends_at > ?", now).Find(&rows).Error
		})
		return rows, err
	})
	return slices.ContainsFunc(all, func(r announcementRow) bool { return r.announcement().Running(now) }), err
}

// announcementsShown is how many one page has room for.
const announcementsShown = 3

// DismissAnnouncement puts one away for a person. Doing it again changes nothing.
func (s *Store) DismissAnnouncement(ctx context.Context, user UserID, id string) error {
	if err := errors.Join(parseID(user), parseID(id)); err != nil {
		return notFound("announcement")
	}
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		var row announcementRow
		if err := first(tx.Where("id = ?", id), &row, "announcement"); err != nil {
			return err
		}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&dismissalRow{AnnouncementID: id, UserID: user}).Error
	}), "put an announcement away")
}
