package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// EraseAfter is how long somebody who asked to be deleted may change their mind.
const EraseAfter = 14 * 24 * time.Hour

// SoleOwner is an organization that has no owner but this person.
type SoleOwner struct {
	Org    Organization
	Others int // members beside this person
}

// SoleOwnerOf lists the organizations that nobody else owns, oldest membership
// first. What has other members must be handed over before the person can go.
func (s *Store) SoleOwnerOf(ctx context.Context, user UserID) ([]SoleOwner, error) {
	all, err := s.OrgsOf(ctx, user)
	if err != nil {
		return nil, err
	}
	var out []SoleOwner
	for _, m := range all {
		if m.Role != RoleOwner {
			continue
		}
		var members, owners int64
		err := s.Org(m.Org.ID).read(ctx, "count owners", func(tx *gorm.DB) error {
			if err := tx.Model(&membershipRow{}).Count(&members).Error; err != nil {
				return err
			}
			return tx.Model(&membershipRow{}).Where("role = ?", RoleOwner).Count(&owners).Error
		})
		if err != nil {
			return nil, err
		}
		if owners == 1 {
			out = append(out, SoleOwner{Org: m.Org, Others: int(members) - 1})
		}
	}
	return out, nil
}

// LeaveForGoodInput asks to delete a person.
type LeaveForGoodInput struct {
	User     UserID
	Password string // not looked at when the person has none
	Address  string // one's own, typed: asked of who has no password
	Lang     string // BCP 47, of the mail
	Link     string // where the mail's button leads: to keep everything
	When     func(time.Time) string
}

// LeaveForGood notes that a person is to be deleted in [EraseAfter], signs them
// out everywhere and puts a mail about it into the outbox. Whose is an
// organization with other members has to hand it over first: [CodeTaken] with
// [KeyLastOwner]. Asking again changes nothing of the day.
func (s *Store) LeaveForGood(ctx context.Context, in LeaveForGoodInput) (time.Time, error) {
	row, err := s.findUser(ctx, "erased_at IS NULL AND id = ?", string(in.User))
	if err != nil {
		return time.Time{}, err
	}
	if row.PasswordHash != "" {
		if err := s.checkPresent(ctx, row, in.Password); err != nil {
			return time.Time{}, err
		}
	} else if address, _ := checkEmail(in.Address); address != row.Email {
		return time.Time{}, invalid("address", KeyAddressOther)
	}
	owned, err := s.SoleOwnerOf(ctx, in.User)
	if err != nil {
		return time.Time{}, err
	}
	for _, o := range owned {
		if o.Others > 0 {
			return time.Time{}, &Error{Code: CodeTaken, Field: "owner", Key: KeyLastOwner}
		}
	}
	due := s.now().Add(EraseAfter)
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		got := tx.Model(&userRow{}).Where("id = ? AND erase_at IS NULL AND erased_at IS NULL", string(in.User)).
			Updates(map[string]any{"erase_at": due, "erase_lang": in.Lang})
		if got.Error != nil {
			return got.Error
		}
		if got.RowsAffected == 0 { // asked for already
			var now userRow
			if err := first(tx.Where("id = ?", string(in.User)), &now, "person"); err != nil || now.EraseAt == nil {
				return orElse(err, notFound("person"))
			}
			due = now.EraseAt.UTC()
			return s.endSignIns(tx, in.User, "")
		}
		if err := s.endSignIns(tx, in.User, ""); err != nil {
			return err
		}
		return s.putMails(tx, []OutMail{{Kind: "leaving", To: row.Email, Lang: in.Lang, Params: map[string]string{
			"Name": row.Name, "Link": in.Link, "When": in.When(due),
		}}})
	})
	if err != nil {
		return time.Time{}, wrap(err, "note that a person is to be deleted")
	}
	s.note(ctx, in.User, "member.erase.ask", "")
	return due, nil
}

// Stay takes back that a person is to be deleted. Once the day has come it is too
// late: [CodeEnded] with [KeyErased].
func (s *Store) Stay(ctx context.Context, user UserID) error {
	kept := false
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		var row userRow
		if err := first(forUpdate(tx).Where("id = ? AND erased_at IS NULL", string(user)), &row, "person"); err != nil {
			return err
		}
		if row.EraseAt == nil {
			return nil
		}
		if !row.EraseAt.After(s.now()) {
			return &Error{Code: CodeEnded, Key: KeyErased}
		}
		kept = true
		return tx.Model(&userRow{}).Where("id = ?", string(user)).Updates(map[string]any{"erase_at": nil, "erase_lang": ""}).Error
	})
	if err == nil && kept {
		s.note(ctx, user, "member.erase.withdraw", "")
	}
	return wrap(err, "keep a person")
}
