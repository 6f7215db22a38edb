package tenants

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Suspension says that the service's operator has closed an organization: nobody
// meets there and no key of it works, while its owners can still sign in, pay and
// take their data away.
type Suspension struct {
	At     time.Time
	Reason string // for its people
	Unpaid bool   // its subscription does not renew meanwhile
}

// SuspendedFault is the cause of a [KeySuspended]: which organization is closed,
// and why. Its reason is for the organization's own people.
type SuspendedFault struct {
	ID           OrgID
	Organization string // its name
	Suspension
}

// Error is for a log.
func (f *SuspendedFault) Error() string { return f.Organization + " is suspended" }

// Open is nil, or [CodeForbidden] with a [SuspendedFault] for an organization that
// is suspended.
func (o Organization) Open() error {
	if o.Suspended == nil {
		return nil
	}
	return &Error{Code: CodeForbidden, Key: KeySuspended, Err: &SuspendedFault{ID: o.ID, Organization: o.Name, Suspension: *o.Suspended}}
}

// mayMeet refuses what a suspended organization must not do. Who suspends it waits
// for the transactions that have passed here, and finds what they began.
func (o *Scoped) mayMeet(tx *gorm.DB) error {
	var org orgRow
	share := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthShare})
	if err := first(share.Where("id = ?", string(o.org)), &org, "organization"); err != nil {
		return err
	}
	return org.organization().Open()
}

// orgOpen is nil for an organization that is not suspended.
func orgOpen(tx *gorm.DB, id OrgID) error {
	var org orgRow
	if err := first(tx.Where("id = ?", string(id)), &org, "organization"); err != nil {
		return err
	}
	return org.organization().Open()
}

// SuspendInput closes an organization, or opens it again.
type SuspendInput struct {
	Reason  string // for its people, and for both logs
	Unpaid  bool   // also stop its subscription's renewal
	Lang    string // BCP 47, of mails to those who have chosen no language
	Link    string // to a page of the organization, for the mail
	Contact string // whom to write to
}

// reasonMost bounds what operators give as reasons, in characters.
const reasonMost = 500

// checkReason tidies a reason that somebody has to give.
func checkReason(text string) (string, *Error) {
	text = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), ""))
	switch {
	case cleanName(text) == "":
		return "", invalid("reason", KeyReasonMissing)
	case len([]rune(text)) > reasonMost:
		return "", invalid("reason", KeyReasonLong)
	}
	return text, nil
}

// Suspend closes the organization at once, by the operator of the context's
// [Origin]. Its owners get a mail. The meetings that run are the caller's to end;
// a job ([ErrandSuspend]) stands for it. [CodeTaken] when it is suspended already.
func (o *Scoped) Suspend(ctx context.Context, in SuspendInput) error {
	reason, fault := checkReason(in.Reason)
	if fault != nil {
		return fault
	}
	in.Reason = reason
	return o.write(ctx, "suspend an organization", func(tx *gorm.DB) error {
		now := o.store.now()
		org, err := heldOrg(tx, o.org)
		if err != nil {
			return err
		}
		if org.SuspendedAt != nil {
			return &Error{Code: CodeTaken, Key: KeySuspendedAlready}
		}
		changed := map[string]any{"suspended_at": now, "suspended_for": reason, "suspended_unpaid": in.Unpaid}
		if err := tx.Model(&orgRow{}).Where("id = ?", string(o.org)).Updates(changed).Error; err != nil {
			return err
		}
		if err := addJob(tx, ErrandSuspend, wholeOrg, now); err != nil {
			return err
		}
		return o.closing(tx, org, in, in.Unpaid, "suspended", "suspend", now)
	})
}

// Restore opens a suspended organization again. [CodeNotFound] when it is not
// suspended.
func (o *Scoped) Restore(ctx context.Context, in SuspendInput) error {
	reason, fault := checkReason(in.Reason)
	if fault != nil {
		return fault
	}
	in.Reason = reason
	return o.write(ctx, "restore an organization", func(tx *gorm.DB) error {
		org, err := heldOrg(tx, o.org)
		if err != nil {
			return err
		}
		if org.SuspendedAt == nil {
			return notFound("suspension")
		}
		changed := map[string]any{"suspended_at": nil, "suspended_for": "", "suspended_unpaid": false}
		if err := tx.Model(&orgRow{}).Where("id = ?", string(o.org)).Updates(changed).Error; err != nil {
			return err
		}
		if err := dropJob(tx, ErrandSuspend, o.org, wholeOrg); err != nil {
			return err
		}
		return o.closing(tx, org, in, org.SuspendedUnpaid, "restored", "restore", o.store.now())
	})
}

// closing is what suspending and restoring have in common: the renewal, the mails
// and both logs.
func (o *Scoped) closing(tx *gorm.DB, org orgRow, in SuspendInput, renewal bool, letter, deed string, now time.Time) error {
	if renewal {
		if err := addJob(tx, ErrandRenewal, wholeOrg, now); err != nil {
			return err
		}
	}
	var owners []userRow
	err := tx.Model(&membershipRow{}).Joins("JOIN users ON users.id = memberships.user_id").Select("users.id, users.name, users.email, users.language").
		Where("memberships.role = ?", RoleOwner).Order("users.id").Scan(&owners).Error
	if err != nil {
		return err
	}
	mails := make([]OutMail, len(owners))
	for i, u := range owners {
		mails[i] = OutMail{Kind: letter, To: u.Email, Lang: cmp.Or(u.Language, in.Lang), Params: map[string]string{
			"Name": u.Name, "Organization": org.Name, "Reason": in.Reason, "Contact": in.Contact, "Link": in.Link,
		}}
	}
	if err := o.store.putMails(tx, mails); err != nil {
		return err
	}
	if err := record(tx, now, "", "organization."+deed, string(o.org), in.Reason); err != nil {
		return err
	}
	detail := in.Reason
	if renewal {
		detail = fmt.Sprintf("%s (renewal with it)", detail)
	}
	return RecordOperator(tx, now, "tenant."+deed, string(o.org), detail)
}

func heldOrg(tx *gorm.DB, id OrgID) (orgRow, error) {
	var org orgRow
	err := first(forUpdate(tx).Where("id = ?", string(id)), &org, "organization")
	return org, err
}
