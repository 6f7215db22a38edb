package tenants

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// chainVersion begins every chain, so that another encoding can follow one day.
const chainVersion = "parley audit 1"

// chainTime is how a link spells its time.
const chainTime = "2006-01-02T15:04:05.000000Z"

// genesis is what the first link of an organization's chain hangs on.
func genesis(org OrgID) []byte {
	sum := sha256.Sum256(fields(nil, chainVersion, string(org)))
	return sum[:]
}

// link is the hash of a row: SHA-256 over the hash before it and the row's
// fields, each with its length before it, so that no two rows spell the same.
func link(before []byte, r auditRow) []byte {
	actor := ""
	if r.Actor != nil {
		actor = string(*r.Actor)
	}
	sum := sha256.Sum256(fields(slices.Clone(before), string(r.Tenant), fmt.Sprint(r.Seq), r.ID,
		r.At.UTC().Format(chainTime), actor, r.Action, r.Target, r.Detail, r.Address, r.Via))
	return sum[:]
}

func fields(to []byte, values ...string) []byte {
	for _, v := range values {
		to = binary.BigEndian.AppendUint32(to, uint32(len(v)))
		to = append(to, v...)
	}
	return to
}

// AuditCheck is what [Scoped.VerifyAudit] found.
type AuditCheck struct {
	Entries int64       // that are in the chain or before it
	Head    string      // hex of the last hash: kept elsewhere, it proves later that nothing before it was changed
	Broken  *AuditBreak // nil when the chain holds
}

// AuditBreak is the first place where a chain does not hold.
type AuditBreak struct {
	Seq  int64
	ID   string // of the row, if there is one
	What string // in English, for the operator
}

// verifyBatch bounds how many rows are in memory at once.
const verifyBatch = 1000

// VerifyAudit follows the organization's chain from its beginning and names the
// first row that is not as it was written, or is missing.
func (o *Scoped) VerifyAudit(ctx context.Context) (AuditCheck, error) {
	var out AuditCheck
	err := o.read(ctx, "check the audit log", func(tx *gorm.DB) error {
		var head auditHeadRow
		switch err := first(tx, &head, "audit log"); {
		case CodeOf(err) == CodeNotFound:
			head = auditHeadRow{Hash: genesis(o.org)}
		case err != nil:
			return err
		}
		walk := chainWalk{hash: genesis(o.org), head: head}
		for {
			rows, err := auditAfter(tx, walk)
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				break
			}
			if follow(&walk, rows) {
				break
			}
		}
		if walk.broken == nil {
			if err := walk.end(tx); err != nil {
				return err
			}
		}
		out = AuditCheck{Entries: walk.entries, Head: hex.EncodeToString(head.Hash), Broken: walk.broken}
		return nil
	})
	return out, err
}

// chainWalk is how far a check has come.
type chainWalk struct {
	hash    []byte
	seq     int64
	entries int64
	head    auditHeadRow
	broken  *AuditBreak
}

func auditAfter(tx *gorm.DB, w chainWalk) ([]auditRow, error) {
	var rows []auditRow
	if w.entries > 0 {
		tx = tx.Where("seq > ?", w.seq)
	}
	return rows, tx.Where("seq <= ?", max(w.head.Seq, 0)).Order("seq").Limit(verifyBatch).Find(&rows).Error
}

// chained is a row of a log whose hash covers the row before it.
type chained interface {
	place() (seq int64, id string, hash []byte)
	link(before []byte) []byte
}

func (r auditRow) place() (seq int64, id string, hash []byte) { return r.Seq, r.ID, r.Hash }
func (r auditRow) link(before []byte) []byte                  { return link(before, r) }

// follow goes on through some rows and says whether the chain broke.
func follow[R chained](w *chainWalk, rows []R) bool {
	for _, r := range rows {
		seq, id, hash := r.place()
		expected := w.seq + 1
		if w.entries == 0 {
			expected = min(seq, 1) // what came before the chain has numbers up to zero
		}
		if seq != expected {
			w.broken = &AuditBreak{Seq: expected, What: "the row is missing"}
			return true
		}
		w.hash = r.link(w.hash)
		w.seq = seq
		w.entries++
		if seq > 0 && !slices.Equal(w.hash, hash) {
			what := "the row is not as it was written"
			if seq == 1 && w.entries > 1 {
				what = "this row, or one from before the chain, is not as it was written"
			}
			w.broken = &AuditBreak{Seq: seq, ID: id, What: what}
			return true
		}
	}
	return false
}

// ended compares where the rows end with where the chain should end.
func (w *chainWalk) ended() bool {
	switch {
	case w.seq < w.head.Seq:
		w.broken = &AuditBreak{Seq: w.seq + 1, What: "the row is missing, and all after it"}
		return false
	case w.head.Seq > 0 && !slices.Equal(w.hash, w.head.Hash):
		w.broken = &AuditBreak{Seq: w.seq, What: "the end of the chain is another"}
		return false
	}
	return true
}

// end compares where the rows end with where the chain should end, and looks for what stands beyond it.
func (w *chainWalk) end(tx *gorm.DB) error {
	if !w.ended() {
		return nil
	}
	var beyond []auditRow
	const past = `seq > COALESCE((SELECT heads.seq FROM audit_heads AS heads WHERE heads.tenant_id = audit.tenant_id), 0)`
	if err := tx.Where(past).Order("seq").Limit(1).Find(&beyond).Error; err != nil || len(beyond) == 0 {
		return err
	}
	w.broken = &AuditBreak{Seq: beyond[0].Seq, ID: beyond[0].ID, What: "the row stands beyond the end of the chain"}
	return nil
}

// Orgs lists organizations by id, from after the given one on; "" begins. It
// gives at most limit of them. For the operator's tools.
func (s *Store) Orgs(ctx context.Context, after OrgID, limit int) ([]Organization, error) {
	var rows []orgRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		if after != "" {
			tx = tx.Where("id > ?", string(after))
		}
		return tx.Order("id").Limit(limit).Find(&rows).Error
	})
	out := make([]Organization, len(rows))
	for i, r := range rows {
		out[i] = r.organization()
	}
	return out, wrap(err, "list organizations")
}

// AuditEntry is one line of an organization's audit log.
type AuditEntry struct {
	Seq     int64 // place in the chain; up to zero for what came before there was one
	ID      string
	At      time.Time
	Actor   UserID // "" when no member did it
	Name    string // of the actor; "" when unknown by now
	Via     string // see [Origin]
	Address string
	Action  string // "room.archive"
	Target  string // id of whom or what it was done to
	About   string // its name, where it has one
	Detail  string
	Hash    string // hex; "" before the chain

	Guest        bool // the actor did not belong to the organization: Name is theirs in the meeting
	AboutGuest   bool // nor did whom it was done to
	AboutDeleted bool // it was done to a person who has been deleted since
}
