package tenants

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// handMemory is how long a raised hand waits for somebody who is gone.
const handMemory = 2 * time.Minute

// Rules are what the host of a meeting leaves to the others, below what the
// organization's policies do.
type Rules struct{ Share, Chat, Unmute, Rename bool }

// Hand is somebody's raised hand.
type Hand struct {
	Identity string
	At       time.Time // when it was raised, by the server's clock
}

// Hosting is who leads a running meeting and what they have decided: all that
// everybody in it may know of that.
type Hosting struct {
	Revision  int64    // grows with each change; a lower one is older
	Host      string   // identity; "" while nobody who may lead is in
	CoHosts   []string // named ones, and those who manage the organization or the room, while they are in
	Leaders   []string // of the co-hosts, those with as much to say as the host
	Hands     []Hand   // of those who are in, in the order they were raised
	Next      string   // identity of who leads when the host goes now; "" for nobody
	Spotlight string   // identity; "" for nobody
	Locked    bool
	Rules     Rules
}

// leadRow is what a meeting's row knows of who leads it.
type leadRow struct {
	Host      string `gorm:"column:host_identity"` // whom leading belongs to; "" = nobody yet
	Acting    string `gorm:"column:acting_host"`   // who leads now
	Next      string `gorm:"column:next_host"`     // who leads when that one goes; people are told, so its change is one
	Revision  int64  `gorm:"column:lead_revision"`
	Locked    bool
	Spotlight string
	NoShare   bool
	NoChat    bool
	NoUnmute  bool
	NoRename  bool
}

func (r leadRow) rules() Rules {
	return Rules{Share: !r.NoShare, Chat: !r.NoChat, Unmute: !r.NoUnmute, Rename: !r.NoRename}
}

// rank is how much somebody has to say in a meeting.
type rank int

const (
	anybody rank = iota
	coHost       // named by a host
	leader       // the host, and who manages the organization or the room
)

// house is a meeting with who may lead it, as it stands at a moment.
type house struct {
	sitting
	room     roomRow
	managers map[UserID]bool // owners and admins
	now      time.Time
}

// houseOf finds the meeting that runs in a room. Its row is locked where tx was
// passed through [forUpdate] for the room before.
func houseOf(tx *gorm.DB, room roomRow, now time.Time) (house, error) {
	s, err := running(tx, room.ID, now)
	if err != nil {
		return house{}, err
	}
	return s.house(tx, room, now)
}

func (s sitting) house(tx *gorm.DB, room roomRow, now time.Time) (house, error) {
	var ids []UserID
	err := tx.Model(&membershipRow{}).Where("role IN ?", []string{string(RoleOwner), string(RoleAdmin)}).Pluck("user_id", &ids).Error
	h := house{sitting: s, room: room, managers: make(map[UserID]bool, len(ids)), now: now}
	for _, id := range ids {
		h.managers[id] = true
	}
	return h, err
}

// present reports whether somebody is in the meeting now.
func (h house) present(r seatRow) bool { return r.isHere(h.now) && r.RemovedAt == nil }

// belongs reports whether a seat is that of somebody who signed in and belongs to
// the organization: not a guest, and not a program.
func belongs(r seatRow) bool { return r.Member && r.UserID != nil }

func (h house) made(r seatRow) bool {
	return belongs(r) && h.room.CreatedBy != nil && *h.room.CreatedBy == *r.UserID
}

func (h house) manages(r seatRow) bool {
	return belongs(r) && (h.managers[*r.UserID] || h.made(r))
}

func (h house) rank(r seatRow) rank {
	switch {
	case r.Identity == h.lead.Acting || h.manages(r):
		return leader
	case r.CoHostAt != nil:
		return coHost
	}
	return anybody
}

// nextInLine is who leads while the host is gone: of those who are in, the
// co-host who was named first, else who manages, else the member who came first.
// A guest leads when a host has named them, and else never: anybody can be one.
func (h house) nextInLine(gone string) string {
	var line []seatRow
	for _, r := range h.seats {
		if h.present(r) && r.Identity != gone && (r.CoHostAt != nil || belongs(r)) {
			line = append(line, r)
		}
	}
	place := func(r seatRow) int {
		switch {
		case r.CoHostAt != nil:
			return 0
		case h.manages(r):
			return 1
		}
		return 2
	}
	if len(line) == 0 {
		return ""
	}
	return slices.MinFunc(line, func(a, b seatRow) int {
		since := func(r seatRow) time.Time {
			if r.CoHostAt != nil {
				return *r.CoHostAt
			}
			return r.JoinedAt
		}
		return cmp.Or(cmp.Compare(place(a), place(b)), since(a).Compare(since(b)), strings.Compare(a.Identity, b.Identity))
	}).Identity
}

// settled is who leads, once it is clear who is there: leading belongs to the
// first one who may, and comes back to them when they do.
func (h house) settled() leadRow {
	next := h.lead
	if next.Host == "" {
		next.Host = h.nextInLine("")
	}
	next.Acting = next.Host
	if r, ok := h.seat(next.Host); !ok || !h.present(r) {
		next.Acting = h.nextInLine(next.Host)
	}
	next.Next = h.nextInLine(next.Acting)
	if next != h.lead {
		next.Revision++
	}
	return next
}

// settleLead writes down who leads where that has changed.
func (h *house) settleLead(tx *gorm.DB) (bool, error) {
	next := h.settled()
	if next == h.lead {
		return false, nil
	}
	h.lead = next
	return true, saveLead(tx, h.meeting.ID, next)
}

func saveLead(tx *gorm.DB, id MeetingID, l leadRow) error {
	return tx.Model(&meetingRow{}).Where("id = ?", string(id)).Updates(map[string]any{
		"host_identity": l.Host, "acting_host": l.Acting, "next_host": l.Next, "lead_revision": l.Revision, "locked": l.Locked, "spotlight": l.Spotlight,
		"no_share": l.NoShare, "no_chat": l.NoChat, "no_unmute": l.NoUnmute, "no_rename": l.NoRename,
	}).Error
}

// hosting is what everybody in the meeting is told.
func (h house) hosting() Hosting {
	out := Hosting{Revision: h.lead.Revision, Host: h.lead.Acting, Next: h.lead.Next, Spotlight: h.lead.Spotlight, Locked: h.lead.Locked, Rules: h.lead.rules()}
	for _, r := range h.seats {
		if !h.present(r) {
			continue
		}
		if r.Identity != out.Host && h.rank(r) >= coHost {
			out.CoHosts = append(out.CoHosts, r.Identity)
			if h.rank(r) == leader {
				out.Leaders = append(out.Leaders, r.Identity)
			}
		}
		if r.HandAt != nil {
			out.Hands = append(out.Hands, Hand{r.Identity, r.HandAt.UTC()})
		}
	}
	slices.SortStableFunc(out.Hands, func(a, b Hand) int { return a.At.Compare(b.At) })
	return out
}

// rights are what policies and the host leave to somebody. What the host decides
// does not bind who leads, nor the organization's own programs.
func (h house) rights(p Policies, s Standing, r seatRow) Rights {
	may := p.For(s)
	if s.Program || h.rank(r) > anybody {
		return may
	}
	rules := h.lead.rules()
	may.Share, may.Chat, may.Speak = may.Share && rules.Share, may.Chat && rules.Chat, rules.Unmute || r.MaySpeak
	return may
}

// welcome settles who leads after somebody has come in, and says what they may,
// and who leads where that has changed.
// Who made the room takes the lead when they come for the first time; who led
// until then becomes their co-host.
func (s sitting) welcome(tx *gorm.DB, room roomRow, policies Policies, standing Standing, in EnterInput, now time.Time) (Rights, *Hosting, error) {
	was, before := s.seat(in.Identity)
	h, err := houseOf(tx, room, now)
	if err != nil {
		return Rights{}, nil, err
	}
	mine, _ := h.seat(in.Identity)
	if old, ok := h.seat(h.lead.Host); !before && ok && h.made(mine) && !h.made(old) {
		if err := h.nameCoHost(tx, old); err != nil {
			return Rights{}, nil, err
		}
		h.lead.Host = mine.Identity
		h.lead.Acting = "" // so that it counts as changed
	}
	changed, err := h.settleLead(tx)
	// Who comes to lead beside the host, or back to a raised hand, is news to everybody.
	if shows := h.rank(mine) > anybody || mine.HandAt != nil; err == nil && !changed && shows && (!before || !was.isHere(now)) {
		changed = true
		h.lead.Revision++
		err = saveLead(tx, h.meeting.ID, h.lead)
	}
	if err != nil || !changed {
		return h.rights(policies, standing, mine), nil, err
	}
	if h, err = houseOf(tx, room, now); err != nil { // with the co-host of just now
		return Rights{}, nil, err
	}
	led := h.hosting()
	return h.rights(policies, standing, mine), &led, nil
}

// nameCoHost notes that somebody leads beside the host from now on.
func (h *house) nameCoHost(tx *gorm.DB, r seatRow) error {
	if r.CoHostAt != nil {
		return nil
	}
	return h.change(tx, r.Identity, map[string]any{"cohost_at": h.now})
}

func (h *house) change(tx *gorm.DB, identity string, to map[string]any) error {
	return tx.Model(&seatRow{}).Where("meeting_id = ? AND identity = ?", string(h.meeting.ID), identity).Updates(to).Error
}

// Hosting is who leads the meeting in a room, for somebody who is in it.
// [CodeForbidden] for who is not: not yet, or not any more.
func (o *Scoped) Hosting(ctx context.Context, room RoomID, identity string) (Hosting, error) {
	var out Hosting
	err := o.read(ctx, "look who leads a meeting", func(tx *gorm.DB) error {
		row, err := findRoom(tx, room)
		if err != nil {
			return err
		}
		h, err := houseOf(tx, row, o.store.now())
		if err != nil {
			return err
		}
		if _, err := h.inside(identity); err != nil {
			return err
		}
		out = h.hosting()
		return nil
	})
	return out, err
}

// inside finds the seat of somebody who is in the meeting now.
func (h house) inside(identity string) (seatRow, error) {
	r, ok := h.seat(identity)
	if !ok || !h.open() || !h.present(r) {
		return seatRow{}, &Error{Code: CodeForbidden, Key: KeyNotInside}
	}
	return r, nil
}

// SettleHost says who leads in a room, by its media name, after somebody has come
// or gone, and whether that has changed. [CodeNotFound] while no meeting runs.
func (o *Scoped) SettleHost(ctx context.Context, mediaName string) (room Room, out Hosting, changed bool, err error) {
	look := func(tx *gorm.DB, settle bool) error {
		var row roomRow
		if err := first(tx.Where("media_name = ?", mediaName), &row, "room"); err != nil {
			return err
		}
		h, err := houseOf(tx.Session(&gorm.Session{NewDB: true}), row, o.store.now())
		if err != nil {
			return err
		}
		if !h.open() {
			return notFound("meeting")
		}
		room, changed = row.room(), h.settled() != h.lead
		if changed && settle {
			_, err = h.settleLead(tx.Session(&gorm.Session{NewDB: true}))
		}
		out = h.hosting()
		return err
	}
	if !storable(mediaName) {
		return room, out, false, notFound("room")
	}
	// Mostly nothing has changed: then nobody waits for anybody.
	err = o.read(ctx, "look who leads", func(tx *gorm.DB) error { return look(tx, false) })
	if err == nil && changed {
		err = o.write(ctx, "settle who leads", func(tx *gorm.DB) error { return look(forUpdate(tx), true) })
	}
	return room, out, changed, err
}
