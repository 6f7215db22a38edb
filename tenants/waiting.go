package tenants

import (
	"context"
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
	// waitLease is how long somebody waits without word from their page. It asks
	// every few seconds, but browsers let a page that is hidden act once a minute.
	waitLease = 90 * time.Second
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
	Back  bool // for a while nobody saw them wait
	Open  bool // a meeting runs: somebody may see that they are here
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
		current, err := running(tx, row.RoomID, now)
		if err != nil {
			return err
		}
		out.Still, out.Open, out.Back = true, current.open(), row.lapsedAt(now)
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
	if r.lapsedAt(now) {
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

// lapsedAt reports whether their page was silent for so long that they are not
// seen to wait.
func (r waiterRow) lapsedAt(now time.Time) bool { return !r.SeenAt.After(now.Add(-waitLease)) }

func (r waiterRow) calledAt(now time.Time) bool {
	return r.Answer == answerAdmitted && r.AnsweredAt != nil && now.Before(r.AnsweredAt.Add(waitCalled))
}

func (r waiterRow) restsAt(now time.Time) bool {
	return r.Answer == answerRefused && r.AnsweredAt != nil && now.Before(r.AnsweredAt.Add(waitRest))
}
