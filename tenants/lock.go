package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Lock says that the service's operator keeps a person out: they cannot sign in
// and take no seat. What they made stays, and so do the API keys that they made
// for an organization: those are the organization's, whose owners can revoke them.
type Lock struct {
	At     time.Time
	Reason string // for the person
}

// LockedFault is the cause of a [KeyLocked].
type LockedFault struct{ Lock }

// Error is for a log.
func (f *LockedFault) Error() string { return "the person is locked" }

func locked(row userRow) error {
	if row.LockedAt == nil {
		return nil
	}
	return &Error{Code: CodeForbidden, Key: KeyLocked, Err: &LockedFault{Lock{At: row.LockedAt.UTC(), Reason: row.LockedFor}}}
}

// LockUser keeps a person out, by the operator of the context's [Origin], and ends
// all their sign-ins. The seats that they hold are the caller's to take back:
// [Store.SeatsHeld]. [CodeTaken] when they are locked already.
func (s *Store) LockUser(ctx context.Context, id UserID, reason string) error {
	reason, fault := checkReason(reason)
	if fault != nil {
		return fault
	}
	return s.changeUser(ctx, "lock a person", id, func(tx *gorm.DB, row userRow) error {
		if row.LockedAt != nil {
			return &Error{Code: CodeTaken, Key: KeyLockedAlready}
		}
		now := s.now()
		if err := tx.Model(&userRow{}).Where("id = ?", string(id)).Updates(map[string]any{"locked_at": now, "locked_for": reason}).Error; err != nil {
			return err
		}
		if err := s.endSignIns(tx, id, ""); err != nil {
			return err
		}
		return RecordOperator(tx, now, "person.lock", string(id), reason)
	})
}

// UnlockUser lets a person in again. [CodeNotFound] when they are not locked.
func (s *Store) UnlockUser(ctx context.Context, id UserID, reason string) error {
	reason, fault := checkReason(reason)
	if fault != nil {
		return fault
	}
	return s.changeUser(ctx, "unlock a person", id, func(tx *gorm.DB, row userRow) error {
		if row.LockedAt == nil {
			return notFound("lock")
		}
		if err := tx.Model(&userRow{}).Where("id = ?", string(id)).Updates(map[string]any{"locked_at": nil, "locked_for": ""}).Error; err != nil {
			return err
		}
		return RecordOperator(tx, s.now(), "person.unlock", string(id), reason)
	})
}

// EndUserSignIns ends all sign-ins of a person, by the operator of the context's
// [Origin]: they sign in again.
func (s *Store) EndUserSignIns(ctx context.Context, id UserID) error {
	return s.changeUser(ctx, "end a person's sign-ins", id, func(tx *gorm.DB, _ userRow) error {
		if err := s.endSignIns(tx, id, ""); err != nil {
			return err
		}
		return RecordOperator(tx, s.now(), "person.signout", string(id), "")
	})
}

func (s *Store) changeUser(ctx context.Context, tried string, id UserID, fn func(tx *gorm.DB, row userRow) error) error {
	if err := parseID(id); err != nil {
		return err
	}
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		var row userRow
		if err := first(forUpdate(tx).Where("erased_at IS NULL AND id = ?", string(id)), &row, "person"); err != nil {
			return err
		}
		return fn(tx, row)
	}), tried)
}

// HeldSeat is a seat that a person holds in a room of some organization.
type HeldSeat struct {
	Org      OrgID
	Room     string // what media nodes call it
	Identity string
}

// SeatsHeld are the seats that a person holds, in whatever organization, as far as
// it is known who sits there.
func (s *Store) SeatsHeld(ctx context.Context, id UserID) ([]HeldSeat, error) {
	if err := parseID(id); err != nil {
		return nil, err
	}
	var seats []seatRow
	since := s.now().Add(-longestMeeting)
	err := s.db.Knowing(ctx, KnowsUserID, string(id), func(tx *gorm.DB) error {
		return tx.Where("user_id = ? AND left_at IS NULL AND joined_at > ?", string(id), since).Find(&seats).Error
	})
	if err != nil {
		return nil, wrap(err, "find the seats of a person")
	}
	out := make([]HeldSeat, 0, len(seats))
	for _, seat := range seats {
		o := s.Org(OrgID(seat.Tenant))
		err := o.read(ctx, "find the room of a seat", func(tx *gorm.DB) error {
			var meeting meetingRow
			if err := first(tx.Where("id = ?", string(seat.MeetingID)), &meeting, "meeting"); err != nil {
				return err
			}
			room, err := findRoom(tx, meeting.RoomID)
			out = append(out, HeldSeat{Org: o.org, Room: room.MediaName, Identity: seat.Identity})
			return err
		})
		if err != nil && CodeOf(err) != CodeNotFound {
			return nil, err
		}
	}
	return out, nil
}

// mayEnter refuses a seat to somebody whom the operator has locked.
func mayEnter(tx *gorm.DB, who *UserID) error {
	if who == nil {
		return nil
	}
	var rows []userRow
	if err := tx.Select("id, locked_at, locked_for").Where("id = ? AND locked_at IS NOT NULL", string(*who)).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return err
	}
	return locked(rows[0])
}
