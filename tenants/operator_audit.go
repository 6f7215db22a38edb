package tenants

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// operatorChain begins the chain of what operators do.
const operatorChain = "parley operator audit 1"

type operatorAuditRow struct {
	Seq        int64 `gorm:"primaryKey;autoIncrement:false"`
	ID         string
	At         time.Time
	OperatorID *OperatorID
	Action     string
	Target     string
	Detail     string
	Address    string
	Via        string
	Hash       []byte
}

func (operatorAuditRow) TableName() string { return "operator_audit" }

func (r operatorAuditRow) place() (seq int64, id string, hash []byte) { return r.Seq, r.ID, r.Hash }

func (r operatorAuditRow) link(before []byte) []byte {
	operator := ""
	if r.OperatorID != nil {
		operator = string(*r.OperatorID)
	}
	sum := sha256.Sum256(fields(slices.Clone(before), fmt.Sprint(r.Seq), r.ID, r.At.UTC().Format(chainTime),
		operator, r.Action, r.Target, r.Detail, r.Address, r.Via))
	return sum[:]
}

type operatorHeadRow struct {
	ID   int `gorm:"primaryKey"`
	Seq  int64
	Hash []byte
}

func (operatorHeadRow) TableName() string { return "operator_audit_head" }

func (r operatorHeadRow) end() []byte {
	if r.Seq > 0 {
		return r.Hash
	}
	sum := sha256.Sum256(fields(nil, operatorChain))
	return sum[:]
}

// operatorDetail bounds what an entry says, in characters.
const operatorDetail = 2000

// RecordOperator notes what an operator did, in the transaction of the deed, as
// the next link of the operators' chain. Who it was and from where says the
// [Origin] of the transaction's context. Action is "family.deed", target the id
// of what it was done to, detail a sentence for people. Call it as the last thing
// of a transaction, after the organization's own log: all who append queue here.
func RecordOperator(tx *gorm.DB, at time.Time, action, target, detail string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	var head operatorHeadRow
	if err := first(forUpdate(tx).Where("id = ?", 1), &head, "operators' log"); err != nil {
		return wrap(err, "find the end of the operators' log")
	}
	origin := originOf(tx.Statement.Context)
	row := operatorAuditRow{
		Seq: head.Seq + 1, ID: id, At: at.UTC().Truncate(time.Microsecond), Action: action, Target: target,
		Detail: truncate(strings.ToValidUTF8(strings.ReplaceAll(detail, "\x00", ""), ""), operatorDetail), Address: origin.Address, Via: origin.Via,
	}
	if origin.Operator != "" {
		row.OperatorID = &origin.Operator
	}
	row.Hash = row.link(head.end())
	if err := tx.Create(&row).Error; err != nil {
		return wrap(err, "note it in the operators' log")
	}
	err = tx.Model(&operatorHeadRow{}).Where("id = ? AND seq = ?", 1, head.Seq).Updates(map[string]any{"seq": row.Seq, "hash": row.Hash}).Error
	return wrap(err, "move the end of the operators' log")
}

// OperatorDid is [RecordOperator] in a transaction of its own, for deeds that are
// done elsewhere: at Stripe, on a media node.
func (s *Store) OperatorDid(ctx context.Context, action, target, detail string) error {
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		return RecordOperator(tx, s.now(), action, target, detail)
	}), "note what an operator did")
}

// OperatorEntry is one line of the operators' log.
type OperatorEntry struct {
	Seq      int64
	ID       string
	At       time.Time
	Operator OperatorID // "" at the command line
	Name     string     // of the operator
	Via      string     // see [Origin]
	Address  string
	Action   string // "tenant.suspend"
	Target   string // id of whom or what it was done to
	About    string // its name, where it is an organization, a person or an operator
	Slug     string // of the organization, where it is one
	Detail   string
	Hash     string // hex
}

// OperatorPage is some lines of the operators' log, newest first.
type OperatorPage struct {
	Entries              []OperatorEntry
	HasOlder, HasNewer   bool
	FirstSeq, LastSeqAsc int64 // numbers of the newest and of the oldest line shown
}

// OperatorAudit shows a page of the operators' log. The filter's Person is part
// of an operator's name or address; target limits it to what was done to one
// thing, "" to everything. It gives at most 1000 lines.
func (s *Store) OperatorAudit(ctx context.Context, f AuditFilter, target string) (OperatorPage, error) {
	f.Limit = min(max(f.Limit, 1), auditLimit)
	var page OperatorPage
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		q := f.inTime(tx)
		if target != "" && storable(target) {
			q = q.Where("target = ?", target)
		}
		if who := strings.ToLower(strings.TrimSpace(f.Person)); who != "" && storable(who) {
			like := "%" + escapeLike(who) + "%"
			q = q.Where(`operator_id IN (SELECT operators.id FROM operators WHERE lower(operators.name) LIKE ? ESCAPE '\' OR operators.email LIKE ? ESCAPE '\')`, like, like)
		}
		rows, older, newer, err := pageBySeq[operatorAuditRow](q, f)
		if err != nil {
			return err
		}
		page.HasOlder, page.HasNewer = older, newer
		if len(rows) > 0 {
			page.FirstSeq, page.LastSeqAsc = rows[0].Seq, rows[len(rows)-1].Seq
		}
		page.Entries, err = operatorEntries(tx, rows)
		return err
	})
	return page, wrap(err, "read the operators' log")
}

// operatorEntries adds the names of who acted and of what was acted on.
func operatorEntries(tx *gorm.DB, rows []operatorAuditRow) ([]OperatorEntry, error) {
	var ids []string
	for _, r := range rows {
		if r.OperatorID != nil {
			ids = append(ids, string(*r.OperatorID))
		}
		if parseID(r.Target) == nil {
			ids = append(ids, r.Target)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var orgs []orgRow
	var people []userRow
	var operators []operatorRow
	if len(ids) > 0 {
		if err := tx.Select("id, name, slug").Where("id IN ?", ids).Find(&orgs).Error; err != nil {
			return nil, err
		}
		if err := tx.Select("id, name").Where("id IN ?", ids).Find(&people).Error; err != nil {
			return nil, err
		}
		if err := tx.Select("id, name").Where("id IN ?", ids).Find(&operators).Error; err != nil {
			return nil, err
		}
	}
	names, slugs := map[string]string{}, map[string]string{}
	for _, o := range orgs {
		names[string(o.ID)], slugs[string(o.ID)] = o.Name, o.Slug
	}
	for _, p := range people {
		names[string(p.ID)] = p.Name
	}
	for _, o := range operators {
		names[string(o.ID)] = o.Name
	}
	out := make([]OperatorEntry, len(rows))
	for i, r := range rows {
		out[i] = OperatorEntry{
			Seq: r.Seq, ID: r.ID, At: r.At.UTC(), Via: r.Via, Address: r.Address, Action: r.Action, Target: r.Target,
			About: names[r.Target], Slug: slugs[r.Target], Detail: r.Detail, Hash: hex.EncodeToString(r.Hash),
		}
		if r.OperatorID != nil {
			out[i].Operator, out[i].Name = *r.OperatorID, names[string(*r.OperatorID)]
		}
	}
	return out, nil
}

// VerifyOperatorAudit follows the operators' chain from its beginning and names
// the first row that is not as it was written, or is missing.
func (s *Store) VerifyOperatorAudit(ctx context.Context) (AuditCheck, error) {
	var out AuditCheck
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var head operatorHeadRow
		if err := first(tx.Where("id = ?", 1), &head, "operators' log"); err != nil {
			return err
		}
		walk := chainWalk{hash: operatorHeadRow{}.end(), head: auditHeadRow{Seq: head.Seq, Hash: head.end()}}
		for {
			var rows []operatorAuditRow
			if err := tx.Where("seq > ?", walk.seq).Order("seq").Limit(verifyBatch).Find(&rows).Error; err != nil {
				return err
			}
			if len(rows) == 0 || follow(&walk, rows) {
				break
			}
		}
		switch {
		case walk.broken != nil:
		case walk.seq > head.Seq:
			walk.broken = &AuditBreak{Seq: head.Seq + 1, What: "the row stands beyond the end of the chain"}
		default:
			walk.ended()
		}
		out = AuditCheck{Entries: walk.entries, Head: hex.EncodeToString(head.end()), Broken: walk.broken}
		return nil
	})
	return out, wrap(err, "check the operators' log")
}
