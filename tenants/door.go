package tenants

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// bansMost is how many people a room keeps out.
const bansMost = 500

// Ban keeps somebody out of a room until a host says otherwise.
type Ban struct {
	ID    string
	Name  string // that they had; "" of somebody who has been deleted since
	Since time.Time
	By    string // identity of who decided it
	// What they are known by, for media nodes.
	Identity string
	Marks    []string
}

type banRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	ID        string   `gorm:"primaryKey"`
	RoomID    RoomID
	MeetingID MeetingID
	Identity  string
	Marks     string // separated by blanks
	BannedBy  string
	BannedAt  time.Time
}

func (banRow) TableName() string { return "room_bans" }

func (r banRow) ban(name string) Ban {
	return Ban{ID: r.ID, Name: name, Since: r.BannedAt.UTC(), By: r.BannedBy, Identity: r.Identity, Marks: strings.Fields(r.Marks)}
}

// seatKey names a seat of the organization.
type seatKey struct {
	meeting  MeetingID
	identity string
}

// seatsOfBans finds the seats of those who are kept out, and of who decided it.
func seatsOfBans(tx *gorm.DB, bans []banRow) (map[seatKey]seatRow, error) {
	var meetings, identities []string
	for _, r := range bans {
		meetings, identities = append(meetings, string(r.MeetingID)), append(identities, r.Identity, r.BannedBy)
	}
	var seats []seatRow
	err := tx.Where("meeting_id IN ? AND identity IN ?", meetings, identities).Find(&seats).Error
	out := make(map[seatKey]seatRow, len(seats))
	for _, r := range seats {
		out[seatKey{r.MeetingID, r.Identity}] = r
	}
	return out, err
}

// Caps of what a seat remembers of a browser.
const (
	marksMost = 4
	markMax   = 64 // bytes
)

func joinMarks(marks []string) string {
	kept := make([]string, 0, marksMost)
	for _, m := range marks {
		if len(kept) < marksMost && len(m) <= markMax && len(strings.Fields(m)) == 1 && storable(m) {
			kept = append(kept, m)
		}
	}
	return strings.Join(kept, " ")
}

// sameAs reports whether somebody is meant by an identity or by one of the marks
// that are noted beside it.
func (in EnterInput) sameAs(identity, marks string) bool {
	return in.Identity == identity || slices.ContainsFunc(strings.Fields(marks), func(m string) bool { return slices.Contains(in.Marks, m) })
}

// removed reports whether somebody was sent out of this meeting, under whatever
// name, and has not been let in again.
func (s sitting) removed(in EnterInput) bool {
	return s.open() && slices.ContainsFunc(s.seats, func(r seatRow) bool { return r.RemovedAt != nil && in.sameAs(r.Identity, r.Marks) })
}

// forgive forgets that somebody was sent out of the meeting, once they have been
// let in again.
func (s sitting) forgive(tx *gorm.DB, in EnterInput) error {
	for _, r := range s.seats {
		if r.RemovedAt == nil || !in.sameAs(r.Identity, r.Marks) {
			continue
		}
		err := tx.Model(&seatRow{}).Where("meeting_id = ? AND identity = ?", string(s.meeting.ID), r.Identity).Update("removed_at", nil).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// called is what somebody is named who comes in: people who were renamed stay so,
// and where nobody may rename themselves, all keep the name that they came with.
func (s sitting) called(in EnterInput) string {
	if mine, ok := s.seat(in.Identity); ok && mine.Name != "" && (mine.Renamed || s.lead.NoRename) {
		return mine.Name
	}
	return in.Name
}

// refuses keeps out who was banned from the room or sent out of the meeting, and
// who is new where it is locked. Who manages the organization or the room comes
// in always.
func (s sitting) refuses(tx *gorm.DB, room roomRow, standing Standing, in EnterInput, now time.Time) error {
	if standing.Manages {
		return nil
	}
	banned, err := isBanned(tx, room.ID, in)
	switch {
	case err != nil:
		return err
	case banned:
		return &Error{Code: CodeForbidden, Key: KeyBanned}
	case in.Back && s.removed(in):
		return &Error{Code: CodeForbidden, Key: KeyRemoved}
	case !s.open() || !s.lead.Locked || standing.Program:
		return nil
	}
	if _, seated := s.seat(in.Identity); seated && !s.removed(in) {
		return nil // comes back
	}
	if row, waits, err := findWaiter(tx, room.ID, in.Identity); err != nil || waits && row.calledAt(now) {
		return err // a host has let them in, and knows that it is locked
	}
	return &Error{Code: CodeLocked, Key: KeyMeetingLocked}
}

func isBanned(tx *gorm.DB, room RoomID, in EnterInput) (bool, error) {
	var rows []banRow
	err := tx.Where("room_id = ?", string(room)).Limit(bansMost).Find(&rows).Error
	return slices.ContainsFunc(rows, func(r banRow) bool { return in.sameAs(r.Identity, r.Marks) }), err
}

// Door is what somebody finds before a room in which a meeting runs.
type Door struct {
	Banned bool // from the room
	Locked bool // and they would be new
	Waits  bool // has to be let in
}

// Shut reports whether somebody does not come in by themselves. Nobody shows
// them who is inside.
func (d Door) Shut() bool { return d.Banned || d.Locked || d.Waits }

// LookAtDoor says what somebody would find who wanted to come in now.
func (o *Scoped) LookAtDoor(ctx context.Context, in EnterInput) (Door, error) {
	if err := in.check(); err != nil {
		return Door{}, err
	}
	var out Door
	now := o.store.now()
	err := o.read(ctx, "look at a room's door", func(tx *gorm.DB) error {
		room, err := findRoom(tx, in.Room)
		if err != nil {
			return err
		}
		current, err := running(tx, room.ID, now)
		if err != nil {
			return err
		}
		policies, err := policiesOf(tx)
		if err != nil {
			return err
		}
		standing, err := standingOf(tx, room, current.user(in), in.Member)
		if err != nil {
			return err
		}
		switch err := current.refuses(tx, room, standing, in, now); {
		case CodeOf(err) == CodeLocked:
			out.Locked = true
		case KeyOf(err) == KeyBanned && err != nil:
			out.Banned = true
		case err != nil && CodeOf(err) != CodeForbidden:
			return err
		}
		out.Waits = current.holdsBack(policies, standing, in)
		return nil
	})
	return out, err
}

// Bans lists whom a room keeps out, the newest first, for somebody who leads the
// meeting in it.
func (o *Scoped) Bans(ctx context.Context, room RoomID, by string) ([]Ban, error) {
	var out []Ban
	err := o.read(ctx, "list whom a room keeps out", func(tx *gorm.DB) error {
		if _, _, err := o.leading(tx, room, by); err != nil {
			return err
		}
		var rows []banRow
		if err := tx.Where("room_id = ?", string(room)).Order("banned_at DESC, id DESC").Limit(bansMost).Find(&rows).Error; err != nil {
			return err
		}
		seats, err := seatsOfBans(tx, rows)
		for _, r := range rows {
			out = append(out, r.ban(seats[seatKey{r.MeetingID, r.Identity}].Name))
		}
		return err
	})
	return out, err
}

// Unban lets somebody come into a room again. It gives what they were known by.
func (o *Scoped) Unban(ctx context.Context, room RoomID, by, id string) (Ban, error) {
	var row banRow
	err := o.write(ctx, "let somebody come again", func(tx *gorm.DB) error {
		h, me, err := o.leading(forUpdate(tx), room, by)
		if err != nil {
			return err
		}
		if err := parseID(id); err != nil {
			return err
		}
		if err := first(tx.Where("id = ? AND room_id = ?", id, string(room)), &row, "ban"); err != nil {
			return err
		}
		if err := tx.Where("id = ?", id).Delete(&banRow{}).Error; err != nil {
			return err
		}
		// They may come in, and are not held back for having been sent out with it.
		var seat seatRow
		if err := first(tx.Where("meeting_id = ? AND identity = ?", string(row.MeetingID), row.Identity), &seat, "seat"); err != nil {
			return err
		}
		if err := tx.Model(&seatRow{}).Where("meeting_id = ? AND identity = ?", string(row.MeetingID), row.Identity).Update("removed_at", nil).Error; err != nil {
			return err
		}
		return recordSeat(tx, &h, me, "meeting.unban", seat.auditRef(), inMeeting(h.room, h.meeting.ID))
	})
	return row.ban(""), err
}

// leading finds the meeting in a room for somebody who leads it.
func (o *Scoped) leading(tx *gorm.DB, room RoomID, by string) (house, seatRow, error) {
	row, err := findRoom(tx, room)
	if err != nil {
		return house{}, seatRow{}, err
	}
	h, err := houseOf(tx.Session(&gorm.Session{NewDB: true}), row, o.store.now())
	if err != nil {
		return house{}, seatRow{}, err
	}
	me, err := h.inside(by)
	if err == nil && h.rank(me) < coHost {
		err = &Error{Code: CodeForbidden, Key: KeyNotLeading}
	}
	return h, me, err
}
