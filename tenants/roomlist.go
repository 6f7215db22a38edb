package tenants

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// RoomPageSize is how many rooms a page shows: whole rows of two, three and four.
const RoomPageSize = 24

// RoomList asks for one page of an organization's rooms.
type RoomList struct {
	Search string // part of a name, or of a code
	Live   bool   // only rooms in which people meet now
	By     UserID // only rooms that this person made; "" = anybody's
	Sort   string // RoomsNewest, RoomsUsed or RoomsByName
	First  string // the code of a room that comes before all others; "" for none
	Page   int    // from 1
}

// RoomPage is one page of a list of rooms.
type RoomPage struct {
	Rooms []RoomSummary
	Page  int // the one that was asked for, or the last one when there are fewer
	Total int // rooms that fit, on all pages
	Live  int // rooms of the organization in which people meet now
}

// The orders of a list of rooms. Rooms in which people meet come first in all of
// them but the one by name.
const (
	RoomsNewest = ""
	RoomsUsed   = "used" // the one that was used last first
	RoomsByName = "name"
)

// Rooms gives one page of the organization's rooms, with the meetings that run in
// them. Archived ones are not among them.
func (o *Scoped) Rooms(ctx context.Context, q RoomList) (RoomPage, error) {
	var rooms []roomRow
	var live []sitting
	var past []meetingRow
	var out RoomPage
	now := o.store.now()
	err := o.read(ctx, "list rooms", func(tx *gorm.DB) error {
		var err error
		if live, err = allRunning(tx, now); err != nil {
			return err
		}
		open := roomsInUseNow(live, now)
		var total int64
		if err := q.filter(tx, open).Count(&total).Error; err != nil {
			return err
		}
		out.Total, out.Live, out.Page = int(total), len(open)-1, PageWithin(q.Page, int(total), RoomPageSize)
		page := q.sort(q.filter(tx, open), open, string(o.org))
		if err := page.Limit(RoomPageSize).Offset((out.Page - 1) * RoomPageSize).Find(&rooms).Error; err != nil {
			return err
		}
		past, err = lastEnded(tx, rooms)
		return err
	})
	if err != nil {
		return RoomPage{}, err
	}
	out.Rooms = summarize(rooms, live, past, now)
	return out, nil
}

// roomsInUseNow are the ids of the rooms in which people meet: a meeting that
// everybody has left may go on for minutes, and nobody is in it. The list is
// never empty, as SQL knows no empty ones.
func roomsInUseNow(live []sitting, now time.Time) []string {
	out := []string{string(nobody)}
	for _, s := range live {
		if s.open() && peopleIn(s.seats, now) > 0 {
			out = append(out, string(s.meeting.Room))
		}
	}
	return out
}

func (q RoomList) filter(tx *gorm.DB, open []string) *gorm.DB {
	tx = tx.Session(&gorm.Session{}).Model(&roomRow{}).Where("archived_at IS NULL")
	if q.Live {
		tx = tx.Where("id IN ?", open)
	}
	if q.By != "" {
		tx = tx.Where("created_by = ?", string(q.By))
	}
	if words := contains(q.Search); words != "" {
		tx = tx.Where(`(lower(rooms.name) LIKE ? ESCAPE '\' OR code LIKE ? ESCAPE '\')`, words, words)
	}
	return tx
}

// lastUse is when the last meeting in a room ended: one look into the index
// meetings_ended for each room.
const lastUse = `(SELECT m.ended_at FROM meetings AS m WHERE m.tenant_id = ? AND m.room_id = rooms.id
	AND m.ended_at IS NOT NULL ORDER BY m.ended_at DESC LIMIT 1)`

func (q RoomList) sort(tx *gorm.DB, open []string, org string) *gorm.DB {
	if q.Sort == RoomsByName {
		return tx.Order("lower(rooms.name), id")
	}
	var by []string
	var vars []any
	if q.First != "" {
		by, vars = append(by, "CASE WHEN code = ? THEN 0 ELSE 1 END"), append(vars, q.First)
	}
	if len(open) > 1 { // else the index rooms_newest alone gives the order
		by, vars = append(by, "CASE WHEN id IN ? THEN 0 ELSE 1 END"), append(vars, open)
	}
	if q.Sort == RoomsUsed {
		by, vars = append(by, "COALESCE("+lastUse+", created_at) DESC"), append(vars, org)
	}
	by = append(by, "created_at DESC", "id DESC")
	return tx.Order(clause.OrderBy{Expression: gorm.Expr(strings.Join(by, ", "), vars...)})
}

// lastEnded finds the last meeting that ended in each of the rooms.
func lastEnded(tx *gorm.DB, rooms []roomRow) (out []meetingRow, err error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	ids := make([]string, len(rooms))
	for i, r := range rooms {
		ids[i] = string(r.ID)
	}
	// In two steps: in one, PostgreSQL reads all meetings of the organization to find these few.
	const latest = `(SELECT m.id FROM meetings AS m WHERE m.tenant_id = rooms.tenant_id AND m.room_id = rooms.id
		AND m.ended_at IS NOT NULL ORDER BY m.ended_at DESC LIMIT 1)`
	var last []struct{ Meeting *string } // nil where nobody has met
	if err := tx.Model(&roomRow{}).Where("id IN ?", ids).Select(latest + " AS meeting").Scan(&last).Error; err != nil {
		return nil, err
	}
	meetings := make([]string, 0, len(last))
	for _, one := range last {
		if one.Meeting != nil {
			meetings = append(meetings, *one.Meeting)
		}
	}
	if len(meetings) == 0 {
		return nil, nil
	}
	return out, tx.Select("room_id, ended_at").Where("id IN ?", meetings).Find(&out).Error
}

func summarize(rooms []roomRow, live []sitting, past []meetingRow, now time.Time) []RoomSummary {
	ended := make(map[RoomID]*time.Time, len(past))
	for _, m := range past {
		ended[m.RoomID] = utc(m.EndedAt)
	}
	sitting := make(map[RoomID]sitting, len(live))
	for _, s := range live {
		sitting[s.meeting.Room] = s
	}
	out := make([]RoomSummary, len(rooms))
	for i, r := range rooms {
		out[i] = RoomSummary{Room: r.room(), LastEnded: ended[r.ID]}
		s, ok := sitting[r.ID]
		switch {
		case ok && s.open():
			out[i].Live, out[i].People, out[i].Names = &s.meeting, peopleIn(s.seats, now), s.names()
		case ok: // over, though nobody has said so yet
			out[i].LastEnded = s.meeting.EndedAt
		}
	}
	return out
}

// names are those of the people who are in a meeting, in the order they came.
func (s sitting) names() (out []string) {
	for _, seat := range s.seats {
		if seat.LeftAt == nil {
			out = append(out, seat.Name)
		}
	}
	return out
}
