package tenants

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const (
	eventIDMax  = 200 // bytes
	eventMemory = 7 * 24 * time.Hour
)

// Joined notes that somebody is on the media node. A seat that was left since is
// not taken again: events may come in any order.
func (o *Scoped) Joined(ctx context.Context, e NodeEvent) error {
	if !isIdentity(e.Identity) {
		return nil // nobody
	}
	return o.event(ctx, "note that somebody joined", e, func(tx *gorm.DB, s sitting, e NodeEvent) error {
		seat, known := s.seat(e.Identity)
		if !known {
			return s.addSeats(tx, []seatRow{{Identity: e.Identity, Name: e.Name}}, e.At)
		}
		if seat.LeftAt != nil && !e.At.After(*seat.LeftAt) {
			return nil
		}
		return s.renew(tx, []string{e.Identity}, e.At)
	})
}

// Left frees a seat, unless the person has come back since. Who was not known
// yet is noted as gone: news of their coming may still be on its way.
func (o *Scoped) Left(ctx context.Context, e NodeEvent) error {
	if !isIdentity(e.Identity) {
		return nil // nobody
	}
	return o.event(ctx, "note that somebody left", e, func(tx *gorm.DB, s sitting, e NodeEvent) error {
		seat, known := s.seat(e.Identity)
		if !known {
			return s.addSeats(tx, []seatRow{{Identity: e.Identity, Name: e.Name, LeftAt: &e.At}}, e.At)
		}
		got := tx.Model(&seatRow{}).
			Where("meeting_id = ? AND identity = ? AND left_at IS NULL AND seen_at <= ?", string(s.meeting.ID), e.Identity, e.At).
			Update("left_at", e.At)
		if got.Error != nil || got.RowsAffected == 0 {
			return got.Error
		}
		return publish(tx, EventParticipantLeft, e.At, participantEvent(s.meeting, seat.Identity, seat.Name, seat.Member))
	})
}

// Seen renews the leases of all whom the media node sees in the room. What the
// node says is so: who is there without a seat gets one.
func (o *Scoped) Seen(ctx context.Context, e NodeEvent) error {
	return o.event(ctx, "renew seats", e, func(tx *gorm.DB, s sitting, e NodeEvent) error {
		var strangers []seatRow
		for _, identity := range e.Roster {
			if _, known := s.seat(identity); !known {
				strangers = append(strangers, seatRow{Identity: identity})
			}
		}
		if err := s.renew(tx, e.Roster, e.At); err != nil {
			return err
		}
		return s.addSeats(tx, strangers, e.At)
	})
}

// Ended notes that the media node has closed the room. It ends the meeting if
// the reason is one that ends meetings and still holds: not after a limit that
// was lifted meanwhile, not for emptiness when somebody has just come in, or has
// just gone: a room may close sooner than a meeting ends, and the clock must not
// start again because of it.
func (o *Scoped) Ended(ctx context.Context, e NodeEvent) error {
	return o.event(ctx, "note that a meeting ended", e, func(tx *gorm.DB, s sitting, e NodeEvent) error {
		old := tx.Where("received_at < ?", o.store.now().Add(-eventMemory))
		if err := old.Delete(&nodeEventRow{}).Error; err != nil {
			return err
		}
		if err := forgetQuality(tx, o.store.now()); err != nil {
			return err
		}
		if !s.endedBy(e) {
			return nil
		}
		return finish(tx, s.meeting.ended(e.At, e.Reason))
	})
}

func (s sitting) endedBy(e NodeEvent) bool {
	switch e.Reason {
	case EndHost:
		return true
	case EndLimit:
		return !s.meeting.EndsAt.IsZero() && !s.meeting.EndsAt.After(e.At.Add(liftTolerance))
	case EndEmpty:
		return !slices.ContainsFunc(s.seats, func(r seatRow) bool { return r.hereAfter(e.At.Add(liftTolerance - emptyGrace)) })
	}
	return false
}

// event runs fn on the meeting that an event is about: once an event, and only
// if there still is such a meeting. It looks at the meeting as it stood at the
// event, so that a backlog of events does not seem to come from an empty room.
func (o *Scoped) event(ctx context.Context, tried string, e NodeEvent, fn func(*gorm.DB, sitting, NodeEvent) error) error {
	if e.ID == "" || len(e.ID) > eventIDMax {
		return invalid("id", KeyInternal)
	}
	if !storable(e.ID) || !storable(e.Media) {
		return nil // of no room of ours
	}
	e.Roster = slices.DeleteFunc(slices.Clone(e.Roster), func(who string) bool { return !isIdentity(who) })
	now := o.store.now()
	e.At = e.At.UTC().Truncate(time.Microsecond)
	if e.At.IsZero() || e.At.After(now) {
		e.At = now // a clock that runs ahead must not hold seats longer
	}
	return o.write(ctx, tried, func(tx *gorm.DB) error {
		s, fresh, err := eventMeeting(tx, e, now)
		if err != nil || !fresh {
			return err
		}
		if !s.meeting.Running() {
			return finish(tx, s.meeting)
		}
		return fn(tx, s, e)
	})
}

// eventMeeting locks the room and finds the meeting; fresh is false when there is
// nothing to do.
func eventMeeting(tx *gorm.DB, e NodeEvent, now time.Time) (s sitting, fresh bool, err error) {
	var rooms []roomRow
	if err := forUpdate(tx).Where("media_name = ?", e.Media).Find(&rooms).Error; err != nil || len(rooms) == 0 {
		return s, false, err
	}
	seen := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&nodeEventRow{ID: e.ID, ReceivedAt: now})
	if seen.Error != nil || seen.RowsAffected == 0 {
		return s, false, seen.Error
	}
	s, err = running(forUpdate(tx), rooms[0].ID, e.At)
	if err != nil || s.meeting.ID == "" || e.At.Before(s.meeting.StartedAt) {
		return s, false, err
	}
	return s, true, nil
}

// renew moves leases on to a moment; a seat that was given back before it is
// taken again.
func (s sitting) renew(tx *gorm.DB, identities []string, at time.Time) error {
	if len(identities) == 0 {
		return nil
	}
	return tx.Model(&seatRow{}).
		Where("meeting_id = ? AND identity IN ?", string(s.meeting.ID), identities).
		Where("seen_at < ? AND (left_at IS NULL OR left_at < ?)", at, at).
		Updates(map[string]any{"seen_at": at, "left_at": nil}).Error
}

// addSeats gives seats to people of whom only the media node knows.
func (s sitting) addSeats(tx *gorm.DB, people []seatRow, at time.Time) error {
	rows := make([]seatRow, 0, len(people))
	for _, p := range people {
		if slices.ContainsFunc(rows, func(r seatRow) bool { return r.Identity == p.Identity }) {
			continue
		}
		p.MeetingID, p.JoinedAt, p.SeenAt = s.meeting.ID, at, at
		if p.Name = truncate(cleanName(p.Name), nameMax); p.Name == "" {
			p.Name = p.Identity
		}
		rows = append(rows, p)
	}
	if len(rows) == 0 {
		return nil
	}
	if err := tx.Create(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		if r.LeftAt != nil {
			continue
		}
		if err := publish(tx, EventParticipantJoined, at, participantEvent(s.meeting, r.Identity, r.Name, false)); err != nil {
			return err
		}
	}
	return nil
}
