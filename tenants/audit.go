package tenants

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Origin says where a deed came from, for the audit log. The web tier and the
// command line put it on the context of a call with [WithOrigin].
type Origin struct {
	Address string // IP address that asked; "" where there is none
	Via     string // ViaPage, ViaTerminal, ViaService, ViaOperator, ViaKey and the key's id, or the seat of a guest: "seat:MEETING/IDENTITY"

	Operator OperatorID // who runs the service and did it; "" when it was none of them
}

// The ways by which deeds come.
const (
	ViaPage     = ""         // somebody signed in, on a page
	ViaTerminal = "terminal" // the service's operator, at the command line
	ViaService  = "service"  // the service itself, when something was due
	ViaOperator = "operator" // the service's operator, on a page of their console
	ViaKey      = "key:"     // a program, with the API key whose id follows
)

type originKey struct{}

// WithOrigin says where what is done under this context comes from.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

func originOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// record notes who did what to whom, in the same transaction as the deed, as the
// next link of the organization's chain. by is "" when no member did it: the
// [Origin] of the context says who then. Call it as the last thing of a
// transaction: all who append to one organization's log queue here.
func record(tx *gorm.DB, at time.Time, by UserID, action, target, detail string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	head, err := lockHead(tx)
	if err != nil {
		return wrap(err, "find the end of the audit log")
	}
	origin := originOf(tx.Statement.Context)
	row := auditRow{
		Tenant: TenantID(scopeOf(tx.Statement.Context).tenant), ID: id, Seq: head.Seq + 1, At: at.UTC().Truncate(time.Microsecond),
		Action: action, Target: target, Detail: detail, Address: origin.Address, Via: origin.Via,
	}
	if by != "" {
		row.Actor = &by
	}
	row.Hash = link(head.Hash, row)
	if err := tx.Create(&row).Error; err != nil {
		return wrap(err, "note it in the audit log")
	}
	err = tx.Model(&auditHeadRow{}).Where("seq = ?", head.Seq).Updates(map[string]any{"seq": row.Seq, "hash": row.Hash}).Error
	return wrap(err, "move the end of the audit log")
}

// lockHead finds the end of the organization's chain and holds it until the
// transaction ends. The first one to append makes it, over whatever was noted
// before there were chains.
func lockHead(tx *gorm.DB) (auditHeadRow, error) {
	var head auditHeadRow
	err := first(forUpdate(tx), &head, "audit log")
	if err == nil || CodeOf(err) != CodeNotFound {
		return head, err
	}
	var old []auditRow
	if err := tx.Where("seq <= 0").Order("seq").Find(&old).Error; err != nil {
		return head, err
	}
	org := scopeOf(tx.Statement.Context).tenant
	if org == "" {
		return head, ErrNoTenant
	}
	hash := genesis(org)
	for _, row := range old {
		hash = link(hash, row)
	}
	// Of two who make it at once, the second finds the first one's.
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&auditHeadRow{Hash: hash}).Error; err != nil {
		return head, err
	}
	err = first(forUpdate(tx), &head, "audit log")
	if err != nil {
		return head, errors.Join(errors.New("the end of the audit log cannot be made"), err)
	}
	return head, nil
}
