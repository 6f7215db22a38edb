package tenants

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// AuditFilter picks lines of an audit log.
type AuditFilter struct {
	Person string    // part of a name or e-mail address; "" = everybody
	Family string    // what the action begins with: "room", "member", …; "" = all
	From   time.Time // zero = from the beginning
	Until  time.Time // before that moment; zero = until now

	Older *int64 // only lines with a smaller number, the newest of them first
	Newer *int64 // only lines with a larger number, the oldest of them chosen
	Limit int    // 1 to 1000
}

// AuditPage is some lines of the log, newest first.
type AuditPage struct {
	Entries              []AuditEntry
	HasOlder, HasNewer   bool
	FirstSeq, LastSeqAsc int64 // numbers of the newest and of the oldest line shown
}

// auditLimit bounds what one question gets.
const auditLimit = 1000

// Audit shows a page of the organization's audit log. Only who manages the
// organization may read it.
func (o *Scoped) Audit(ctx context.Context, by UserID, f AuditFilter) (AuditPage, error) {
	f.Limit = min(max(f.Limit, 1), auditLimit)
	var page AuditPage
	err := o.read(ctx, "read the audit log", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins read the audit log")
		}
		page, err = auditPage(tx, f)
		return err
	})
	return page, err
}

func auditPage(tx *gorm.DB, f AuditFilter) (AuditPage, error) {
	rows, older, newer, err := pageBySeq[auditRow](f.on(tx), f)
	if err != nil {
		return AuditPage{}, err
	}
	page := AuditPage{HasOlder: older, HasNewer: newer}
	if page.Entries, err = auditEntries(tx, rows); err == nil && len(rows) > 0 {
		page.FirstSeq, page.LastSeqAsc = rows[0].Seq, rows[len(rows)-1].Seq
	}
	return page, err
}

// pageBySeq finds the rows of one page of a log, newest first, and whether there are older and newer ones.
func pageBySeq[R any](q *gorm.DB, f AuditFilter) (rows []R, older, newer bool, err error) {
	switch {
	case f.Newer != nil:
		q = q.Where("seq > ?", *f.Newer).Order("seq")
	case f.Older != nil:
		q = q.Where("seq < ?", *f.Older).Order("seq DESC")
	default:
		q = q.Order("seq DESC")
	}
	if err := q.Limit(f.Limit + 1).Find(&rows).Error; err != nil {
		return nil, false, false, err
	}
	more := len(rows) > f.Limit
	rows = rows[:min(len(rows), f.Limit)]
	if f.Newer != nil {
		slices.Reverse(rows)
		return rows, true, more, nil
	}
	return rows, more, f.Older != nil, nil
}

// on limits a statement to what the filter lets through.
func (f AuditFilter) on(tx *gorm.DB) *gorm.DB {
	tx = f.inTime(tx)
	if who := strings.ToLower(strings.TrimSpace(f.Person)); who != "" && storable(who) {
		like := "%" + escapeLike(who) + "%"
		guests, values := actedAs(tx, like)
		tx = tx.Where(`(actor IN (SELECT users.id FROM users WHERE lower(users.name) LIKE ? ESCAPE '\' OR users.email LIKE ? ESCAPE '\') OR `+guests+`)`, append([]any{like, like}, values...)...)
	}
	return tx
}

// inTime limits a statement to the filter's time and kind of deeds.
func (f AuditFilter) inTime(tx *gorm.DB) *gorm.DB {
	if f.Family != "" && storable(f.Family) { // between "room." and "room/", which comes right after it
		tx = tx.Where("action >= ? AND action < ?", f.Family+".", f.Family+"/")
	}
	if !f.From.IsZero() {
		tx = tx.Where("at >= ?", f.From.UTC())
	}
	if !f.Until.IsZero() {
		tx = tx.Where("at < ?", f.Until.UTC())
	}
	return tx
}

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}

// auditEntries adds the names of who acted and of what was acted on.
func auditEntries(tx *gorm.DB, rows []auditRow) ([]AuditEntry, error) {
	ids, seats := make(map[string]bool), make(map[string]bool)
	for _, r := range rows {
		seats[r.Via], seats[r.Target] = true, true
		if r.Actor != nil {
			ids[string(*r.Actor)] = true
		}
		if parseID(r.Target) == nil {
			ids[r.Target] = true
		}
	}
	names, err := namesOf(tx, ids)
	if err != nil {
		return nil, err
	}
	guests, err := seatNames(tx, seats)
	out := make([]AuditEntry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
		about, known := names[r.Target]
		out[i].Name, out[i].About, out[i].AboutDeleted = names[string(out[i].Actor)], about, known && about == ""
		if _, _, seat := seatOfRef(r.Via); seat {
			out[i].Guest, out[i].Name = true, guests[r.Via]
		}
		if _, _, seat := seatOfRef(r.Target); seat {
			out[i].AboutGuest, out[i].About = true, guests[r.Target]
			out[i].AboutDeleted = out[i].About == ""
		}
	}
	return out, err
}

// namesOf finds what people and rooms with these ids are called. The name of a
// person who has been deleted is empty.
func namesOf(tx *gorm.DB, ids map[string]bool) (map[string]string, error) {
	names := make(map[string]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	list := make([]string, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	var people []userRow
	var rooms []roomRow
	if err := tx.Select("id, name").Where("id IN ?", list).Find(&people).Error; err != nil {
		return nil, err
	}
	if err := tx.Select("id, name").Where("id IN ?", list).Find(&rooms).Error; err != nil {
		return nil, err
	}
	for _, p := range people {
		names[string(p.ID)] = p.Name
	}
	for _, r := range rooms {
		names[string(r.ID)] = r.Name
	}
	return names, nil
}

func (r auditRow) entry() AuditEntry {
	e := AuditEntry{
		Seq: r.Seq, ID: r.ID, At: r.At.UTC(), Via: r.Via, Address: r.Address,
		Action: r.Action, Target: r.Target, Detail: r.Detail, Hash: hex.EncodeToString(r.Hash),
	}
	if r.Actor != nil {
		e.Actor = *r.Actor
	}
	return e
}
