package tenants

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gorm.io/gorm"
)

// purpose says what a mail's token is good for, and for how long.
type purpose struct {
	name string
	life time.Duration
}

var (
	toConfirm = purpose{"confirm", 48 * time.Hour}
	toReset   = purpose{"reset", 30 * time.Minute}
	toMove    = purpose{"move", 24 * time.Hour}     // at the new address: take it
	toStay    = purpose{"stay", 7 * 24 * time.Hour} // at the old one: stop or undo the change
)

// insertToken makes a token for what is sent to an address. Only its hash is
// kept: who reads the table can do nothing with it.
func (s *Store) insertToken(tx *gorm.DB, p purpose, user UserID, email string) (string, error) {
	token := randomToken(32)
	now := s.now()
	return token, tx.Create(&emailTokenRow{
		Hash: hashToken(token), UserID: user, Email: email, Purpose: p.name,
		CreatedAt: now, ExpiresAt: now.Add(p.life),
	}).Error
}

// voidTokens makes a person's older tokens for something worthless.
func voidTokens(tx *gorm.DB, user UserID, purposes ...purpose) error {
	names := make([]string, len(purposes))
	for i, p := range purposes {
		names[i] = p.name
	}
	return tx.Where("user_id = ? AND purpose IN ?", string(user), names).Delete(&emailTokenRow{}).Error
}

// ConfirmEmail takes the token out of a confirmation mail. It is good once, for
// a while, and for the address that it was sent to.
func (s *Store) ConfirmEmail(ctx context.Context, token string) (User, error) {
	var who userRow
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		used, err := s.useToken(tx, toConfirm, token)
		if err != nil {
			return err
		}
		if err := first(tx.Where("id = ?", string(used.UserID)), &who, "person"); err != nil {
			return err
		}
		if who.Email != used.Email {
			return errToken()
		}
		if who.ConfirmedAt != nil {
			return nil
		}
		now := s.now()
		who.ConfirmedAt = &now
		return tx.Model(&userRow{}).Where("id = ?", string(who.ID)).Update("confirmed_at", now).Error
	})
	if err != nil {
		return User{}, wrap(err, "confirm an address")
	}
	return who.user(), nil
}

// useToken marks the token used. Of two who come with the same one, the second
// finds nothing to mark.
func (s *Store) useToken(tx *gorm.DB, p purpose, token string) (emailTokenRow, error) {
	now := s.now()
	got := tx.Model(&emailTokenRow{}).
		Where("hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?", hashToken(token), p.name, now).
		Update("used_at", now)
	if got.Error != nil {
		return emailTokenRow{}, got.Error
	}
	if got.RowsAffected != 1 {
		return emailTokenRow{}, errToken()
	}
	var row emailTokenRow
	return row, first(tx.Where("hash = ?", hashToken(token)), &row, "token")
}

// ResendConfirmation makes a new token and voids the older ones.
func (s *Store) ResendConfirmation(ctx context.Context, id UserID) (string, error) {
	if err := parseID(id); err != nil {
		return "", err
	}
	var token string
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		var who userRow
		if err := first(tx.Where("id = ?", string(id)), &who, "person"); err != nil {
			return err
		}
		if err := voidTokens(tx, id, toConfirm); err != nil {
			return err
		}
		var err error
		token, err = s.insertToken(tx, toConfirm, id, who.Email)
		return err
	})
	return token, wrap(err, "make a new confirmation")
}

func errToken() *Error { return &Error{Code: CodeInvalid, Field: "token", Key: KeyConfirmToken} }

// hashToken is how a random token is kept. It needs no slow hash: nobody guesses
// 256 bits.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
