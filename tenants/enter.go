package tenants

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Enter opens the room's meeting or finds the one that runs, and takes a seat in
// it. Who comes back with the same identity gets the same seat. Faults:
// [CodeFull] when every seat is taken, [CodeEnded] while the room rests,
// [CodeLimited] when the organization holds as many meetings as it may,
// [CodeNotFound] for a room that is archived or another's, [CodeForbidden] with
// [KeyGuestsForbidden] for a guest where none may come in, [CodeUnauthorized] for
// who comes back to a seat that is not there, [CodeWaiting] for who has to be let in
// first: they wait from now on; [CodeLocked] for who is new where the host has
// locked the meeting, [CodeForbidden] with [KeyBanned] for who was banned from the
// room.
//
// All who enter one room queue on its row, so that no two of them count the same
// free seat.
func (o *Scoped) Enter(ctx context.Context, in EnterInput) (Entry, error) {
	if err := in.check(); err != nil {
		return Entry{}, err
	}
	in.Name = truncate(cleanName(in.Name), nameMax)
	if in.Name == "" {
		in.Name = in.Identity
	}
	var entry Entry
	var waits error
	err := o.write(ctx, "enter a room", func(tx *gorm.DB) error {
		var err error
		waits = nil
		entry, err = o.enter(tx, in, o.store.now())
		if CodeOf(err) == CodeWaiting {
			waits, err = err, nil // that they wait is to be kept
		}
		return err
	})
	if err == nil {
		err = waits
	}
	if err != nil {
		return Entry{}, err
	}
	return entry, nil
}

func (in EnterInput) check() error {
	if !isIdentity(in.Identity) {
		return invalid("identity", KeyIdentityInvalid)
	}
	return nil
}

// isIdentity reports whether somebody can be told apart by this: text of one
// line, not too long.
func isIdentity(s string) bool {
	control := strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
	return s != "" && len(s) <= identityMax && storable(s) && !control
}

func (o *Scoped) enter(tx *gorm.DB, in EnterInput, now time.Time) (Entry, error) {
	room, err := findRoom(forUpdate(tx), in.Room)
	if err != nil {
		return Entry{}, err
	}
	if room.ArchivedAt != nil {
		return Entry{}, notFound("room")
	}
	if err := o.mayMeet(tx); err != nil {
		return Entry{}, err
	}
	policies, err := heldPolicies(tx)
	if err != nil {
		return Entry{}, err
	}
	if !policies.Guests && !in.Member {
		return Entry{}, &Error{Code: CodeForbidden, Key: KeyGuestsForbidden}
	}
	current, err := running(forUpdate(tx), room.ID, now)
	if err != nil {
		return Entry{}, err
	}
	if _, seated := current.seat(in.Identity); in.Back && (!seated || !current.open()) {
		return Entry{}, &Error{Code: CodeUnauthorized, Key: KeyForbidden, Err: errors.New("no seat in this meeting")}
	}
	if err := mayEnter(tx, current.user(in)); err != nil {
		return Entry{}, err
	}
	standing, err := standingOf(tx, room, current.user(in), in.Member)
	if err != nil {
		return Entry{}, err
	}
	standing.Program = in.Program
	if err := current.refuses(tx, room, standing, in, now); err != nil {
		return Entry{}, err
	}
	waits, err := current.waits(tx, policies, standing, room.ID, in, now)
	if err != nil {
		return Entry{}, err
	}
	if waits {
		return Entry{}, &Error{Code: CodeWaiting, Key: KeyWaiting}
	}
	if current.open() {
		err = current.raise(tx, in, now)
	} else {
		current, err = o.open(tx, current, room, policies, in, now)
	}
	if err != nil {
		return Entry{}, err
	}
	in.Name = current.called(in)
	people, err := current.take(tx, in, now)
	if err != nil {
		return Entry{}, err
	}
	rights, led, err := current.welcome(tx, room, policies, standing, in, now)
	return Entry{
		Meeting: current.meeting, Room: room.room(), Participants: people, Rights: rights, Name: in.Name, Again: current.removed(in), Hosting: led,
	}, err
}

// user is who enters, as far as we know: a socket's token does not say it, the
// seat does.
func (s sitting) user(in EnterInput) *UserID {
	if in.User != "" {
		return &in.User
	}
	mine, _ := s.seat(in.Identity)
	return mine.UserID
}

// raise gives a running meeting the limits that somebody brings who enters now,
// where they are higher: an upgrade whose news got lost is not lost.
func (s *sitting) raise(tx *gorm.DB, in EnterInput, now time.Time) error {
	next, changed := s.meeting.relimit(in.Limits, in.Plan, false, now)
	if !changed {
		return nil
	}
	s.meeting = next
	return saveLimits(tx, next)
}

// open starts the room's next meeting, once the one before it is written off.
func (o *Scoped) open(tx *gorm.DB, stale sitting, room roomRow, policies Policies, in EnterInput, now time.Time) (sitting, error) {
	if stale.meeting.ID != "" {
		if err := finish(tx, stale.meeting); err != nil {
			return sitting{}, err
		}
	}
	last, err := lastMeeting(tx, in.Room, now)
	if err != nil {
		return sitting{}, err
	}
	if last.meeting.ID != "" {
		if err := last.meeting.mayFollow(in, now); err != nil {
			return sitting{}, err
		}
	}
	if err := oneMore(tx, room, in, now); err != nil {
		return sitting{}, err
	}
	if err := o.minutesLeft(tx, room, in.Limits); err != nil {
		return sitting{}, err
	}
	id, err := newID()
	if err != nil {
		return sitting{}, err
	}
	m := Meeting{
		ID: MeetingID(id), Room: in.Room, StartedAt: now, EndsAt: endOf(now, in.Limits.MeetingLength),
		ParticipantLimit: in.Limits.Participants, Length: in.Limits.MeetingLength, Plan: in.Plan,
		// Counted on from the room's last meeting: a node that still remembers
		// that one must not take the new limits for older ones.
		Revision:  last.meeting.Revision + 1,
		Encrypted: policies.Encryption,
	}
	row := rowOfMeeting(m)
	if err := tx.Create(&row).Error; err != nil {
		return sitting{}, err
	}
	return sitting{meeting: m}, publish(tx, EventMeetingStarted, now, meetingEvent(m))
}

// oneMore refuses a meeting more than the organization may hold at once, or than
// may be held in the rooms of one person. Who starts one queues on the
// organization's quota row meanwhile.
func oneMore(tx *gorm.DB, room roomRow, in EnterInput, now time.Time) error {
	all, own := in.Limits.ConcurrentMeetings, in.Limits.MakerMeetings
	if room.CreatedBy == nil {
		own = 0
	}
	if all <= 0 && own <= 0 {
		return nil
	}
	if err := first(forUpdate(tx).Where("id = ?", quotaID), &quotaRow{}, "quota"); err != nil {
		return err
	}
	sittings, err := allRunning(tx, now)
	if err != nil {
		return err
	}
	var theirs []RoomID
	if own > 0 {
		if err := tx.Model(&roomRow{}).Where("created_by = ?", string(*room.CreatedBy)).Pluck("id", &theirs).Error; err != nil {
			return err
		}
	}
	open, openOwn := 0, 0
	for _, s := range sittings {
		if !s.open() {
			continue
		}
		open++
		if slices.Contains(theirs, s.meeting.Room) {
			openOwn++
		}
	}
	switch {
	case own > 0 && openOwn >= own:
		return &Error{Code: CodeLimited, Key: KeyMeetingsMaker}
	case all > 0 && open >= all:
		return &Error{Code: CodeLimited, Key: keyAtOnce(in.ConcurrentBy)}
	}
	return nil
}

// keyAtOnce is what is said when as many meetings are on at once as may be, by
// what says so.
func keyAtOnce(by Source) string {
	switch by {
	case ByOrganization:
		return KeyMeetingsQuota
	case ByPayment:
		return KeyMeetingsPayment
	case ByOperator:
		return KeyMeetingsOperator
	}
	return KeyMeetingsConcurrent
}

// take gives the person a seat and counts everybody who has one.
func (s sitting) take(tx *gorm.DB, in EnterInput, now time.Time) (int, error) {
	mine, known := s.seat(in.Identity)
	if known && mine.UserID != nil && in.Member {
		// The seat was a member's. A token that was made before they left says that they still are one.
		if _, err := roleOf(tx, *mine.UserID); err != nil {
			return 0, err
		}
	}
	others := peopleIn(s.seats, now)
	if err := s.forgive(tx, in); err != nil {
		return 0, err
	}
	seatedAlready := known && mine.isHere(now)
	if seatedAlready {
		others--
	} else if others >= s.meeting.ParticipantLimit {
		return 0, &Error{Code: CodeFull, Key: KeyMeetingFull}
	}
	if !seatedAlready {
		if err := publish(tx, EventParticipantJoined, now, participantEvent(s.meeting, in.Identity, in.Name, in.Member)); err != nil {
			return 0, err
		}
	}
	if known {
		changed := map[string]any{"name": in.Name, "member": in.Member, "seen_at": now, "left_at": nil}
		if len(in.Marks) > 0 {
			changed["marks"] = joinMarks(in.Marks)
		}
		if !seatedAlready && now.Sub(mine.hereUntil()) > handMemory {
			changed["hand_at"] = nil
		}
		if in.User != "" {
			changed["user_id"] = string(in.User)
		}
		return others + 1, tx.Model(&seatRow{}).
			Where("meeting_id = ? AND identity = ?", string(s.meeting.ID), in.Identity).Updates(changed).Error
	}
	seat := seatRow{MeetingID: s.meeting.ID, Identity: in.Identity, Name: in.Name, Member: in.Member, JoinedAt: now, SeenAt: now, Marks: joinMarks(in.Marks)}
	if in.User != "" {
		seat.UserID = &in.User
	}
	return others + 1, tx.Create(&seat).Error
}
