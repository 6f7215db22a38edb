package tenants

import (
	"cmp"
	"time"

	"gorm.io/gorm"
)

// PayerLetter is what those who may pay are told of their organization's payment.
type PayerLetter struct {
	Kind string    // of the letter
	Plan string    // its name
	Page string    // of the organization's console, which its button opens
	Day  time.Time // in it; zero for none
}

// TellPayers puts a letter into the outbox for every owner and billing member of
// the transaction's organization.
func (s *Store) TellPayers(tx *gorm.DB, l PayerLetter) error {
	var org orgRow
	if err := first(tx.Where("id = ?", string(scopeOf(tx.Statement.Context).tenant)), &org, "organization"); err != nil {
		return err
	}
	var whom []userRow
	if err := recipients(tx).Where("memberships.role IN ?", []Role{RoleOwner, RoleBilling}).Scan(&whom).Error; err != nil {
		return err
	}
	mails := make([]OutMail, len(whom))
	for i, u := range whom {
		mails[i] = OutMail{Kind: l.Kind, To: u.Email, Lang: cmp.Or(u.Language, "en"), Params: map[string]string{
			"Name": u.Name, "Organization": org.Name, "Plan": l.Plan, "Path": "/o/" + org.Slug + l.Page,
		}}
		if !l.Day.IsZero() {
			mails[i].Params["Day"] = l.Day.UTC().Format(time.DateOnly)
		}
	}
	return s.putMails(tx, mails)
}

// LookAfterPayment makes [ErrandPayment] due for the transaction's organization;
// zero forgets it.
func (s *Store) LookAfterPayment(tx *gorm.DB, at time.Time) error {
	if at.IsZero() {
		return dropJob(tx, ErrandPayment, scopeOf(tx.Statement.Context).tenant, wholeOrg)
	}
	return addJob(tx, ErrandPayment, wholeOrg, at)
}
