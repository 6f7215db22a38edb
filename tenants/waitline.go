package tenants

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The bounds of what is written through the door of a meeting.
const (
	WaitLineMost    = 300 // characters
	waitLinesAlone  = 5   // by who waits, before somebody answers
	waitLinesMost   = 60  // between one who waits and those inside
	waitLinesShown  = 20  // of those with one who waits
	waitLinesListed = 200 // of those with all who wait, as far as each shows what they wrote alone

	// waitLinesKept is how long lines stay after the page of who waits last asked.
	waitLinesKept = 5 * time.Minute
)

// WaitLine is what somebody who waits before a meeting wrote to those who may let
// them in, or what one of these answered. It goes when they are let in or refused,
// or have gone.
type WaitLine struct {
	N      int64  // orders what is written with who waits
	Host   bool   // written by who may let them in
	Author string // identity of that one, if they are in the meeting
	Name   string // their name there
	Text   string
	SentAt time.Time
}

// SayAtDoor keeps what somebody who waits writes to those who may let them in, and
// gives all that stands between them. [CodeForbidden] for who does not wait,
// [CodeInvalid] for the text, [CodeLimited] for too much of it.
func (o *Scoped) SayAtDoor(ctx context.Context, in EnterInput, text string) (out []WaitLine, err error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if text, err = lineText(text); err != nil {
		return nil, err
	}
	now := o.store.now()
	err = o.write(ctx, "write to those inside", func(tx *gorm.DB) error {
		_, still, err := waitOf(tx, in, now)
		if err != nil {
			return err
		}
		row, known, err := findWaiter(forUpdate(tx), in.Room, in.Identity) // so that nobody else answers or writes meanwhile
		if err == nil && (!still || !known || row.Answer != "") {
			err = &Error{Code: CodeForbidden, Key: KeyWaitingOver}
		}
		if err != nil {
			return err
		}
		if err := seenWaiter(tx, row, row.Name, now); err != nil {
			return err
		}
		if err := addLine(tx, waitLineRow{RoomID: row.RoomID, Identity: row.Identity, Body: text, SentAt: now}); err != nil {
			return err
		}
		out, err = linesOf(tx, row)
		return err
	})
	return out, err
}

// ToWaiting says to whom of those who wait something is written: to all of them, or
// to some by their identities. Nobody is not all.
type ToWaiting struct {
	All bool
	Who []string
}

func (to ToWaiting) check() error {
	unknown := func(who string) bool { return !isIdentity(who) }
	if to.All == (len(to.Who) > 0) || len(to.Who) > waitersMost || slices.ContainsFunc(to.Who, unknown) {
		return invalid("identity", KeyIdentityInvalid)
	}
	return nil
}

// AnswerAtDoor writes to people who wait before a room, each of whom gets it alone.
// Who may let them in may. [CodeNotFound] when nobody of them waits any more,
// [CodeLimited] when one who is named has heard enough, or of all everybody has.
func (o *Scoped) AnswerAtDoor(ctx context.Context, by Doorkeeper, room RoomID, to ToWaiting, text string) error {
	text, err := lineText(text)
	if err != nil {
		return err
	}
	if err := to.check(); err != nil {
		return err
	}
	now := o.store.now()
	return o.write(ctx, "answer at the door", func(tx *gorm.DB) error {
		if err := mayAdmit(tx, by, room, now); err != nil {
			return err
		}
		line, err := lineOf(tx, by, room, now)
		if err != nil {
			return err
		}
		line.Body = text
		found := forUpdate(tx).Where("room_id = ? AND answer = '' AND seen_at > ?", string(room), now.Add(-waitLease))
		if !to.All {
			found = found.Where("identity IN ?", to.Who)
		}
		var rows []waiterRow
		if err := found.Order("identity").Limit(waitersMost).Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) == 0 {
			return &Error{Code: CodeNotFound, Key: KeyWaiterGone}
		}
		return addLines(tx, rows, line, to.All)
	})
}

// addLines keeps a line with each of some who wait. Of all, the others hear it even
// if some have heard enough; a line that nobody hears is refused.
func addLines(tx *gorm.DB, rows []waiterRow, line waitLineRow, all bool) error {
	var full error
	heard := 0
	for _, r := range rows {
		line.Identity = r.Identity
		switch err := addLine(tx, line); {
		case err == nil:
			heard++
		case all && CodeOf(err) == CodeLimited:
			full = err
		default:
			return err
		}
	}
	if heard == 0 {
		return full
	}
	return nil
}

// lineOf is a line of somebody who may let others in, by the name that they have
// in the meeting.
func lineOf(tx *gorm.DB, by Doorkeeper, id RoomID, now time.Time) (waitLineRow, error) {
	line := waitLineRow{RoomID: id, Host: true, SentAt: now}
	room, err := findRoom(tx, id)
	if err != nil {
		return line, err
	}
	h, err := houseOf(tx, room, now)
	if err != nil {
		return line, err
	}
	if r, err := h.inside(by.Identity); err == nil { // who manages the room may answer from outside, and has no name there
		line.Author, line.AuthorName = r.Identity, r.Name
	}
	return line, nil
}

func lineText(text string) (string, error) {
	text = cleanText(text)
	switch {
	case text == "":
		return "", invalid("text", KeyWaitLineEmpty)
	case utf8.RuneCountInString(text) > WaitLineMost:
		return "", invalid("text", KeyWaitLineLong)
	}
	return text, nil
}

// addLine keeps a line, if there are not too many. The row of who waits is locked.
func addLine(tx *gorm.DB, line waitLineRow) error {
	of := tx.Where("room_id = ? AND identity = ?", string(line.RoomID), line.Identity)
	var all []waitLineRow
	if err := of.Select("n, host").Order("n").Find(&all).Error; err != nil {
		return err
	}
	alone := 0
	for _, l := range slices.Backward(all) {
		if l.Host {
			break
		}
		alone++
	}
	switch {
	case len(all) >= waitLinesMost:
		return &Error{Code: CodeLimited, Key: KeyWaitLinesMany}
	case !line.Host && alone >= waitLinesAlone:
		return &Error{Code: CodeLimited, Key: KeyWaitLinesAlone}
	}
	line.N = 1
	if len(all) > 0 {
		line.N = all[len(all)-1].N + 1
	}
	if err := tx.Create(&line).Error; err != nil {
		return err
	}
	return lookAfterDoor(tx, line.SentAt.Add(waitLinesKept))
}

// linesOf are the latest lines with one who waits, in the order they were written.
func linesOf(tx *gorm.DB, w waiterRow) ([]WaitLine, error) {
	all, err := linesByWaiter(tx, []waiterRow{w})
	return all[w.Identity], err
}

// linesByWaiter are the latest lines with some who wait before a room, by identity.
// Of many who wait there are fewer each: whoever may come to the door must not
// decide how much those inside fetch.
func linesByWaiter(tx *gorm.DB, waiters []waiterRow) (map[string][]WaitLine, error) {
	if len(waiters) == 0 {
		return nil, nil
	}
	ids := make([]string, len(waiters))
	for i, w := range waiters {
		ids[i] = w.Identity
	}
	each := min(waitLinesShown, max(waitLinesAlone, waitLinesListed/len(ids)))
	const latest = `room_id = ? AND identity IN ? AND n > (SELECT MAX(l.n) FROM waiting_lines AS l WHERE l.tenant_id = waiting_lines.tenant_id
		AND l.room_id = waiting_lines.room_id AND l.identity = waiting_lines.identity) - ?`
	var rows []waitLineRow
	err := tx.Where(latest, string(waiters[0].RoomID), ids, each).Order("identity, n").Find(&rows).Error
	out := make(map[string][]WaitLine, len(ids))
	for _, r := range rows {
		out[r.Identity] = append(out[r.Identity], WaitLine{r.N, r.Host, r.Author, r.AuthorName, r.Body, r.SentAt.UTC()})
	}
	return out, err
}

func dropLines(tx *gorm.DB, room RoomID, identities ...string) error {
	return tx.Where("room_id = ? AND identity IN ?", string(room), identities).Delete(&waitLineRow{}).Error
}

// lookAfterDoor makes [ErrandDoor] due for the transaction's organization, if it is
// not already. It holds the job's row, so that who takes the last lines away does
// not take the job of a new one with them.
func lookAfterDoor(tx *gorm.DB, due time.Time) error {
	row := jobRow{Kind: ErrandDoor, OrgID: scopeOf(tx.Statement.Context).tenant, Ref: wholeOrg, DueAt: due}
	hold := clause.OnConflict{
		Columns:   []clause.Column{{Name: "kind"}, {Name: "org_id"}, {Name: "ref"}},
		DoUpdates: clause.Assignments(map[string]any{"tries": 0}),
	}
	return wrap(tx.Clauses(hold).Create(&row).Error, "look after a door")
}

// DropWaitLines takes away what was written with those who have gone from the door
// without a word. It drops its errand, and makes it due again while there are
// lines left.
func (o *Scoped) DropWaitLines(ctx context.Context) error {
	return o.write(ctx, "take away what was written at the door", func(tx *gorm.DB) error {
		now := o.store.now()
		if err := dropJob(tx, ErrandDoor, scopeOf(tx.Statement.Context).tenant, wholeOrg); err != nil {
			return err
		}
		const gone = `EXISTS (SELECT 1 FROM waiting AS w WHERE w.tenant_id = waiting_lines.tenant_id AND w.room_id = waiting_lines.room_id
			AND w.identity = waiting_lines.identity AND w.seen_at <= ?)`
		if err := tx.Where(gone, now.Add(-waitLinesKept)).Delete(&waitLineRow{}).Error; err != nil {
			return err
		}
		var left int64
		if err := tx.Model(&waitLineRow{}).Limit(1).Count(&left).Error; err != nil || left == 0 {
			return err
		}
		return lookAfterDoor(tx, now.Add(waitLinesKept))
	})
}

type waitLineRow struct {
	Tenant     TenantID `gorm:"column:tenant_id;primaryKey"`
	RoomID     RoomID   `gorm:"primaryKey"`
	Identity   string   `gorm:"primaryKey"`
	N          int64    `gorm:"primaryKey;autoIncrement:false"`
	Host       bool
	Author     string
	AuthorName string
	Body       string
	SentAt     time.Time
}

func (waitLineRow) TableName() string { return "waiting_lines" }
