package tenants

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// SignInID names one sign-in of a person: a browser, from then until it ends.
type SignInID string

// How long a sign-in lasts.
const (
	SignInIdle     = 14 * 24 * time.Hour // unused for that long it is over
	SignInAbsolute = 60 * 24 * time.Hour // and so it is when it is that old
)

// SignInsKept is how long a sign-in stays noted after its last use: by it one is
// known again in a browser, and can see in one's own data what has happened.
const SignInsKept = 2 * SignInAbsolute

// SignInPageSize is how many sign-ins a page shows.
const SignInPageSize = 20

// seenEvery is how exactly it is known when a sign-in was last used: a write a
// request would be dear.
const seenEvery = 5 * time.Minute

// ByPassword is the method of a sign-in without an identity.
const ByPassword = "password"

// SignIn is one sign-in.
type SignIn struct {
	ID        SignInID
	User      UserID
	Browser   string // what it called itself
	Network   string // the address, cut short
	Method    string // ByPassword, or the issuer of an identity
	Proofs    []OrgID
	CreatedAt time.Time
	SeenAt    time.Time // within five minutes
	EndedAt   *time.Time
}

// Proved reports whether the organization's own sign-in was passed in this
// sign-in.
func (s SignIn) Proved(org OrgID) bool { return slices.Contains(s.Proofs, org) }

type signInRow struct {
	ID        SignInID `gorm:"primaryKey"`
	UserID    UserID
	Browser   string
	Network   string
	Device    string
	Method    string
	Proofs    string
	CreatedAt time.Time
	SeenAt    time.Time
	EndedAt   *time.Time
}

func (signInRow) TableName() string { return "sign_ins" }

func (r signInRow) signIn() SignIn {
	out := SignIn{
		ID: r.ID, User: r.UserID, Browser: r.Browser, Network: r.Network, Method: r.Method, CreatedAt: r.CreatedAt.UTC(), SeenAt: r.SeenAt.UTC(), EndedAt: utc(r.EndedAt),
	}
	for org := range strings.FieldsSeq(r.Proofs) {
		out.Proofs = append(out.Proofs, OrgID(org))
	}
	return out
}

// StartSignInInput says who signs in, with what and from where.
type StartSignInInput struct {
	User             UserID
	Browser, Network string
	Device           string // digest of the browser's own secret
	Method           string
	Proof            OrgID // whose own sign-in this was; "" for none
}

// StartSignIn notes that somebody signed in. It is the one way in, whatever
// proved who they are: who is locked gets [CodeForbidden] with a [LockedFault].
func (s *Store) StartSignIn(ctx context.Context, in StartSignInInput) (SignIn, error) {
	id, err := newID()
	if err != nil {
		return SignIn{}, err
	}
	now := s.now()
	row := signInRow{
		ID: SignInID(id), UserID: in.User, Browser: truncate(cleanName(in.Browser), 200), Network: truncate(cleanName(in.Network), 64), Device: in.Device,
		Method: in.Method, Proofs: string(in.Proof), CreatedAt: now, SeenAt: now,
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		var who userRow
		share := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthShare}) // who locks them waits, and ends this one too
		if err := first(share.Where("id = ?", string(in.User)), &who, "person"); err != nil {
			return err
		}
		if err := locked(who); err != nil {
			return err
		}
		return tx.Create(&row).Error
	})
	if err != nil {
		return SignIn{}, wrap(err, "note a sign-in")
	}
	s.note(ctx, in.User, "signin.in", in.Method)
	return row.signIn(), nil
}

// alive limits a query to sign-ins that have not ended.
func (s *Store) alive(tx *gorm.DB) *gorm.DB {
	now := s.now()
	return tx.Where("ended_at IS NULL AND seen_at > ? AND created_at > ?", now.Add(-SignInIdle), now.Add(-SignInAbsolute))
}

// SignedIn gives the person behind a sign-in. It is [CodeNotFound] when the
// sign-in was ended, was not used for [SignInIdle] or is as old as
// [SignInAbsolute]. Used says that this use of it was noted, which happens now
// and then.
func (s *Store) SignedIn(ctx context.Context, id SignInID) (who User, in SignIn, used bool, err error) {
	if err := parseID(id); err != nil {
		return User{}, SignIn{}, false, err
	}
	var row signInRow
	var user userRow
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		if err := first(s.alive(tx).Where("id = ?", string(id)), &row, "sign-in"); err != nil {
			return err
		}
		return first(tx.Where("erased_at IS NULL AND locked_at IS NULL AND id = ?", string(row.UserID)), &user, "person")
	})
	if err != nil {
		return User{}, SignIn{}, false, wrap(err, "find a sign-in")
	}
	if now := s.now(); now.Sub(row.SeenAt) >= seenEvery {
		used = true
		err = s.db.Global(ctx, func(tx *gorm.DB) error {
			return tx.Model(&signInRow{}).Where("id = ?", string(id)).Update("seen_at", now).Error
		})
	}
	return user.user(), row.signIn(), used, wrap(err, "note that a sign-in is used")
}

// SignIns gives one page, from 1, of a person's sign-ins that have not ended, and
// how many there are in all: the one that asks first, then the latest used.
func (s *Store) SignIns(ctx context.Context, user UserID, here SignInID, page int) ([]SignIn, int, error) {
	if parseID(here) != nil {
		here = SignInID(nobody)
	}
	var rows []signInRow
	var total int64
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		if err := s.alive(tx.Model(&signInRow{})).Where("user_id = ?", string(user)).Count(&total).Error; err != nil {
			return err
		}
		first := clause.OrderBy{Expression: clause.Expr{SQL: "CASE WHEN id = ? THEN 0 ELSE 1 END, seen_at DESC, id", Vars: []any{string(here)}}}
		return s.alive(tx).Where("user_id = ?", string(user)).Clauses(first).
			Limit(SignInPageSize).Offset((PageWithin(page, int(total), SignInPageSize) - 1) * SignInPageSize).Find(&rows).Error
	})
	out := make([]SignIn, len(rows))
	for i, r := range rows {
		out[i] = r.signIn()
	}
	return out, int(total), wrap(err, "list sign-ins")
}

// ForgetSignIns takes away what was noted of sign-ins that nobody has used for
// [SignInsKept].
func (s *Store) ForgetSignIns(ctx context.Context) error {
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		return tx.Where("seen_at < ?", s.now().Add(-SignInsKept)).Delete(&signInRow{}).Error
	}), "forget old sign-ins")
}

// EndSignIn ends one of a person's sign-ins; that it is over already, or
// another's, is no fault and does nothing.
func (s *Store) EndSignIn(ctx context.Context, user UserID, id SignInID) error {
	if parseID(id) != nil {
		return notFound("sign-in")
	}
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		return tx.Model(&signInRow{}).Where("user_id = ? AND id = ? AND ended_at IS NULL", string(user), string(id)).Update("ended_at", s.now()).Error
	}), "end a sign-in")
}

// EndOtherSignIns ends all of a person's sign-ins but one.
func (s *Store) EndOtherSignIns(ctx context.Context, user UserID, keep SignInID) error {
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error { return s.endSignIns(tx, user, keep) }), "end sign-ins")
}

func (s *Store) endSignIns(tx *gorm.DB, user UserID, keep SignInID) error {
	if keep == "" {
		keep = SignInID(nobody)
	}
	return tx.Model(&signInRow{}).Where("user_id = ? AND id <> ? AND ended_at IS NULL", string(user), string(keep)).Update("ended_at", s.now()).Error
}

// Prove notes that the organization's own sign-in was passed in this sign-in.
func (s *Store) Prove(ctx context.Context, id SignInID, org OrgID) error {
	if err := parseID(org); err != nil {
		return err
	}
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		var row signInRow
		if err := first(forUpdate(tx).Where("id = ?", string(id)), &row, "sign-in"); err != nil {
			return err
		}
		if row.signIn().Proved(org) {
			return nil
		}
		return tx.Model(&signInRow{}).Where("id = ?", string(id)).Update("proofs", strings.TrimSpace(row.Proofs+" "+string(org))).Error
	}), "note an organization's sign-in")
}
