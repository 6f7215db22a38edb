package tenants

import (
	"time"

	"gorm.io/gorm"
)

// came is when a person first came to the meeting. Going and coming back changes
// nothing of it, and who is signed in is one person on all their devices.
func (at chatPlace) came(seat seatRow) time.Time {
	first := seat.JoinedAt
	for _, r := range at.seats {
		if seat.UserID != nil && r.UserID != nil && *r.UserID == *seat.UserID && r.JoinedAt.Before(first) {
			first = r.JoinedAt
		}
	}
	return first.UTC()
}

// readers are those who may be told how a message stands: nil for all of its
// circle. An edit or a reaction must not bring to who came later what was written
// before they did.
func (at chatPlace) readers(r chatRow) []string {
	if !at.since || r.Circle != "" {
		return nil
	}
	here, all := []string{r.Sender}, true // never empty, which would be everybody
	for _, seat := range at.seats {
		switch {
		case seat.Identity == r.Sender:
		case r.SentAt.Before(at.came(seat)):
			all = false
		default:
			here = append(here, seat.Identity)
		}
	}
	if all {
		return nil
	}
	return here
}

// kept is since when somebody reads, if something was written to everyone before
// that.
func (at chatPlace) kept(tx *gorm.DB) (time.Time, error) {
	if !at.since {
		return time.Time{}, nil
	}
	from := at.came(at.self)
	var before []chatRow
	err := tx.Select("seq").Where("meeting_id = ? AND circle = '' AND deleted_at IS NULL AND sent_at < ?", string(at.meeting.ID), from).Limit(1).Find(&before).Error
	if err != nil || len(before) == 0 {
		return time.Time{}, err
	}
	return from, nil
}
