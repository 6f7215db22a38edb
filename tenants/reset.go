package tenants

import (
	"context"

	"gorm.io/gorm"
)

// ResetMail is a mail that lets a person choose a new password.
type ResetMail struct {
	User  User
	Token string // goes into the mail and nowhere else
}

// ForgotPassword makes a token for who has forgotten the password of an address.
// Nobody has the address, or too many mails were asked for: [CodeNotFound] or
// [CodeHeld], neither of which the person who asked may be told.
func (s *Store) ForgotPassword(ctx context.Context, email string) (ResetMail, error) {
	address, fault := checkEmail(email)
	if fault != nil {
		return ResetMail{}, fault
	}
	if err := s.begin(ctx, []counter{count("reset", address, perMailbox)}); err != nil {
		return ResetMail{}, err
	}
	var out ResetMail
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		var who userRow
		if err := first(tx.Where("email = ? AND erased_at IS NULL", address), &who, "person"); err != nil {
			return err
		}
		if err := voidTokens(tx, who.ID, toReset); err != nil {
			return err
		}
		token, err := s.insertToken(tx, toReset, who.ID, who.Email)
		out = ResetMail{User: who.user(), Token: token}
		return err
	})
	return out, wrap(err, "make a token for a new password")
}

// ResettablePerson is whom a token from a mail lets choose a new password, while
// it is good. It is not used up by looking.
func (s *Store) ResettablePerson(ctx context.Context, token string) (User, error) {
	var who userRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var row emailTokenRow
		found := tx.Where("hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?", hashToken(token), toReset.name, s.now())
		if err := first(found, &row, "token"); err != nil {
			return errToken()
		}
		if err := first(tx.Where("id = ?", string(row.UserID)), &who, "person"); err != nil || who.Email != row.Email {
			return errToken()
		}
		return nil
	})
	return who.user(), wrap(err, "look at a token")
}

// ResetPassword takes the token out of a mail and sets a new password. The
// address counts as confirmed, everybody who is signed in as this person is
// signed out, and what the account was held for is forgiven.
func (s *Store) ResetPassword(ctx context.Context, token, password string) (User, error) {
	who, err := s.ResettablePerson(ctx, token)
	if err != nil {
		return User{}, err
	}
	hash, err := s.newHash(password, who)
	if err != nil {
		return User{}, err
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		if _, err := s.useToken(tx, toReset, token); err != nil {
			return err
		}
		now := s.now()
		same := tx.Model(&userRow{}).Where("id = ? AND email = ?", string(who.ID), who.Email).
			Updates(map[string]any{"password_hash": hash, "confirmed_at": gorm.Expr("COALESCE(confirmed_at, ?)", now)})
		if same.Error != nil || same.RowsAffected != 1 {
			return orElse(same.Error, errToken())
		}
		if err := s.endSignIns(tx, who.ID, ""); err != nil {
			return err
		}
		return s.forgive(tx, who.Email)
	})
	if err != nil {
		return User{}, wrap(err, "set a new password")
	}
	s.note(ctx, who.ID, "signin.password", "by mail")
	return who, nil
}

// SetPasswordInput changes a password.
type SetPasswordInput struct {
	User         UserID
	Present, New string   // Present is not looked at when the person has none
	Keep         SignInID // stays signed in
}

// SetPassword changes a password, or gives one to who had none, and signs out
// everybody else who is signed in as this person.
func (s *Store) SetPassword(ctx context.Context, in SetPasswordInput) error {
	row, err := s.findUser(ctx, "id = ?", string(in.User))
	if err != nil {
		return err
	}
	if row.PasswordHash != "" {
		if err := s.checkPresent(ctx, row, in.Present); err != nil {
			return err
		}
	}
	hash, err := s.newHash(in.New, row.user())
	if err != nil {
		return err
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		// Of two changes at once the second was checked against a password that is no more.
		same := tx.Model(&userRow{}).Where("id = ? AND password_hash = ?", string(row.ID), row.PasswordHash).Update("password_hash", hash)
		if same.Error != nil || same.RowsAffected != 1 {
			return orElse(same.Error, invalid("present", KeyPasswordWrong))
		}
		if err := voidTokens(tx, row.ID, toReset); err != nil {
			return err
		}
		return s.endSignIns(tx, row.ID, in.Keep)
	})
	if err != nil {
		return wrap(err, "change a password")
	}
	s.note(ctx, row.ID, "signin.password", "")
	return nil
}

// checkPresent asks for the present password again; guessing it here counts like
// guessing it at the door.
func (s *Store) checkPresent(ctx context.Context, row userRow, password string) error {
	counters := []counter{count("account", row.Email+" present", perAccount)}
	if err := s.begin(ctx, counters); err != nil {
		return err
	}
	ok, err := s.password.fits(password, row.PasswordHash)
	if err != nil {
		return wrap(err, "check a password")
	}
	if !ok {
		return invalid("present", KeyPasswordWrong)
	}
	return s.db.Global(ctx, func(tx *gorm.DB) error { return s.succeed(tx, counters) })
}

func (s *Store) newHash(password string, who User) (string, error) {
	if fault := checkPassword(password, who.Name, who.Email); fault != nil {
		return "", fault
	}
	hash, err := s.password.hash(password)
	return hash, wrap(err, "hash a password")
}

// orElse is the first fault of the two that there is.
func orElse(err error, other error) error {
	if err != nil {
		return err
	}
	return other
}
