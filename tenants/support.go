package tenants

import (
	"cmp"
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// How long an operator may look into an organization, in minutes, and how long
// a wish for it waits for an answer.
const (
	SupportUsual    = 60
	SupportLongest  = 240
	supportPatience = 72 * time.Hour
	supportListed   = 20
)

// SupportState is how an access stands.
type SupportState string

// The states of an access.
const (
	SupportAsked    SupportState = "asked"    // an owner has to answer
	SupportOpen     SupportState = "open"     // the operator may look
	SupportDeclined SupportState = "declined" // or taken back, or nobody answered
	SupportOver     SupportState = "over"     // its time is up, or somebody ended it
)

// SupportAccess is an operator's look into an organization's pages, reading only:
// with an owner's consent, or for an emergency that both logs name.
type SupportAccess struct {
	ID           string
	Operator     OperatorID
	OperatorName string
	Reason       string
	Emergency    bool
	Minutes      int
	AskedAt      time.Time
	AnsweredBy   UserID     // "" for nobody
	EndsAt       *time.Time // nil = it has not begun
	EndedAt      *time.Time // before that, by either side
}

// State is how the access stands at a moment.
func (a SupportAccess) State(now time.Time) SupportState {
	switch {
	case a.EndsAt == nil && a.EndedAt == nil && now.Before(a.AskedAt.Add(supportPatience)):
		return SupportAsked
	case a.EndsAt == nil:
		return SupportDeclined
	case a.EndedAt == nil && now.Before(*a.EndsAt):
		return SupportOpen
	}
	return SupportOver
}

type supportRow struct {
	Tenant       TenantID `gorm:"column:tenant_id;primaryKey"`
	ID           string   `gorm:"primaryKey"`
	OperatorID   OperatorID
	OperatorName string
	SignInID     string
	Hash         string
	Reason       string
	Emergency    bool
	Minutes      int
	AskedAt      time.Time
	AnsweredBy   *UserID
	AnsweredAt   *time.Time
	EndsAt       *time.Time
	EndedAt      *time.Time
}

func (supportRow) TableName() string { return "support_accesses" }

func (r supportRow) access() SupportAccess {
	out := SupportAccess{
		ID: r.ID, Operator: r.OperatorID, OperatorName: r.OperatorName, Reason: r.Reason, Emergency: r.Emergency, Minutes: r.Minutes,
		AskedAt: r.AskedAt.UTC(), EndsAt: utc(r.EndsAt), EndedAt: utc(r.EndedAt),
	}
	if r.AnsweredBy != nil {
		out.AnsweredBy = *r.AnsweredBy
	}
	return out
}

// AskSupportInput asks to look into an organization.
type AskSupportInput struct {
	Operator  Operator
	Reason    string // for the organization's people
	Minutes   int    // 5 to SupportLongest
	Emergency bool   // begin at once, without asking
	Lang      string // BCP 47, of mails to those who have chosen no language
	Link      string // where owners answer, for the mail
}

// AskSupport asks the owners whether an operator may look into the organization,
// or begins at once for an emergency. Either way they get a mail. [CodeTaken]
// while the same operator waits or looks already.
func (o *Scoped) AskSupport(ctx context.Context, in AskSupportInput) (SupportAccess, error) {
	var faults Errors
	reason, fault := checkReason(in.Reason)
	if fault != nil {
		faults = append(faults, fault)
	}
	if in.Minutes < 5 || in.Minutes > SupportLongest {
		faults = append(faults, invalid("minutes", KeySupportMinutes))
	}
	if err := faults.orNil(); err != nil {
		return SupportAccess{}, err
	}
	id, err := newID()
	if err != nil {
		return SupportAccess{}, err
	}
	now := o.store.now()
	row := supportRow{ID: id, OperatorID: in.Operator.ID, OperatorName: in.Operator.Name, Reason: reason, Emergency: in.Emergency, Minutes: in.Minutes, AskedAt: now}
	deed, letter := "ask", "support_asked"
	if in.Emergency {
		until := now.Add(time.Duration(in.Minutes) * time.Minute)
		row.EndsAt, deed, letter = &until, "emergency", "support_emergency"
	}
	err = o.write(ctx, "ask to look into an organization", func(tx *gorm.DB) error {
		org, err := heldOrg(tx, o.org)
		if err != nil {
			return err
		}
		var before []supportRow
		if err := tx.Where("operator_id = ? AND asked_at > ?", string(in.Operator.ID), now.Add(-supportPatience)).Find(&before).Error; err != nil {
			return err
		}
		for _, one := range before {
			if s := one.access().State(now); s == SupportAsked || s == SupportOpen {
				return &Error{Code: CodeTaken, Key: KeySupportBusy}
			}
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if err := o.tellOwners(tx, letter, org, in.Lang, map[string]string{"Operator": in.Operator.Name, "Reason": reason, "Link": in.Link}); err != nil {
			return err
		}
		if err := record(tx, now, "", "support."+deed, id, reason); err != nil {
			return err
		}
		return RecordOperator(tx, now, "support."+deed, string(o.org), reason)
	})
	return row.access(), err
}

// tellOwners writes a mail to every owner, each in their language.
func (o *Scoped) tellOwners(tx *gorm.DB, kind string, org orgRow, lang string, params map[string]string) error {
	var owners []userRow
	err := tx.Model(&membershipRow{}).Joins("JOIN users ON users.id = memberships.user_id").Select("users.id, users.name, users.email, users.language").
		Where("memberships.role = ?", RoleOwner).Order("users.id").Scan(&owners).Error
	if err != nil {
		return err
	}
	mails := make([]OutMail, len(owners))
	for i, u := range owners {
		all := map[string]string{"Name": u.Name, "Organization": org.Name}
		for name, value := range params {
			all[name] = value
		}
		mails[i] = OutMail{Kind: kind, To: u.Email, Lang: cmp.Or(u.Language, lang), Params: all}
	}
	return o.store.putMails(tx, mails)
}

// AnswerSupport allows an operator to look, from now on for as long as they
// asked, or declines. Only owners answer.
func (o *Scoped) AnswerSupport(ctx context.Context, by UserID, id string, allow bool) (SupportAccess, error) {
	return o.changeSupport(ctx, "answer an operator", id, SupportAsked, func(tx *gorm.DB, row *supportRow, now time.Time) (string, error) {
		role, err := roleOf(tx, by)
		if err != nil {
			return "", err
		}
		if role != RoleOwner {
			return "", forbidden("only owners let an operator look")
		}
		row.AnsweredBy, row.AnsweredAt = &by, &now
		if !allow {
			row.EndedAt = &now
			return "decline", record(tx, now, by, "support.decline", id, "")
		}
		until := now.Add(time.Duration(row.Minutes) * time.Minute)
		row.EndsAt = &until
		return "allow", record(tx, now, by, "support.allow", id, "")
	})
}

// EndSupport ends a look before its time, or takes back that one was asked for.
// Who manages the organization may, and the operator whose look it is.
func (o *Scoped) EndSupport(ctx context.Context, by UserID, id string) (SupportAccess, error) {
	return o.changeSupport(ctx, "end an operator's look", id, "", func(tx *gorm.DB, row *supportRow, now time.Time) (string, error) {
		if by == "" {
			if op := originOf(ctx).Operator; op == "" || op != row.OperatorID {
				return "", forbidden("another operator's look")
			}
		} else if role, err := roleOf(tx, by); err != nil {
			return "", err
		} else if !role.CanManage() {
			return "", forbidden("only owners and admins end an operator's look")
		}
		if s := row.access().State(now); s != SupportAsked && s != SupportOpen {
			return "", &Error{Code: CodeEnded, Key: KeySupportOver}
		}
		row.EndedAt = &now
		return "end", record(tx, now, by, "support.end", id, "")
	})
}

// changeSupport changes an access under its lock. State is how it has to stand;
// "" for any. The deed stands in the operators' log too.
func (o *Scoped) changeSupport(ctx context.Context, tried, id string, state SupportState, fn func(tx *gorm.DB, row *supportRow, now time.Time) (string, error)) (SupportAccess, error) {
	if err := parseID(id); err != nil {
		return SupportAccess{}, err
	}
	var row supportRow
	err := o.write(ctx, tried, func(tx *gorm.DB) error {
		row = supportRow{}
		if err := first(forUpdate(tx).Where("id = ?", id), &row, "access"); err != nil {
			return err
		}
		now := o.store.now()
		if state != "" && row.access().State(now) != state {
			return &Error{Code: CodeEnded, Key: KeySupportOver}
		}
		deed, err := fn(tx, &row, now)
		if err != nil {
			return err
		}
		changed := map[string]any{"answered_by": row.AnsweredBy, "answered_at": row.AnsweredAt, "ends_at": row.EndsAt, "ended_at": row.EndedAt}
		if err := tx.Model(&supportRow{}).Where("id = ?", id).Updates(changed).Error; err != nil {
			return err
		}
		return RecordOperator(tx, now, "support."+deed, string(o.org), row.OperatorName)
	})
	return row.access(), err
}

// Supports are the latest looks of operators into the organization, newest first.
func (o *Scoped) Supports(ctx context.Context) ([]SupportAccess, error) {
	var rows []supportRow
	err := o.read(ctx, "list operators' looks", func(tx *gorm.DB) error {
		return tx.Order("asked_at DESC, id DESC").Limit(supportListed).Find(&rows).Error
	})
	out := make([]SupportAccess, len(rows))
	for i, r := range rows {
		out[i] = r.access()
	}
	return out, err
}

// OpenSupport gives an operator's browser the token of a look that may begin. An
// earlier one is worth nothing any more, and so is this one once the operator
// signs out.
func (o *Scoped) OpenSupport(ctx context.Context, in OperatorSignIn, id string) (token string, access SupportAccess, err error) {
	if err := parseID(id); err != nil {
		return "", access, err
	}
	token = randomToken(32)
	err = o.write(ctx, "begin an operator's look", func(tx *gorm.DB) error {
		var row supportRow
		if err := first(forUpdate(tx).Where("id = ? AND operator_id = ?", id, string(in.Operator.ID)), &row, "access"); err != nil {
			return err
		}
		now := o.store.now()
		if access = row.access(); access.State(now) != SupportOpen {
			return &Error{Code: CodeEnded, Key: KeySupportOver}
		}
		if err := tx.Model(&supportRow{}).Where("id = ?", id).Updates(map[string]any{"hash": hashToken(token), "sign_in_id": in.ID}).Error; err != nil {
			return err
		}
		return RecordOperator(tx, now, "support.open", string(o.org), row.OperatorName)
	})
	return token, access, err
}

// SupportOf is the look whose token a browser holds; [CodeNotFound] once it is
// over, or the operator has signed out.
func (o *Scoped) SupportOf(ctx context.Context, token string) (SupportAccess, error) {
	var row supportRow
	err := o.read(ctx, "find an operator's look", func(tx *gorm.DB) error {
		if token == "" || len(token) > 100 {
			return notFound("access")
		}
		now := o.store.now()
		if err := first(tx.Where("hash = ?", hashToken(token)), &row, "access"); err != nil {
			return err
		}
		if row.access().State(now) != SupportOpen {
			return notFound("access")
		}
		alive := tx.Where("id = ? AND ended_at IS NULL AND created_at > ?", row.SignInID, now.Add(-OperatorAbsolute))
		return first(alive, &operatorSignInRow{}, "operator's sign-in")
	})
	return row.access(), err
}

// SupportLooked notes a page that an operator opened in the organization.
func (o *Scoped) SupportLooked(ctx context.Context, a SupportAccess, page string) error {
	return o.write(ctx, "note what an operator looked at", func(tx *gorm.DB) error {
		return record(tx, o.store.now(), "", "support.look", a.ID, truncate(page, 300))
	})
}

type supportKey struct{}

// WithSupport makes what is done under the context the look of an operator into an
// organization: it reads as an admin of it does, and nothing at all can be written.
func WithSupport(ctx context.Context, org OrgID) context.Context {
	return context.WithValue(ctx, supportKey{}, org)
}

func supportOf(ctx context.Context) OrgID {
	org, _ := ctx.Value(supportKey{}).(OrgID)
	return org
}

// errSupportWrites is the fault of a page that writes while an operator looks at it.
var errSupportWrites = errors.New("tenants: an operator's look writes nothing")
