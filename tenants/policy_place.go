package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// RuledPlace is a seat in a meeting that runs, with what the policies and the host
// leave to who has it.
type RuledPlace struct {
	Place
	Rights Rights
}

// RuledPlaces are the seats in running meetings whose rights the policies say:
// those of one person, or with "" of all. Whom the organization's own programs
// let in are not among them.
func (o *Scoped) RuledPlaces(ctx context.Context, who UserID) ([]RuledPlace, error) {
	var out []RuledPlace
	now := o.store.now()
	err := o.read(ctx, "find seats and what they may", func(tx *gorm.DB) error {
		policies, err := policiesOf(tx)
		if err != nil {
			return err
		}
		all, err := allRunning(tx, now)
		if err != nil {
			return err
		}
		for _, s := range all {
			if !s.open() {
				continue
			}
			ruled, err := s.ruled(tx, policies, who, now)
			if err != nil {
				return err
			}
			out = append(out, ruled...)
		}
		return nil
	})
	return out, err
}

// RuledIn are the [RuledPlace]s of the meeting that runs in one room; none when
// none does.
func (o *Scoped) RuledIn(ctx context.Context, id RoomID) (out []RuledPlace, err error) {
	now := o.store.now()
	err = o.read(ctx, "find what people in a meeting may", func(tx *gorm.DB) error {
		room, err := findRoom(tx, id)
		if err != nil {
			return err
		}
		policies, err := policiesOf(tx)
		if err != nil {
			return err
		}
		s, err := running(tx, room.ID, now)
		if err != nil || !s.open() {
			return err
		}
		out, err = s.ruled(tx, policies, "", now)
		return err
	})
	return out, err
}

func (s sitting) ruled(tx *gorm.DB, policies Policies, who UserID, now time.Time) ([]RuledPlace, error) {
	room, err := findRoom(tx, s.meeting.Room)
	if err != nil {
		return nil, err
	}
	h, err := s.house(tx, room, now)
	if err != nil {
		return nil, err
	}
	var out []RuledPlace
	for _, seat := range s.seats {
		program := seat.Member && seat.UserID == nil
		if program || seat.LeftAt != nil || who != "" && (seat.UserID == nil || *seat.UserID != who) {
			continue
		}
		standing, err := standingOf(tx, room, seat.UserID, seat.Member)
		if err != nil {
			return nil, err
		}
		out = append(out, RuledPlace{Place{room.room(), seat.Identity, seat.Name}, h.rights(policies, standing, seat)})
	}
	return out, nil
}
