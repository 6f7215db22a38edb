package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// MeetingDetail is one meeting and everybody who had a seat in it.
type MeetingDetail struct {
	MeetingSummary
	Participants []Participant // in the order they came; who is gone has LeftAt
}

// MeetingDetail shows a meeting, over or not. Only who manages the organization
// may ask.
func (o *Scoped) MeetingDetail(ctx context.Context, by UserID, id MeetingID) (out MeetingDetail, err error) {
	err = o.manager(ctx, "show a meeting", by, func(tx *gorm.DB, now time.Time) error {
		s, err := findMeeting(tx, id, now)
		if err != nil {
			return err
		}
		room, err := findRoom(tx, s.meeting.Room)
		out = MeetingDetail{MeetingSummary: s.summary(room.Name, now), Participants: make([]Participant, len(s.seats))}
		for i, seat := range s.seats {
			out.Participants[i] = seat.participant()
			out.Participants[i].LeftAt = goneAt(seat, s.meeting, now)
		}
		return err
	})
	return out, err
}

// goneAt is when somebody was gone: as they left, as word of them ceased, or as
// the meeting ended; nil for who is there.
func goneAt(seat seatRow, m Meeting, now time.Time) *time.Time {
	until := seat.hereUntil().UTC()
	switch {
	case m.EndedAt != nil:
		until = earlier(*m.EndedAt, until)
	case seat.isHere(now):
		return nil
	}
	return &until
}

// RoomNames are the names of all rooms by id, archived ones too. Only who
// manages the organization may ask.
func (o *Scoped) RoomNames(ctx context.Context, by UserID) (out []Room, err error) {
	err = o.manager(ctx, "list the names of rooms", by, func(tx *gorm.DB, _ time.Time) error {
		var rows []roomRow
		err := tx.Order("lower(name), id").Find(&rows).Error
		for _, r := range rows {
			out = append(out, r.room())
		}
		return err
	})
	return out, err
}
