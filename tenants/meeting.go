package tenants

import (
	"context"

	"gorm.io/gorm"
)

// Current gives the meeting that runs in a room, and who is in it now.
// [CodeNotFound] when none runs.
func (o *Scoped) Current(ctx context.Context, room RoomID) (Meeting, []Participant, error) {
	if err := parseID(room); err != nil {
		return Meeting{}, nil, err
	}
	now := o.store.now()
	var s sitting
	err := o.read(ctx, "find a room's meeting", func(tx *gorm.DB) error {
		var err error
		if s, err = running(tx, room, now); err == nil && !s.open() {
			err = notFound("meeting")
		}
		return err
	})
	if err != nil {
		return Meeting{}, nil, err
	}
	var here []Participant
	for _, seat := range s.seats {
		if seat.isHere(now) {
			here = append(here, seat.participant())
		}
	}
	return s.meeting, here, nil
}

// Meeting finds a meeting of the organization, over or not.
func (o *Scoped) Meeting(ctx context.Context, id MeetingID) (Meeting, error) {
	s, err := o.sitting(ctx, id)
	return s.meeting, err
}

// People lists everybody who had a seat in a meeting, gone or not, in the order
// they came.
func (o *Scoped) People(ctx context.Context, id MeetingID) ([]Participant, error) {
	s, err := o.sitting(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]Participant, len(s.seats))
	for i, seat := range s.seats {
		out[i] = seat.participant()
	}
	return out, nil
}

func (o *Scoped) sitting(ctx context.Context, id MeetingID) (sitting, error) {
	var s sitting
	err := o.read(ctx, "find a meeting", func(tx *gorm.DB) error {
		var err error
		s, err = findMeeting(tx, id, o.store.now())
		return err
	})
	return s, err
}

// LastMeeting finds the room's latest meeting, over or not.
func (o *Scoped) LastMeeting(ctx context.Context, room RoomID) (Meeting, error) {
	if err := parseID(room); err != nil {
		return Meeting{}, err
	}
	var s sitting
	err := o.read(ctx, "find a room's last meeting", func(tx *gorm.DB) error {
		var err error
		if s, err = lastMeeting(tx, room, o.store.now()); err == nil && s.meeting.ID == "" {
			err = notFound("meeting")
		}
		return err
	})
	return s.meeting, err
}

// EndMeeting ends a meeting now. One that is over stays as it ended.
func (o *Scoped) EndMeeting(ctx context.Context, id MeetingID, reason string) error {
	if !isEnd(reason) {
		return invalid("reason", KeyInternal)
	}
	return o.write(ctx, "end a meeting", func(tx *gorm.DB) error {
		now := o.store.now()
		s, err := findMeeting(forUpdate(tx), id, now)
		if err != nil {
			return err
		}
		if s.meeting.Running() {
			s.meeting = s.meeting.ended(now, reason)
		}
		return finish(tx, s.meeting)
	})
}

// isEnd reports whether this is a reason for which meetings end. A node that
// shuts down or fails ends none: people come back elsewhere.
func isEnd(reason string) bool {
	return reason == EndLimit || reason == EndHost || reason == EndEmpty || reason == EndSuspended
}

// LiftMeetings gives running meetings the organization's present limits where
// these are higher, and returns those that changed. No end comes nearer.
func (o *Scoped) LiftMeetings(ctx context.Context, l Limits, plan string) ([]Meeting, error) {
	return o.relimit(ctx, "lift the limits of running meetings", l, plan, false)
}

// ResetMeetings gives running meetings exactly these limits, also where that is
// less, and returns those that changed.
func (o *Scoped) ResetMeetings(ctx context.Context, l Limits, plan string) ([]Meeting, error) {
	return o.relimit(ctx, "reset the limits of running meetings", l, plan, true)
}

// RelimitMeetings gives running meetings the limits that hold in the rooms of who
// made theirs ("" where an SDK did), exactly, and returns those that changed. With
// lift, no meeting gets less than it has.
func (o *Scoped) RelimitMeetings(ctx context.Context, limits func(maker UserID) Limits, plan string, lift bool) ([]Meeting, error) {
	return o.relimitBy(ctx, "change the limits of running meetings", limits, plan, !lift)
}

func (o *Scoped) relimit(ctx context.Context, tried string, l Limits, plan string, reduce bool) ([]Meeting, error) {
	return o.relimitBy(ctx, tried, func(UserID) Limits { return l }, plan, reduce)
}

func (o *Scoped) relimitBy(ctx context.Context, tried string, limits func(UserID) Limits, plan string, reduce bool) ([]Meeting, error) {
	var out []Meeting
	err := o.write(ctx, tried, func(tx *gorm.DB) error {
		now := o.store.now()
		all, err := allRunning(forUpdate(tx), now)
		if err != nil {
			return err
		}
		for _, s := range all {
			room, err := findRoom(tx, s.meeting.Room)
			if err != nil {
				return err
			}
			next, changed := s.meeting.relimit(limits(room.room().CreatedBy), plan, reduce, now)
			if !s.open() || !changed {
				continue
			}
			if err := saveLimits(tx, next); err != nil {
				return err
			}
			out = append(out, next)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
