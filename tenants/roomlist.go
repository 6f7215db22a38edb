package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Rooms lists the organization's rooms, newest first, with the meetings that run
// in them.
func (o *Scoped) Rooms(ctx context.Context) ([]RoomSummary, error) {
	var rooms []roomRow
	var live []sitting
	var past []meetingRow
	now := o.store.now()
	err := o.read(ctx, "list rooms", func(tx *gorm.DB) error {
		if err := tx.Where("archived_at IS NULL").Order("created_at DESC, id DESC").Find(&rooms).Error; err != nil {
			return err
		}
		var err error
		if live, err = allRunning(tx, now); err != nil {
			return err
		}
		past, err = lastEnded(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return summarize(rooms, live, past, now), nil
}

// lastEnded finds the last meeting that ended in each room. The inner query
// walks the index meetings_ended once; asked anew for each meeting, it took
// seconds in an organization with thousands of them.
func lastEnded(tx *gorm.DB) ([]meetingRow, error) {
	var rows []meetingRow
	const latest = `(room_id, ended_at) IN (SELECT later.room_id, MAX(later.ended_at) FROM meetings AS later
		WHERE later.tenant_id = ? AND later.ended_at IS NOT NULL GROUP BY later.room_id)`
	org := string(scopeOf(tx.Statement.Context).tenant)
	return rows, tx.Where("ended_at IS NOT NULL").Where(latest, org).Find(&rows).Error
}

func summarize(rooms []roomRow, live []sitting, past []meetingRow, now time.Time) []RoomSummary {
	ended := make(map[RoomID]*time.Time, len(past))
	for _, m := range past {
		ended[m.RoomID] = utc(m.EndedAt)
	}
	sitting := make(map[RoomID]sitting, len(live))
	for _, s := range live {
		sitting[s.meeting.Room] = s
	}
	out := make([]RoomSummary, len(rooms))
	for i, r := range rooms {
		out[i] = RoomSummary{Room: r.room(), LastEnded: ended[r.ID]}
		s, ok := sitting[r.ID]
		switch {
		case ok && s.open():
			out[i].Live, out[i].People = &s.meeting, peopleIn(s.seats, now)
		case ok: // over, though nobody has said so yet
			out[i].LastEnded = s.meeting.EndedAt
		}
	}
	return out
}
