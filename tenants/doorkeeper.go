package tenants

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Doorkeeper is somebody who wants to see who waits before a meeting, to let them
// in, or to end it: who they are signed in as, and their seat.
type Doorkeeper struct {
	User     UserID // "" for nobody
	Identity string // "" for no seat
}

// Waiters are those who wait before a room, in the order they came. Who leads its
// meeting may see them, members who are in it, and who manages the room.
func (o *Scoped) Waiters(ctx context.Context, by Doorkeeper, room RoomID) ([]Waiter, error) {
	var rows []waiterRow
	var lines map[string][]WaitLine
	now := o.store.now()
	err := o.read(ctx, "list who waits", func(tx *gorm.DB) error {
		if err := mayAdmit(tx, by, room, now); err != nil {
			return err
		}
		if err := tx.Where("room_id = ? AND answer = '' AND seen_at > ?", string(room), now.Add(-waitLease)).
			Order("asked_at, identity").Limit(waitersMost).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		lines, err = linesByWaiter(tx, rows)
		return err
	})
	out := make([]Waiter, len(rows))
	for i, r := range rows {
		out[i] = Waiter{Identity: r.Identity, Name: r.Name, Member: r.Member, Since: r.AskedAt.UTC(), Lines: lines[r.Identity]}
	}
	return out, err
}

// AnswerWaiters lets people in who wait before a room, or refuses them. Who is not
// waiting any more is passed over.
func (o *Scoped) AnswerWaiters(ctx context.Context, by Doorkeeper, room RoomID, identities []string, admit bool) error {
	identities = slices.DeleteFunc(slices.Clone(identities), func(who string) bool { return !isIdentity(who) })
	if len(identities) == 0 || len(identities) > waitersMost {
		return invalid("identity", KeyIdentityInvalid)
	}
	answer := answerRefused
	if admit {
		answer = answerAdmitted
	}
	now := o.store.now()
	return o.write(ctx, "answer who waits", func(tx *gorm.DB) error {
		if err := mayAdmit(tx, by, room, now); err != nil {
			return err
		}
		if err := lockWaiters(tx, room, identities); err != nil {
			return err
		}
		err := tx.Model(&waiterRow{}).Where("room_id = ? AND answer = '' AND identity IN ?", string(room), identities).
			Updates(map[string]any{"answer": answer, "answered_at": now}).Error
		if err != nil {
			return err
		}
		return dropLines(tx, room, identities...)
	})
}

// lockWaiters holds the rows of some who wait until the transaction ends, in the
// order in which [Scoped.AnswerAtDoor] takes them too: of two who answer many at
// once, one waits for the other.
func lockWaiters(tx *gorm.DB, room RoomID, identities []string) error {
	var held []string
	return forUpdate(tx).Model(&waiterRow{}).Where("room_id = ? AND identity IN ?", string(room), identities).
		Order("identity").Pluck("identity", &held).Error
}

// mayAdmit holds who may let people in: who leads the meeting, members who are
// inside, and who manages the room. Who waits at the door themselves may not.
func mayAdmit(tx *gorm.DB, by Doorkeeper, id RoomID, now time.Time) error {
	h, err := by.mayLead(tx, id, now)
	if CodeOf(err) != CodeForbidden {
		return err
	}
	inside := func(r seatRow) bool { return belongs(r) && *r.UserID == by.User && h.present(r) }
	if !h.open() || !slices.ContainsFunc(h.seats, inside) {
		return forbidden("not in the meeting")
	}
	_, err = roleOf(tx, by.User) // who has left the organization since is a guest
	return err
}

// mayLead holds that somebody leads the meeting in a room, from their seat in it,
// or manages the room, from anywhere. The house is found in both cases.
func (d Doorkeeper) mayLead(tx *gorm.DB, id RoomID, now time.Time) (house, error) {
	room, err := findRoom(tx, id)
	if err != nil {
		return house{}, err
	}
	h, err := houseOf(tx, room, now)
	if err != nil {
		return h, err
	}
	if r, err := h.inside(d.Identity); err == nil && h.rank(r) >= coHost {
		return h, nil
	}
	if d.User != "" {
		standing, err := standingOf(tx, room, &d.User, true)
		if err != nil || standing.Manages {
			return h, err
		}
	}
	return h, &Error{Code: CodeForbidden, Key: KeyNotLeading}
}

// EndForAll ends the meeting in a room for everybody, if one runs, in the name of
// who leads it or manages the room. [CodeForbidden] for others.
func (o *Scoped) EndForAll(ctx context.Context, by Doorkeeper, room RoomID) error {
	return o.write(ctx, "end a meeting for all", func(tx *gorm.DB) error {
		if _, err := findRoom(forUpdate(tx), room); err != nil {
			return err
		}
		h, err := by.mayLead(tx, room, o.store.now())
		if err != nil || !h.open() {
			return err
		}
		if err := finish(tx, h.meeting.ended(h.now, EndHost)); err != nil {
			return err
		}
		if by.User != "" {
			return record(tx, h.now, by.User, "meeting.end", string(h.room.ID), string(h.meeting.ID))
		}
		me, err := h.inside(by.Identity)
		if err != nil {
			return err
		}
		return recordSeat(tx, &h, me, "meeting.end", string(h.room.ID), string(h.meeting.ID))
	})
}

// Doorkeepers are those in the meeting of a room who may let others in, by their
// identities; nobody while none runs.
func (o *Scoped) Doorkeepers(ctx context.Context, id RoomID) (out []string, err error) {
	err = o.read(ctx, "find who may let others in", func(tx *gorm.DB) error {
		room, err := findRoom(tx, id)
		if err != nil {
			return err
		}
		h, err := houseOf(tx, room, o.store.now())
		if err != nil || !h.open() {
			return err
		}
		for _, r := range h.seats {
			if h.present(r) && (r.Member || h.rank(r) >= coHost) {
				out = append(out, r.Identity)
			}
		}
		return nil
	})
	return out, err
}
