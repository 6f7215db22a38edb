package tenants

import (
	"context"
	"encoding/base64"
	"time"

	"gorm.io/gorm"
)

// How long an operator's sign-in lasts: a page that is left open must not stay
// a door into everything.
const (
	OperatorIdle     = time.Hour      // unused for that long it is over
	OperatorAbsolute = 12 * time.Hour // and so it is when it is that old
)

// operatorSeenEvery is how exactly it is known when an operator's sign-in was
// last used.
const operatorSeenEvery = time.Minute

// OperatorSignIn is one sign-in of an operator.
type OperatorSignIn struct {
	ID       string
	Operator Operator
	Token    string // what the cookie holds; only [Store.SignInOperator] gives it
	EndsAt   time.Time
}

type operatorSignInRow struct {
	ID         string `gorm:"primaryKey"`
	Hash       string
	OperatorID OperatorID
	Browser    string
	Network    string
	Device     string
	CreatedAt  time.Time
	SeenAt     time.Time
	EndedAt    *time.Time
}

func (operatorSignInRow) TableName() string { return "operator_sign_ins" }

// SignInOperatorInput is what an operator types, and from where.
type SignInOperatorInput struct {
	Email, Password  string
	Try              Try
	Browser, Network string
	Device           string // digest of the browser's own secret, which it keeps from now on
}

// SignInOperator starts a sign-in of the operator whose address and password
// these are. It fails and holds as [Store.Authenticate] does; failures here hold
// nobody's account as a member, nor the other way round.
func (s *Store) SignInOperator(ctx context.Context, in SignInOperatorInput) (OperatorSignIn, error) {
	if len(in.Password) > 4*passwordMax {
		in.Password = ""
	}
	address, fault := checkEmail(in.Email)
	if fault != nil {
		address = ""
	}
	row, known, err := s.findOperator(ctx, address, in.Try.Device)
	if err != nil {
		return OperatorSignIn{}, err
	}
	counters := operatorCounters(address, in.Try, known)
	if err := s.begin(ctx, counters); err != nil {
		return OperatorSignIn{}, err
	}
	ok, err := s.password.fits(in.Password, row.PasswordHash)
	if err != nil {
		return OperatorSignIn{}, wrap(err, "check a password")
	}
	if !ok {
		return OperatorSignIn{}, &Error{Code: CodeUnauthorized, Key: KeySignIn}
	}
	id, err := newID()
	if err != nil {
		return OperatorSignIn{}, err
	}
	now, token := s.now(), base64.RawURLEncoding.EncodeToString(randomBytes(32))
	fresh := operatorSignInRow{
		ID: id, Hash: hashToken(token), OperatorID: row.ID, Browser: truncate(cleanName(in.Browser), 200),
		Network: truncate(cleanName(in.Network), 64), Device: in.Device, CreatedAt: now, SeenAt: now,
	}
	origin := originOf(ctx)
	origin.Operator = row.ID
	err = s.db.Global(WithOrigin(ctx, origin), func(tx *gorm.DB) error {
		if err := s.succeed(tx, counters); err != nil {
			return err
		}
		if err := tx.Where("seen_at < ?", now.Add(-SignInsKept)).Delete(&operatorSignInRow{}).Error; err != nil {
			return err
		}
		if err := tx.Create(&fresh).Error; err != nil {
			return err
		}
		return RecordOperator(tx, now, "operator.signin", string(row.ID), "")
	})
	return OperatorSignIn{ID: id, Operator: row.operator(), Token: token, EndsAt: now.Add(OperatorAbsolute)}, wrap(err, "sign an operator in")
}

// operatorCounters are what an operator's sign-in counts on: as
// [signInCounters], without a domain, which is one company's of few people.
func operatorCounters(email string, t Try, known bool) []counter {
	if known {
		return []counter{count("operator", email+" "+t.Device, perAccount)}
	}
	all := []counter{count("operator", email, perAccount)}
	if t.Network != "" {
		all = append(all, count("operator network", t.Network, perNetwork))
	}
	return all
}

// findOperator finds the operator and whether they have signed in with this
// browser before. It asks as often for one who is not there.
func (s *Store) findOperator(ctx context.Context, address, device string) (row operatorRow, known bool, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var rows []operatorRow
		if err := tx.Where("email = ?", address).Limit(1).Find(&rows).Error; err != nil {
			return err
		}
		who := OperatorID(nobody)
		if len(rows) > 0 {
			row, who = rows[0], rows[0].ID
		}
		var n int64
		err := tx.Model(&operatorSignInRow{}).Where("operator_id = ? AND device = ? AND device <> ''", string(who), device).Count(&n).Error
		known = n > 0
		return err
	})
	return row, known, wrap(err, "find an operator")
}

// OperatorSignedIn gives the sign-in that a cookie's token names. It is
// [CodeNotFound] when it was ended, was not used for [OperatorIdle] or is as old
// as [OperatorAbsolute].
func (s *Store) OperatorSignedIn(ctx context.Context, token string) (OperatorSignIn, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return OperatorSignIn{}, notFound("sign-in")
	}
	var row operatorSignInRow
	var who operatorRow
	now := s.now()
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		alive := tx.Where("ended_at IS NULL AND seen_at > ? AND created_at > ?", now.Add(-OperatorIdle), now.Add(-OperatorAbsolute))
		if err := first(alive.Where("hash = ?", hashToken(token)), &row, "sign-in"); err != nil {
			return err
		}
		return first(tx.Where("id = ?", string(row.OperatorID)), &who, "operator")
	})
	if err == nil && now.Sub(row.SeenAt) >= operatorSeenEvery {
		err = s.db.Global(ctx, func(tx *gorm.DB) error {
			return tx.Model(&operatorSignInRow{}).Where("id = ?", row.ID).Update("seen_at", now).Error
		})
	}
	return OperatorSignIn{ID: row.ID, Operator: who.operator(), EndsAt: row.CreatedAt.UTC().Add(OperatorAbsolute)}, wrap(err, "find an operator's sign-in")
}

// EndOperatorSignIn ends a sign-in; that it is over already is no fault.
func (s *Store) EndOperatorSignIn(ctx context.Context, id string) error {
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		return tx.Model(&operatorSignInRow{}).Where("id = ? AND ended_at IS NULL", id).Update("ended_at", s.now()).Error
	}), "end an operator's sign-in")
}
