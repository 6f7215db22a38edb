package tenants

import (
	"time"

	"gorm.io/gorm"
)

// sitting is a meeting with its seats.
type sitting struct {
	meeting Meeting
	lead    leadRow
	seats   []seatRow
}

// open reports whether there is a meeting and it runs.
func (s sitting) open() bool { return s.meeting.ID != "" && s.meeting.Running() }

// seat finds somebody's seat.
func (s sitting) seat(identity string) (seatRow, bool) {
	for _, r := range s.seats {
		if r.Identity == identity {
			return r, true
		}
	}
	return seatRow{}, false
}

// running finds the meeting of a room that nobody has ended, as it stands at a
// moment; there may be none. Who is going to change it passes a transaction
// through [forUpdate].
func running(tx *gorm.DB, room RoomID, at time.Time) (sitting, error) {
	var rows []meetingRow
	if err := tx.Where("room_id = ? AND ended_at IS NULL", string(room)).Find(&rows).Error; err != nil || len(rows) == 0 {
		return sitting{}, err
	}
	return seated(tx.Session(&gorm.Session{NewDB: true}), rows[0], at)
}

// allRunning finds all meetings of the organization that nobody has ended, as
// they stand at a moment.
func allRunning(tx *gorm.DB, at time.Time) ([]sitting, error) {
	var rows []meetingRow
	if err := tx.Where("ended_at IS NULL").Order("id").Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = string(row.ID)
	}
	var seats []seatRow
	fresh := tx.Session(&gorm.Session{NewDB: true})
	if err := fresh.Where("meeting_id IN ?", ids).Order("joined_at, identity").Find(&seats).Error; err != nil {
		return nil, err
	}
	byMeeting := make(map[MeetingID][]seatRow, len(rows))
	for _, seat := range seats {
		byMeeting[seat.MeetingID] = append(byMeeting[seat.MeetingID], seat)
	}
	out := make([]sitting, len(rows))
	for i, row := range rows {
		here := byMeeting[row.ID]
		out[i] = sitting{meeting: settle(row.meeting(), here, at), lead: row.Lead, seats: here}
	}
	return out, nil
}

// seated adds a meeting's seats, and what they and the clock say about it.
func seated(tx *gorm.DB, row meetingRow, at time.Time) (sitting, error) {
	var seats []seatRow
	if err := tx.Where("meeting_id = ?", string(row.ID)).Order("joined_at, identity").Find(&seats).Error; err != nil {
		return sitting{}, err
	}
	return sitting{meeting: settle(row.meeting(), seats, at), lead: row.Lead, seats: seats}, nil
}

// findMeeting finds a meeting of the organization as it stands at a moment.
func findMeeting(tx *gorm.DB, id MeetingID, at time.Time) (sitting, error) {
	if err := parseID(id); err != nil {
		return sitting{}, err
	}
	var row meetingRow
	if err := first(tx.Where("id = ?", string(id)), &row, "meeting"); err != nil {
		return sitting{}, err
	}
	return seated(tx.Session(&gorm.Session{NewDB: true}), row, at)
}

// lastMeeting finds the room's latest meeting as it stands at a moment.
func lastMeeting(tx *gorm.DB, room RoomID, at time.Time) (sitting, error) {
	var rows []meetingRow
	err := tx.Where("room_id = ?", string(room)).Order("started_at DESC, id DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return sitting{}, err
	}
	return seated(tx, rows[0], at)
}

// finish writes down a meeting's end and gives all its seats back.
func finish(tx *gorm.DB, m Meeting) error {
	got := tx.Model(&meetingRow{}).Where("id = ? AND ended_at IS NULL", string(m.ID)).
		Updates(map[string]any{"ended_at": *m.EndedAt, "end_reason": m.EndReason})
	if got.Error != nil {
		return got.Error
	}
	if got.RowsAffected == 1 {
		if err := publish(tx, EventMeetingEnded, *m.EndedAt, meetingEvent(m)); err != nil {
			return err
		}
	}
	return tx.Model(&seatRow{}).Where("meeting_id = ? AND left_at IS NULL", string(m.ID)).
		Update("left_at", *m.EndedAt).Error
}

// saveLimits writes down a meeting's changed limits.
func saveLimits(tx *gorm.DB, m Meeting) error {
	row := rowOfMeeting(m)
	return tx.Model(&meetingRow{}).Where("id = ?", string(m.ID)).Updates(map[string]any{
		"ends_at": row.EndsAt, "length": row.Length, "participant_limit": row.ParticipantLimit,
		"plan": row.Plan, "revision": row.Revision,
	}).Error
}
