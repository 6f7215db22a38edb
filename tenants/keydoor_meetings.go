package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// MeetingQuery picks meetings of the organization.
type MeetingQuery struct {
	Slice
	Room  RoomID    // "" = all rooms
	State string    // "live", "ended"; "" = both
	From  time.Time // that started then or later; zero = any
	Until time.Time // that started before; zero = any
}

// MeetingSummary is a meeting as a list shows it.
type MeetingSummary struct {
	Meeting
	RoomName string
	People   int // who had a seat, gone or not
	Here     int // who has one now

	ClosesAt time.Time // when it ends unless somebody comes back, where everybody has left; else zero
}

// Meetings lists meetings, the one that started last first.
func (d *KeyDoor) Meetings(ctx context.Context, q MeetingQuery) (out []MeetingSummary, more bool, err error) {
	err = d.read(ctx, ScopeMeetingsRead, "list meetings for a program", func(tx *gorm.DB, now time.Time) error {
		out, more, err = meetingList(tx, q, now)
		return err
	})
	return out, more, err
}

// Meeting finds a meeting, over or not.
func (d *KeyDoor) Meeting(ctx context.Context, id MeetingID) (out MeetingSummary, err error) {
	err = d.read(ctx, ScopeMeetingsRead, "find a meeting for a program", func(tx *gorm.DB, now time.Time) error {
		out, err = meetingSummary(tx, id, now)
		return err
	})
	return out, err
}

func meetingSummary(tx *gorm.DB, id MeetingID, now time.Time) (MeetingSummary, error) {
	s, err := findMeeting(tx, id, now)
	if err != nil {
		return MeetingSummary{}, err
	}
	room, err := findRoom(tx, s.meeting.Room)
	return s.summary(room.Name, now), err
}

func (s sitting) summary(room string, now time.Time) MeetingSummary {
	out := MeetingSummary{Meeting: s.meeting, RoomName: room, People: len(s.seats)}
	if s.meeting.Running() {
		if out.Here = peopleIn(s.seats, now); out.Here == 0 {
			out.ClosesAt = closesAt(s.meeting, s.seats)
		}
	}
	return out
}

// Participants lists who had a seat in a meeting, in the order they came.
func (d *KeyDoor) Participants(ctx context.Context, id MeetingID) (out []Participant, err error) {
	err = d.read(ctx, ScopeMeetingsRead, "list a meeting's people for a program", func(tx *gorm.DB, now time.Time) error {
		s, err := findMeeting(tx, id, now)
		out = make([]Participant, len(s.seats))
		for i, seat := range s.seats {
			out[i] = seat.participant()
			if out[i].LeftAt == nil && !s.meeting.Running() {
				out[i].LeftAt = s.meeting.EndedAt
			}
		}
		return err
	})
	return out, err
}

// EndMeeting ends a meeting now, and gives its room, which is to be closed on its
// media node. One that is over stays as it ended.
func (d *KeyDoor) EndMeeting(ctx context.Context, id MeetingID) (Room, MeetingSummary, error) {
	var room roomRow
	var out MeetingSummary
	err := d.write(ctx, ScopeMeetingsWrite, "end a meeting for a program", func(tx *gorm.DB, now time.Time) error {
		var s sitting
		var err error
		if s, room, err = endNow(tx, "", id, now); err == nil {
			out = s.summary(room.Name, now)
		}
		return err
	})
	return room.room(), out, err
}

// noMeeting keeps a list of ids from being empty, which SQL does not know.
const noMeeting = "00000000-0000-0000-0000-000000000000"

func meetingList(tx *gorm.DB, q MeetingQuery, now time.Time) ([]MeetingSummary, bool, error) {
	s, err := q.on(tx)
	if err != nil {
		return nil, false, err
	}
	live, err := allRunning(tx, now)
	if err != nil {
		return nil, false, err
	}
	open := make(map[MeetingID]sitting, len(live))
	var running []string
	for _, m := range live {
		open[m.meeting.ID] = m
		if m.open() {
			running = append(running, string(m.meeting.ID))
		}
	}
	switch q.State {
	case "live":
		s = s.Where("id IN ?", append(running, noMeeting))
	case "ended":
		s = s.Where("id NOT IN ?", append(running, noMeeting))
	}
	var rows []meetingRow
	if err := s.Order("id DESC").Limit(q.limit() + 1).Find(&rows).Error; err != nil {
		return nil, false, err
	}
	more := len(rows) > q.limit()
	rows = rows[:min(len(rows), q.limit())]
	out, err := meetingSummaries(tx, rows, open, now)
	return out, more, err
}

// on limits a statement to what the query picks.
func (q MeetingQuery) on(tx *gorm.DB) (*gorm.DB, error) {
	if q.After != "" {
		if parseID(q.After) != nil {
			return nil, invalid("cursor", KeyCursorInvalid)
		}
		tx = tx.Where("id < ?", q.After)
	}
	if q.Room != "" {
		if err := parseID(q.Room); err != nil {
			return nil, err
		}
		tx = tx.Where("room_id = ?", string(q.Room))
	}
	if !q.From.IsZero() {
		tx = tx.Where("started_at >= ?", q.From.UTC())
	}
	if !q.Until.IsZero() {
		tx = tx.Where("started_at < ?", q.Until.UTC())
	}
	return tx, nil
}

// meetingSummaries adds names of rooms and counts of people.
func meetingSummaries(tx *gorm.DB, rows []meetingRow, open map[MeetingID]sitting, now time.Time) ([]MeetingSummary, error) {
	rooms, ids := make(map[string]bool), make([]string, len(rows))
	for i, r := range rows {
		rooms[string(r.RoomID)], ids[i] = true, string(r.ID)
	}
	names, err := namesOf(tx, rooms)
	if err != nil {
		return nil, err
	}
	counts, err := seatCounts(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]MeetingSummary, len(rows))
	for i, r := range rows {
		if s, ok := open[r.ID]; ok {
			out[i] = s.summary(names[string(r.RoomID)], now)
			continue
		}
		out[i] = MeetingSummary{Meeting: r.meeting(), RoomName: names[string(r.RoomID)], People: counts[r.ID]}
	}
	return out, nil
}

func seatCounts(tx *gorm.DB, meetings []string) (map[MeetingID]int, error) {
	out := make(map[MeetingID]int, len(meetings))
	if len(meetings) == 0 {
		return out, nil
	}
	var counts []struct {
		MeetingID MeetingID
		People    int
	}
	err := tx.Model(&seatRow{}).Select("meeting_id, COUNT(*) AS people").Where("meeting_id IN ?", meetings).Group("meeting_id").Find(&counts).Error
	for _, c := range counts {
		out[c.MeetingID] = c.People
	}
	return out, err
}
