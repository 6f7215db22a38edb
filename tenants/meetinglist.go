package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// MeetingFilter picks meetings that are over, for the pages of an organization.
type MeetingFilter struct {
	Room   RoomID    // "" = all rooms
	Person string    // part of the name or address of somebody who was in it; "" = everybody
	From   time.Time // that started then or later; zero = any
	Until  time.Time // that started before; zero = any
	Sort   string    // SortLatest, SortOldest, SortLongest, SortPeople or SortFiles
	Page   int       // from 1

	members []string // whose name or address fits
}

// The orders of a list of meetings.
const (
	SortLatest  = ""
	SortOldest  = "oldest"
	SortLongest = "longest"
	SortPeople  = "people"
	SortFiles   = "files" // by what is left of their files
)

// LiveMeeting is a meeting that runs, and who is in it.
type LiveMeeting struct {
	MeetingSummary
	Names []string // in the order they came
}

// PastMeetings gives one page of the meetings that are over and how many there
// are in all that fit. Only who manages the organization may ask.
func (o *Scoped) PastMeetings(ctx context.Context, by UserID, f MeetingFilter) (out []MeetingSummary, total int, err error) {
	err = o.manager(ctx, "list past meetings", by, func(tx *gorm.DB, now time.Time) error {
		open, err := f.prepare(tx, now)
		if err != nil {
			return err
		}
		if total, err = f.count(tx, open); err != nil {
			return err
		}
		var rows []meetingRow
		err = f.on(tx, open).Order(f.order(tx)).Limit(PageSize).Offset((max(f.Page, 1) - 1) * PageSize).Find(&rows).Error
		if err != nil {
			return err
		}
		out, err = meetingSummaries(tx, rows, open, now)
		return err
	})
	return out, total, err
}

// meetingBatch is how many meetings an export reads at once.
const meetingBatch = 500

// EachPastMeeting hands all meetings that are over and fit to fn, the one that
// started last first, whatever order the filter names. What starts or ends
// meanwhile may be missing. Only who manages the organization may ask.
func (o *Scoped) EachPastMeeting(ctx context.Context, by UserID, f MeetingFilter, fn func(MeetingSummary) error) error {
	var last *MeetingSummary
	for {
		var batch []MeetingSummary
		err := o.manager(ctx, "export past meetings", by, func(tx *gorm.DB, now time.Time) error {
			open, err := f.prepare(tx, now)
			if err != nil {
				return err
			}
			var rows []meetingRow
			s := f.on(tx, open)
			if last != nil {
				s = s.Where("(meetings.started_at, meetings.id) < (?, ?)", last.StartedAt, string(last.ID))
			}
			err = s.Order(MeetingFilter{}.order(tx)).Limit(meetingBatch).Find(&rows).Error
			if err != nil {
				return err
			}
			batch, err = meetingSummaries(tx, rows, open, now)
			return err
		})
		if err != nil {
			return err
		}
		for _, m := range batch {
			if err := fn(m); err != nil {
				return err
			}
		}
		if len(batch) < meetingBatch {
			return nil
		}
		last = &batch[len(batch)-1]
	}
}

// LiveMeetings are the meetings that run, the latest first, and who is in each.
// Only who manages the organization may ask.
func (o *Scoped) LiveMeetings(ctx context.Context, by UserID) (out []LiveMeeting, err error) {
	err = o.manager(ctx, "list running meetings", by, func(tx *gorm.DB, now time.Time) error {
		all, err := allRunning(tx, now)
		if err != nil {
			return err
		}
		rooms := map[string]bool{}
		for _, s := range all {
			rooms[string(s.meeting.Room)] = true
		}
		names, err := namesOf(tx, rooms)
		for i := len(all) - 1; i >= 0; i-- {
			if s := all[i]; s.open() {
				out = append(out, LiveMeeting{MeetingSummary: s.summary(names[string(s.meeting.Room)], now), Names: s.namesHere(now)})
			}
		}
		return err
	})
	return out, err
}

func (s sitting) namesHere(now time.Time) (names []string) {
	for _, seat := range s.seats {
		if seat.isHere(now) {
			names = append(names, seat.Name)
		}
	}
	return names
}

// CloseMeeting ends a meeting now, in the name of somebody who manages the
// organization, and gives its room, which is to be closed on its media node. One
// that is over stays as it ended.
func (o *Scoped) CloseMeeting(ctx context.Context, by UserID, id MeetingID) (room Room, err error) {
	err = o.write(ctx, "end a meeting from the console", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins end meetings of others")
		}
		s, row, err := endNow(tx, by, id, o.store.now())
		if err == nil && s.meeting.ID != "" {
			room = row.room()
		}
		return err
	})
	return room, err
}

// endNow ends a meeting, and says so in the audit log; by is "" for a program.
func endNow(tx *gorm.DB, by UserID, id MeetingID, now time.Time) (sitting, roomRow, error) {
	s, err := findMeeting(forUpdate(tx), id, now)
	if err != nil {
		return s, roomRow{}, err
	}
	room, err := findRoom(tx, s.meeting.Room)
	if err != nil {
		return s, room, err
	}
	runs := s.meeting.Running()
	if runs {
		s.meeting = s.meeting.ended(now, EndHost)
	}
	if err := finish(tx, s.meeting); err != nil || !runs {
		return s, room, err
	}
	return s, room, record(tx, now, by, "meeting.end", string(room.ID), string(id))
}

// manager reads in the name of somebody who manages the organization.
func (o *Scoped) manager(ctx context.Context, tried string, by UserID, fn func(tx *gorm.DB, now time.Time) error) error {
	return o.read(ctx, tried, func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins see the meetings of everybody")
		}
		return fn(tx, o.store.now())
	})
}

// prepare finds the meetings that nobody has ended, by id (of some, the clock says
// that they are over), and the members whom the filter means. These are few, while
// looking all people of the service through for each list would not be.
func (f *MeetingFilter) prepare(tx *gorm.DB, now time.Time) (map[MeetingID]sitting, error) {
	all, err := allRunning(tx, now)
	if err != nil {
		return nil, err
	}
	open := make(map[MeetingID]sitting, len(all))
	for _, s := range all {
		open[s.meeting.ID] = s
	}
	if contains(f.Person) != "" {
		err = MemberQuery{Search: f.Person}.filter(tx).Limit(membersMeant).Pluck("memberships.user_id", &f.members).Error
	}
	f.members = append(f.members, noMeeting)
	return open, err
}

// membersMeant bounds how many people a filter may mean.
const membersMeant = 1000

// count is how many meetings fit.
func (f MeetingFilter) count(tx *gorm.DB, open map[MeetingID]sitting) (int, error) {
	var n int64
	err := f.on(tx, open).Model(&meetingRow{}).Count(&n).Error
	return int(n), err
}

// on limits a statement to what the filter picks.
func (f MeetingFilter) on(tx *gorm.DB, open map[MeetingID]sitting) *gorm.DB {
	tx = tx.Session(&gorm.Session{})
	running := []string{noMeeting}
	for id, s := range open {
		if s.open() {
			running = append(running, string(id))
		}
	}
	tx = tx.Where("meetings.id NOT IN ?", running)
	if f.Room != "" {
		room := string(f.Room)
		if parseID(f.Room) != nil {
			room = noMeeting // no room has it either
		}
		tx = tx.Where("meetings.room_id = ?", room)
	}
	if !f.From.IsZero() {
		tx = tx.Where("meetings.started_at >= ?", f.From.UTC())
	}
	if !f.Until.IsZero() {
		tx = tx.Where("meetings.started_at < ?", f.Until.UTC())
	}
	if words := contains(f.Person); words != "" {
		tx = tx.Where(`EXISTS (SELECT 1 FROM participants AS who WHERE who.tenant_id = meetings.tenant_id AND who.meeting_id = meetings.id
			AND (lower(who.name) LIKE ? ESCAPE '\' OR who.user_id IN ?))`, words, f.members)
	}
	return tx
}

func (f MeetingFilter) order(tx *gorm.DB) string {
	switch f.Sort {
	case SortOldest:
		return "meetings.started_at, meetings.id"
	case SortLongest:
		if tx.Dialector.Name() == "sqlite" {
			return "julianday(meetings.ended_at) - julianday(meetings.started_at) DESC, meetings.id DESC"
		}
		return "meetings.ended_at - meetings.started_at DESC NULLS LAST, meetings.id DESC"
	case SortPeople:
		return "(SELECT COUNT(*) FROM participants AS seat WHERE seat.tenant_id = meetings.tenant_id AND seat.meeting_id = meetings.id) DESC, meetings.id DESC"
	case SortFiles:
		return "(SELECT COALESCE(SUM(file.size + file.preview_size), 0) FROM chat_files AS file WHERE file.tenant_id = meetings.tenant_id AND file.meeting_id = meetings.id) DESC, meetings.id DESC"
	}
	return "meetings.started_at DESC, meetings.id DESC"
}
