package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type emailChangeRow struct {
	UserID      UserID `gorm:"primaryKey"`
	OldEmail    string
	NewEmail    string
	CreatedAt   time.Time
	ConfirmedAt *time.Time
}

func (emailChangeRow) TableName() string { return "email_changes" }

// AddressChange is a change of address that waits for its new address, with the
// tokens of the two mails.
type AddressChange struct {
	User      User // as before
	New       string
	MoveToken string // goes to the new address, which takes over with it
	StayToken string // goes to the old one, which stops or undoes the change with it
}

// ChangeAddressInput asks for another address.
type ChangeAddressInput struct {
	User     UserID
	New      string
	Password string // not looked at when the person has none
}

// ChangeAddress begins a change of address; the earlier one that waits is void.
// An address that somebody else has gets the same answer: only its mailbox may
// learn of it, and [AddressChange.MoveToken] is "" then.
func (s *Store) ChangeAddress(ctx context.Context, in ChangeAddressInput) (AddressChange, error) {
	address, fault := checkEmail(in.New)
	if fault != nil {
		return AddressChange{}, fault
	}
	row, err := s.findUser(ctx, "id = ?", string(in.User))
	if err != nil {
		return AddressChange{}, err
	}
	if address == row.Email {
		return AddressChange{}, invalid("email", KeyEmailSame)
	}
	if row.PasswordHash != "" {
		if err := s.checkPresent(ctx, row, in.Password); err != nil {
			return AddressChange{}, err
		}
	}
	if err := s.begin(ctx, []counter{count("move", address, perMailbox), count("move by", string(row.ID), perMailbox)}); err != nil {
		return AddressChange{}, err
	}
	out := AddressChange{User: row.user(), New: address}
	err = s.db.Global(ctx, func(tx *gorm.DB) error { return s.beginChange(tx, &out) })
	return out, wrap(err, "begin a change of address")
}

func (s *Store) beginChange(tx *gorm.DB, c *AddressChange) error {
	if err := voidTokens(tx, c.User.ID, toMove, toStay); err != nil {
		return err
	}
	row := emailChangeRow{UserID: c.User.ID, OldEmail: c.User.Email, NewEmail: c.New, CreatedAt: s.now()}
	if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return err
	}
	var taken int64
	if err := tx.Model(&userRow{}).Where("email = ?", c.New).Count(&taken).Error; err != nil {
		return err
	}
	var err error
	if taken == 0 {
		if c.MoveToken, err = s.insertToken(tx, toMove, c.User.ID, c.New); err != nil {
			return err
		}
	}
	c.StayToken, err = s.insertToken(tx, toStay, c.User.ID, c.User.Email)
	return err
}

// ConfirmAddress takes the token of the mail to the new address, which becomes
// the person's. Mails that wait at the old one for a new password are void.
func (s *Store) ConfirmAddress(ctx context.Context, token string) (User, error) {
	var who userRow
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		change, err := s.changeBy(tx, toMove, token)
		if err != nil {
			return err
		}
		now := s.now()
		if err := s.setAddress(tx, change.UserID, change.OldEmail, change.NewEmail); err != nil {
			return err
		}
		if err := tx.Model(&emailChangeRow{}).Where("user_id = ?", string(change.UserID)).Update("confirmed_at", now).Error; err != nil {
			return err
		}
		return first(tx.Where("id = ?", string(change.UserID)), &who, "person")
	})
	if err != nil {
		return User{}, wrap(err, "confirm a new address")
	}
	s.note(ctx, who.ID, "signin.address", "")
	return who.user(), nil
}

// KeepAddress takes the token of the mail to the old address: a change that
// waits is off, one that was made is undone, and everybody who is signed in as
// this person is signed out. Who sent the change knew the password: the person
// should choose another.
func (s *Store) KeepAddress(ctx context.Context, token string) (User, error) {
	var who userRow
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		change, err := s.changeBy(tx, toStay, token)
		if err != nil {
			return err
		}
		if err := voidTokens(tx, change.UserID, toMove, toReset, toConfirm); err != nil {
			return err
		}
		if change.ConfirmedAt != nil {
			if err := s.setAddress(tx, change.UserID, change.NewEmail, change.OldEmail); err != nil {
				return err
			}
		}
		if err := tx.Where("user_id = ?", string(change.UserID)).Delete(&emailChangeRow{}).Error; err != nil {
			return err
		}
		if err := s.endSignIns(tx, change.UserID, ""); err != nil {
			return err
		}
		return first(tx.Where("id = ?", string(change.UserID)), &who, "person")
	})
	return who.user(), wrap(err, "keep an address")
}

// changeBy uses a token up and gives the change that it belongs to.
func (s *Store) changeBy(tx *gorm.DB, p purpose, token string) (emailChangeRow, error) {
	used, err := s.useToken(tx, p, token)
	if err != nil {
		return emailChangeRow{}, err
	}
	var change emailChangeRow
	if err := first(tx.Where("user_id = ?", string(used.UserID)), &change, "change of address"); err != nil {
		return change, errToken()
	}
	if want := map[string]string{toMove.name: change.NewEmail, toStay.name: change.OldEmail}[p.name]; used.Email != want {
		return change, errToken()
	}
	return change, nil
}

// setAddress gives a person another address, if they still have the one that
// they are thought to have and nobody else has taken it.
func (s *Store) setAddress(tx *gorm.DB, id UserID, from, to string) error {
	var taken int64
	if err := tx.Model(&userRow{}).Where("email = ? AND id <> ?", to, string(id)).Count(&taken).Error; err != nil {
		return err
	}
	if taken > 0 {
		return &Error{Code: CodeTaken, Field: "email", Key: KeyEmailTaken}
	}
	if err := voidTokens(tx, id, toReset, toConfirm); err != nil {
		return err
	}
	got := tx.Model(&userRow{}).Where("id = ? AND email = ?", string(id), from).Updates(map[string]any{"email": to, "confirmed_at": s.now()})
	if got.Error == nil && got.RowsAffected != 1 {
		return errToken()
	}
	return got.Error
}

// WaitingAddress is the address that waits to be confirmed, or "".
func (s *Store) WaitingAddress(ctx context.Context, id UserID) (string, error) {
	var rows []emailChangeRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ? AND confirmed_at IS NULL AND created_at > ?", string(id), s.now().Add(-toMove.life)).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return "", wrap(err, "find a change of address")
	}
	return rows[0].NewEmail, nil
}
