package tenants

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
)

// WaitingRoom says who waits before a meeting until somebody inside lets them in.
type WaitingRoom string

// Who waits. Owners, admins and who made the room never do.
const (
	NobodyWaits    WaitingRoom = "nobody"
	GuestsWait     WaitingRoom = "guests"
	EverybodyWaits WaitingRoom = "everyone"
)

// Valid reports whether it is one of ours.
func (w WaitingRoom) Valid() bool {
	return w == NobodyWaits || w == GuestsWait || w == EverybodyWaits
}

func (w WaitingRoom) holds(s Standing) bool {
	switch {
	case s.Program || s.Manages || w == NobodyWaits:
		return false
	case w == GuestsWait:
		return !s.Member
	}
	return true
}

const (
	// waitLease is how long somebody waits without word from their page, which
	// asks every few seconds.
	waitLease = 45 * time.Second
	// waitCalled is how long an admission waits for who was admitted.
	waitCalled = 5 * time.Minute
	// waitRest is how long who was refused cannot ask again.
	waitRest = 10 * time.Minute
	// waitMemory is how long somebody who is gone is remembered.
	waitMemory = time.Hour
	// waitersMost is how many wait before one room; a link that got around must
	// not bury those inside.
	waitersMost = 100
)

// How a wait ended.
const (
	answerAdmitted = "admitted"
	answerRefused  = "refused"
)

// Waiter is somebody who waits before a meeting.
type Waiter struct {
	Identity string
	Name     string
	Member   bool // of the organization
	Since    time.Time
	Lines    []WaitLine
}

// waits reports whether somebody without a seat has to be let in. Who was
// admitted is not waiting any more; who was refused gets a fault.
func (s sitting) waits(tx *gorm.DB, policies Policies, standing Standing, room RoomID, in EnterInput, now time.Time) (bool, error) {
	if !s.holdsBack(policies, standing, in) {
		return false, nil
	}
	return knock(tx, room, in, standing.Member, now)
}

// holdsBack reports whether somebody comes in only when they are let in: by the
// policies, or since they were sent out of this meeting.
func (s sitting) holdsBack(policies Policies, standing Standing, in EnterInput) bool {
	if s.removed(in) && !standing.Manages {
		return true
	}
	_, seated := s.seat(in.Identity)
	return policies.Waiting.holds(standing) && (!seated || !s.open())
}

// knock notes that somebody waits, unless their wait has ended.
func knock(tx *gorm.DB, room RoomID, in EnterInput, member bool, now time.Time) (bool, error) {
	row, known, err := findWaiter(tx, room, in.Identity)
	if err != nil {
		return false, err
	}
	switch {
	case known && row.calledAt(now):
		return false, dropWaiter(tx, room, in.Identity)
	case known && row.restsAt(now):
		return false, &Error{Code: CodeForbidden, Key: KeyWaitingRefused}
	case known && row.Answer == "":
		return true, seenWaiter(tx, row, in.Name, now)
	case known:
		err = dropWaiter(tx, room, in.Identity)
	}
	if err == nil {
		err = roomToWait(tx, room, now)
	}
	if err != nil {
		return false, err
	}
	return true, tx.Create(&waiterRow{RoomID: room, Identity: in.Identity, Name: in.Name, Member: member, AskedAt: now, SeenAt: now}).Error
}

// roomToWait forgets who has long gone, and refuses more than those inside can
// look through.
func roomToWait(tx *gorm.DB, room RoomID, now time.Time) error {
	gone := tx.Where("room_id = ? AND seen_at < ?", string(room), now.Add(-waitMemory))
	if err := gone.Delete(&waiterRow{}).Error; err != nil {
		return err
	}
	var n int64
	err := tx.Model(&waiterRow{}).Where("room_id = ? AND answer = '' AND seen_at > ?", string(room), now.Add(-waitLease)).Count(&n).Error
	if err == nil && n >= waitersMost {
		err = &Error{Code: CodeFull, Key: KeyWaitingFull}
	}
	return err
}

// Wait is how it stands with somebody who waits before a meeting.
type Wait struct {
	Still bool // they have to wait on
	Lines []WaitLine
}

// StillWaits says whether somebody has to wait on, and what was written meanwhile;
// it renews their wait. When they need not, [Scoped.Enter] has something else to
// say: a seat, or a fault.
func (o *Scoped) StillWaits(ctx context.Context, in EnterInput) (out Wait, err error) {
	if err := in.check(); err != nil {
		return Wait{}, err
	}
	now := o.store.now()
	err = o.write(ctx, "look whether somebody has to wait", func(tx *gorm.DB) error {
		row, still, err := waitOf(tx, in, now)
		if err != nil || !still {
			return err
		}
		if err := seenWaiter(tx, row, row.Name, now); err != nil {
			return err
		}
		out.Still = true
		out.Lines, err = linesOf(tx, row)
		return err
	})
	return out, err
}

// waitOf finds the wait of somebody whom nobody has answered yet, and who still
// comes in only when they are let in.
func waitOf(tx *gorm.DB, in EnterInput, now time.Time) (waiterRow, bool, error) {
	room, err := findRoom(tx, in.Room)
	if err != nil {
		return waiterRow{}, false, err
	}
	policies, err := policiesOf(tx)
	if err != nil || !policies.Guests && !in.Member {
		return waiterRow{}, false, err
	}
	current, err := running(tx, room.ID, now)
	if err != nil {
		return waiterRow{}, false, err
	}
	standing, err := standingOf(tx, room, current.user(in), in.Member)
	if err != nil || !current.holdsBack(policies, standing, in) {
		return waiterRow{}, false, err
	}
	if banned, err := isBanned(tx, room.ID, in); err != nil || banned {
		return waiterRow{}, false, err
	}
	row, known, err := findWaiter(tx, room.ID, in.Identity)
	return row, err == nil && known && row.Answer == "", err
}

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
	var lines []WaitLine
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
		lines, err = linesOf(tx, rows...)
		return err
	})
	out := make([]Waiter, len(rows))
	for i, r := range rows {
		out[i] = Waiter{Identity: r.Identity, Name: r.Name, Member: r.Member, Since: r.AskedAt.UTC()}
		for _, l := range lines {
			if l.Identity == r.Identity {
				out[i].Lines = append(out[i].Lines, l)
			}
		}
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
		err := tx.Model(&waiterRow{}).Where("room_id = ? AND answer = '' AND identity IN ?", string(room), identities).
			Updates(map[string]any{"answer": answer, "answered_at": now}).Error
		if err != nil {
			return err
		}
		return dropLines(tx, room, identities...)
	})
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

func findWaiter(tx *gorm.DB, room RoomID, identity string) (waiterRow, bool, error) {
	var rows []waiterRow
	err := tx.Where("room_id = ? AND identity = ?", string(room), identity).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return waiterRow{}, false, err
	}
	return rows[0], true, nil
}

func dropWaiter(tx *gorm.DB, room RoomID, identity string) error {
	return tx.Where("room_id = ? AND identity = ?", string(room), identity).Delete(&waiterRow{}).Error
}

// seenWaiter renews somebody's wait. Who was away for long stands last in line.
func seenWaiter(tx *gorm.DB, r waiterRow, name string, now time.Time) error {
	if r.SeenAt.Before(now.Add(-waitLinesKept)) {
		if err := dropLines(tx, r.RoomID, r.Identity); err != nil {
			return err
		}
	}
	changed := map[string]any{"seen_at": now, "name": name}
	if !r.SeenAt.After(now.Add(-waitLease)) {
		changed["asked_at"] = now
	}
	return tx.Model(&waiterRow{}).Where("room_id = ? AND identity = ?", string(r.RoomID), r.Identity).Updates(changed).Error
}

type waiterRow struct {
	Tenant     TenantID `gorm:"column:tenant_id;primaryKey"`
	RoomID     RoomID   `gorm:"primaryKey"`
	Identity   string   `gorm:"primaryKey"`
	Name       string
	Member     bool
	AskedAt    time.Time
	SeenAt     time.Time
	Answer     string // "" while they wait
	AnsweredAt *time.Time
}

func (waiterRow) TableName() string { return "waiting" }

func (r waiterRow) calledAt(now time.Time) bool {
	return r.Answer == answerAdmitted && r.AnsweredAt != nil && now.Before(r.AnsweredAt.Add(waitCalled))
}

func (r waiterRow) restsAt(now time.Time) bool {
	return r.Answer == answerRefused && r.AnsweredAt != nil && now.Before(r.AnsweredAt.Add(waitRest))
}
