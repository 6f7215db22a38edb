package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// MeetingDetail is one meeting and a page of those who had a seat in it.
type MeetingDetail struct {
	MeetingSummary
	Participants []Participant   // in the order they came; who is gone has LeftAt
	Quality      []QualityMinute // of these people, by person and time
	Chat         bool            // something that was written to everyone is kept
}

// MeetingDetail shows a meeting, over or not, and its people a page at a time,
// from 1; all of them for page 0. Only who manages the organization may ask.
func (o *Scoped) MeetingDetail(ctx context.Context, by UserID, id MeetingID, page int) (out MeetingDetail, err error) {
	err = o.manager(ctx, "show a meeting", by, func(tx *gorm.DB, now time.Time) error {
		s, err := findMeeting(tx, id, now)
		if err != nil {
			return err
		}
		room, err := findRoom(tx, s.meeting.Room)
		if err != nil {
			return err
		}
		out.MeetingSummary = s.summary(room.Name, now)
		seats := s.seats
		if page > 0 {
			from := min((page-1)*PageSize, len(seats))
			seats = seats[from:min(from+PageSize, len(seats))]
		}
		who := make([]string, len(seats))
		for i, seat := range seats {
			one := seat.participant()
			one.LeftAt = goneAt(seat, s.meeting, now)
			out.Participants, who[i] = append(out.Participants, one), seat.Identity
		}
		if out.Chat, err = hasChat(tx, id); err != nil {
			return err
		}
		out.Quality, err = qualityOf(tx, id, who)
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
