package app

import (
	"context"

	"parley/sfu"
	"parley/tenants"
)

// MediaEvent writes what a media node reports into the meeting's history: seats, people, ends. It may come late and more than once;
// the store remembers the event's id. An error has it delivered again.
func (s *Server) MediaEvent(ctx context.Context, e sfu.Event) error {
	org := s.tenants.Org(tenants.OrgID(e.Room.Tenant))
	in := tenants.NodeEvent{
		ID: e.ID, Media: e.Room.Room, Identity: e.Identity, Name: e.Name, Roster: e.Roster, Reason: string(e.Reason), At: e.At,
	}
	var err error
	switch e.Kind {
	case sfu.EventJoined:
		err = org.Joined(ctx, in)
	case sfu.EventLeft:
		err = org.Left(ctx, in)
	case sfu.EventRoster:
		err = org.Seen(ctx, in)
	case sfu.EventQuality:
		return org.NoteQuality(ctx, e.Room.Room, e.At, qualityMinutes(e.Quality))
	case sfu.EventEnded:
		if !lasting(e.Reason) {
			return nil
		}
		err = org.Ended(ctx, in)
	}
	if err == nil && e.Kind != sfu.EventJoined {
		s.tellOfQuotas(ctx, tenants.OrgID(e.Room.Tenant))
	}
	if err == nil && e.Kind != sfu.EventEnded {
		err = s.settleHost(ctx, e.Room)
	}
	if tenants.CodeOf(err) == tenants.CodeNotFound {
		s.log.Warn("media event of a room that is gone", "kind", e.Kind, "tenant", e.Room.Tenant)
		return nil
	}
	return err
}

func qualityMinutes(in []sfu.QualityMinute) []tenants.QualityMinute {
	out := make([]tenants.QualityMinute, len(in))
	for i, q := range in {
		out[i] = tenants.QualityMinute{
			Identity: q.Identity, Minute: q.Minute, Score: q.Score, LossUp: q.LossUp, LossDown: q.LossDown, RTT: q.RTT, Jitter: q.Jitter,
			Layer: q.Layer, Size: q.Size, Held: string(q.Held), Cause: string(q.Cause),
		}
	}
	return out
}

// lasting says whether a room that closed on a node ends its meeting. A node that stops, or an empty room, does not: the meeting goes
// on elsewhere, or when people come back.
func lasting(why sfu.Reason) bool {
	return why == sfu.ReasonLimit || why == sfu.ReasonHost || why == sfu.ReasonEmpty
}
