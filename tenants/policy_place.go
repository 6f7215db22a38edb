package tenants

import (
	"context"

	"gorm.io/gorm"
)

// RuledPlace is a seat in a meeting that runs, with what the policies leave to
// who has it.
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
			ruled, err := s.ruled(tx, policies, who)
			if err != nil {
				return err
			}
			out = append(out, ruled...)
		}
		return nil
	})
	return out, err
}

func (s sitting) ruled(tx *gorm.DB, policies Policies, who UserID) ([]RuledPlace, error) {
	room, err := findRoom(tx, s.meeting.Room)
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
		out = append(out, RuledPlace{Place{room.room(), seat.Identity, seat.Name}, policies.For(standing)})
	}
	return out, nil
}
