package tenants

import "time"

// The times that a meeting's life is made of.
const (
	// seatLease is how long a seat stays taken without word from the media node,
	// which speaks every 15 seconds.
	seatLease = 60 * time.Second
	// emptyGrace is how long a meeting waits for somebody to come back.
	emptyGrace = 5 * time.Minute
	// hostRest is how long only members may start the next meeting after a host
	// ended one for all.
	hostRest = 10 * time.Minute
	// limitRestShare of the meeting's length is how long the room rests after it
	// ran into its limit.
	limitRestShare = 4
	// liftTolerance is how far the media node's idea of the end may be from ours.
	liftTolerance = 5 * time.Second
)

// isHere reports whether the seat is taken: not given back, and its lease runs.
func (r seatRow) isHere(now time.Time) bool {
	return r.LeftAt == nil && now.Before(r.SeenAt.Add(seatLease))
}

// hereUntil is when the seat was last taken, or until when it is.
func (r seatRow) hereUntil() time.Time {
	if r.LeftAt != nil {
		return *r.LeftAt
	}
	return r.SeenAt.Add(seatLease)
}

// hereAfter reports whether the person is known to have been there after a
// moment.
func (r seatRow) hereAfter(at time.Time) bool {
	if r.LeftAt != nil {
		return r.LeftAt.After(at)
	}
	return r.SeenAt.After(at)
}

// peopleIn counts the seats that are taken.
func peopleIn(seats []seatRow, now time.Time) int {
	n := 0
	for _, s := range seats {
		if s.isHere(now) {
			n++
		}
	}
	return n
}

// settle gives a meeting as it stands at a moment, whether or not anybody has
// told us yet that it ended: its time may be up, or everybody may have been gone
// for too long. Of the two, the earlier one ended it.
func settle(m Meeting, seats []seatRow, now time.Time) Meeting {
	if !m.Running() {
		return m
	}
	emptyAt := emptyAt(m, seats)
	switch overtime := !m.EndsAt.IsZero() && !now.Before(m.EndsAt); {
	case overtime && !emptyAt.Before(m.EndsAt):
		return m.ended(m.EndsAt, EndLimit)
	case !now.Before(emptyAt):
		return m.ended(emptyAt, EndEmpty)
	}
	return m
}

// emptyAt is when everybody will have been gone for too long.
func emptyAt(m Meeting, seats []seatRow) time.Time {
	lastHere := m.StartedAt
	for _, s := range seats {
		if until := s.hereUntil(); until.After(lastHere) {
			lastHere = until
		}
	}
	return lastHere.Add(emptyGrace)
}

// closesAt is when a meeting ends that everybody has left, if nobody comes back.
func closesAt(m Meeting, seats []seatRow) time.Time {
	if at := emptyAt(m, seats); m.EndsAt.IsZero() || at.Before(m.EndsAt) {
		return at.UTC()
	}
	return m.EndsAt
}

func (m Meeting) ended(at time.Time, reason string) Meeting {
	at = at.UTC()
	m.EndedAt, m.EndReason = &at, reason
	return m
}

// RestsUntil is when the next meeting may start in the room after this one, for
// a guest and with the same limits; zero when at once.
func (m Meeting) RestsUntil() time.Time {
	switch {
	case m.EndedAt == nil:
		return time.Time{}
	case m.EndReason == EndLimit:
		return m.EndedAt.Add(m.Length / limitRestShare)
	case m.EndReason == EndHost:
		return m.EndedAt.Add(hostRest)
	}
	return time.Time{}
}

// mayFollow says whether the next meeting may start now. Longer limits than the
// last meeting had open the room at once: somebody upgraded.
func (m Meeting) mayFollow(in EnterInput, now time.Time) error {
	if !now.Before(m.RestsUntil()) {
		return nil
	}
	switch {
	case m.EndReason == EndLimit && !longer(in.Limits.MeetingLength, m.Length):
		return &Error{Code: CodeEnded, Key: KeyMeetingResting}
	case m.EndReason == EndHost && !in.Member:
		return &Error{Code: CodeEnded, Key: KeyMeetingEndedByHost}
	}
	return nil
}

// relimit gives the meeting other limits and says whether that changed any. The
// end is counted from the start, as ever. Without reduce, nothing gets less than
// it was; with it, a meeting that is already longer ends now. Another plan whose
// limits all hold is a change by its name alone: a quota may hide what it gives,
// and who paid for it waits to hear of it.
func (m Meeting) relimit(l Limits, plan string, reduce bool, now time.Time) (Meeting, bool) {
	next := m
	if reduce && l.MeetingLength != m.Length || longer(l.MeetingLength, m.Length) {
		next.Length, next.EndsAt = l.MeetingLength, endOf(m.StartedAt, l.MeetingLength)
	}
	if !next.EndsAt.IsZero() && next.EndsAt.Before(now) {
		next.EndsAt = now
	}
	if reduce || l.Participants > m.ParticipantLimit {
		next.ParticipantLimit = l.Participants
	}
	holds := next.Length == l.MeetingLength && next.ParticipantLimit == l.Participants // nothing is kept from a larger plan
	changed := next.Length != m.Length || next.ParticipantLimit != m.ParticipantLimit || holds && plan != m.Plan
	if !changed {
		return m, false
	}
	next.Plan = plan
	next.Revision++
	return next, true
}

// endOf is when a meeting ends that started then; zero for no end.
func endOf(start time.Time, length time.Duration) time.Time {
	if length <= 0 {
		return time.Time{}
	}
	return start.Add(length)
}
