package tenants

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
)

// PageSize is how many lines a list shows at once.
const PageSize = 50

// PageWithin is the page that was asked for, from 1, or the last one of a list
// that has fewer: somebody comes back to it after its last line was taken away.
func PageWithin(page, total, size int) int {
	return min(max(page, 1), max((total+size-1)/size, 1))
}

// MemberQuery asks for one page of an organization's people.
type MemberQuery struct {
	Search string // part of a name or of an address
	Role   Role   // "" = any
	Sort   string // SortName, SortNewest or SortRole
	Page   int    // from 1
}

// The orders of a list of people.
const (
	SortName   = ""
	SortNewest = "newest"
	SortRole   = "role"
)

// MemberSummary is a member as a list shows them.
type MemberSummary struct {
	UserID  UserID
	Name    string
	Email   string
	Picture string // "" where the person does not show it
	Role    Role
	Since   time.Time `gorm:"column:created_at"`
}

// memberColumns are those of a [MemberSummary].
const memberColumns = "memberships.user_id, memberships.role, memberships.created_at, users.name, users.email, " +
	"CASE WHEN users.show_picture THEN users.picture ELSE '' END AS picture"

// Members gives one page of the organization's people and how many there are in
// all that fit.
func (o *Scoped) Members(ctx context.Context, q MemberQuery) ([]MemberSummary, int, error) {
	var out []MemberSummary
	var total int64
	err := o.read(ctx, "list members", func(tx *gorm.DB) error {
		if err := q.count(tx).Count(&total).Error; err != nil {
			return err
		}
		return q.filter(tx).
			Select(memberColumns).
			Order(q.order()).Limit(PageSize).Offset((PageWithin(q.Page, int(total), PageSize) - 1) * PageSize).Scan(&out).Error
	})
	for i := range out {
		out[i].Since = out[i].Since.UTC()
	}
	return out, int(total), err
}

// count is filter without the people where nothing of theirs is asked: all of them
// would be looked up to be counted.
func (q MemberQuery) count(tx *gorm.DB) *gorm.DB {
	if contains(q.Search) != "" {
		return q.filter(tx)
	}
	tx = tx.Session(&gorm.Session{}).Model(&membershipRow{})
	if q.Role != "" {
		tx = tx.Where("role = ?", q.Role)
	}
	return tx
}

func (q MemberQuery) filter(tx *gorm.DB) *gorm.DB {
	tx = tx.Session(&gorm.Session{}).Model(&membershipRow{}).Joins("JOIN users ON users.id = memberships.user_id")
	if q.Role != "" {
		tx = tx.Where("memberships.role = ?", q.Role)
	}
	if words := contains(q.Search); words != "" {
		tx = tx.Where(`lower(users.name) LIKE ? ESCAPE '\' OR users.email LIKE ? ESCAPE '\'`, words, words)
	}
	return tx
}

func (q MemberQuery) order() string {
	switch q.Sort {
	case SortNewest:
		return "memberships.created_at DESC, memberships.user_id"
	case SortRole:
		return "CASE memberships.role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 WHEN 'billing' THEN 2 ELSE 3 END, lower(users.name), memberships.user_id"
	}
	return "lower(users.name), memberships.user_id"
}

// contains is a pattern for texts that hold these words; "" for no words.
func contains(words string) string {
	words = strings.ToLower(truncate(cleanName(words), nameMax))
	if words == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(words) + "%"
}

// Member gives one member.
func (o *Scoped) Member(ctx context.Context, who UserID) (MemberSummary, error) {
	var out MemberSummary
	err := o.read(ctx, "find a member", func(tx *gorm.DB) error {
		if _, err := memberRole(tx, who); err != nil {
			return err
		}
		return MemberQuery{}.filter(tx).
			Select(memberColumns).
			Where("memberships.user_id = ?", string(who)).Limit(1).Scan(&out).Error
	})
	out.Since = out.Since.UTC()
	return out, err
}

// MemberCount is how many people belong to the organization.
func (o *Scoped) MemberCount(ctx context.Context) (int, error) {
	var n int64
	err := o.read(ctx, "count members", func(tx *gorm.DB) error { return tx.Model(&membershipRow{}).Count(&n).Error })
	return int(n), err
}

// Place is somebody's seat in a meeting that runs.
type Place struct {
	Room     Room
	Identity string
	Name     string
}

// PlacesOf are the seats that a person has in the organization's running
// meetings, on all their devices.
func (o *Scoped) PlacesOf(ctx context.Context, who UserID) ([]Place, error) {
	return o.places(ctx, func(r seatRow) bool { return r.UserID != nil && *r.UserID == who })
}

// GuestPlaces are the seats of people who do not belong to the organization.
func (o *Scoped) GuestPlaces(ctx context.Context) ([]Place, error) {
	return o.places(ctx, func(r seatRow) bool { return !r.Member })
}

func (o *Scoped) places(ctx context.Context, fits func(seatRow) bool) ([]Place, error) {
	var out []Place
	now := o.store.now()
	err := o.read(ctx, "find seats", func(tx *gorm.DB) error {
		all, err := allRunning(tx, now)
		if err != nil {
			return err
		}
		for _, s := range all {
			var room *Room
			for _, seat := range s.seats {
				if !s.open() || seat.LeftAt != nil || !fits(seat) {
					continue
				}
				if room == nil {
					row, err := findRoom(tx, s.meeting.Room)
					if err != nil {
						return err
					}
					found := row.room()
					room = &found
				}
				out = append(out, Place{Room: *room, Identity: seat.Identity, Name: seat.Name})
			}
		}
		return nil
	})
	return out, err
}
