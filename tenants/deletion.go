package tenants

import (
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"
)

// DeletionGrace is how long an organization stays after somebody asked to delete
// it, with everything working, for who changes their mind.
const DeletionGrace = 14 * 24 * time.Hour

// wholeOrg is the reference of jobs that are about an organization as a whole.
const wholeOrg = "organization"

// Deletion says that an organization is to go.
type Deletion struct {
	AskedBy        UserID
	Asker          string // their name; "" for who is gone
	AskedAt, DueAt time.Time
}

// Deletion says whether the organization is to go, and when; [CodeNotFound] when
// it stays.
func (o *Scoped) Deletion(ctx context.Context) (Deletion, error) {
	var out Deletion
	err := o.read(ctx, "look whether an organization is to go", func(tx *gorm.DB) error {
		var rows []deletionRow
		if err := tx.Limit(1).Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) == 0 {
			return notFound("deletion")
		}
		out = rows[0].deletion()
		names, err := namesOf(tx, map[string]bool{string(out.AskedBy): true})
		out.Asker = names[string(out.AskedBy)]
		return err
	})
	return out, err
}

// DeleteOrgInput asks to delete an organization, or to keep it.
type DeleteOrgInput struct {
	By    UserID // has to own it
	Typed string // its name, to show that it is meant; for keeping it is not looked at
	Lang  string // BCP 47, of mails to those who have chosen no language
	Base  string // the service's address, for the link in the mail
}

// DeleteOrg notes that the organization goes after [DeletionGrace], and tells its
// owners and admins. Only an owner may, and types its name. Asking again changes
// nothing.
func (o *Scoped) DeleteOrg(ctx context.Context, in DeleteOrgInput) (Deletion, error) {
	now := o.store.now()
	row := deletionRow{AskedBy: in.By, AskedAt: now, DueAt: now.Add(DeletionGrace), Lang: in.Lang}
	err := o.owning(ctx, "ask to delete an organization", in.By, func(tx *gorm.DB, org orgRow) error {
		if cleanName(in.Typed) != org.Name {
			return invalid("typed", KeyOrganizationOther)
		}
		var before []deletionRow
		if err := tx.Limit(1).Find(&before).Error; err != nil {
			return err
		}
		if len(before) > 0 {
			row = before[0]
			return nil
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if err := addJob(tx, ErrandErase, wholeOrg, row.DueAt); err != nil {
			return err
		}
		if err := addJob(tx, ErrandRenewal, wholeOrg, now); err != nil {
			return err
		}
		if err := o.tellOfDeletion(tx, "deletion_asked", org, row, in.Base); err != nil {
			return err
		}
		return record(tx, now, in.By, "organization.delete", string(o.org), "on "+row.DueAt.Format(time.RFC3339))
	})
	return row.deletion(), err
}

// KeepOrg takes back that the organization goes, and tells its owners and admins.
// Only an owner may. [CodeNotFound] when it stays anyway, [CodeEnded] when the day
// has come: then its end has begun.
func (o *Scoped) KeepOrg(ctx context.Context, in DeleteOrgInput) error {
	return o.owning(ctx, "keep an organization", in.By, func(tx *gorm.DB, org orgRow) error {
		var row deletionRow
		if err := first(forUpdate(tx), &row, "deletion"); err != nil {
			return err
		}
		now := o.store.now()
		if !now.Before(row.DueAt) {
			return &Error{Code: CodeEnded, Key: KeyOrganizationGoing}
		}
		if err := tx.Where("tenant_id = ?", string(o.org)).Delete(&deletionRow{}).Error; err != nil {
			return err
		}
		if err := dropJob(tx, ErrandErase, o.org, wholeOrg); err != nil {
			return err
		}
		if err := addJob(tx, ErrandRenewal, wholeOrg, now); err != nil {
			return err
		}
		if err := o.tellOfDeletion(tx, "deletion_kept", org, row, in.Base); err != nil {
			return err
		}
		return record(tx, now, in.By, "organization.keep", string(o.org), "")
	})
}

// RenewsNot reports whether the organization's subscription must not renew: it is
// to be deleted, or the operator has suspended it and that with it.
func (o *Scoped) RenewsNot(ctx context.Context) (stops bool, err error) {
	err = o.read(ctx, "look whether a renewal stops", func(tx *gorm.DB) error {
		var org orgRow
		if err := first(tx.Where("id = ?", string(o.org)), &org, "organization"); err != nil {
			return err
		}
		stops, err = renewsNot(tx, org)
		return err
	})
	return stops, err
}

func renewsNot(tx *gorm.DB, org orgRow) (bool, error) {
	var n int64
	err := tx.Model(&deletionRow{}).Count(&n).Error
	return n > 0 || org.SuspendedAt != nil && org.SuspendedUnpaid, err
}

// SettleRenewal is for who has stopped an organization's renewal because it is to
// go or is closed, or resumed it because it stays: it drops the job, if that is how things
// still stand, and says whether they do.
func (o *Scoped) SettleRenewal(ctx context.Context, goes bool) (settled bool, err error) {
	err = o.write(ctx, "settle an organization's renewal", func(tx *gorm.DB) error {
		var org orgRow
		if err := first(forUpdate(tx).Where("id = ?", string(o.org)), &org, "organization"); err != nil {
			return err
		}
		stops, err := renewsNot(tx, org)
		if err != nil {
			return err
		}
		if settled = stops == goes; !settled {
			return nil
		}
		return dropJob(tx, ErrandRenewal, o.org, wholeOrg)
	})
	return settled, err
}

// owning runs fn for an owner, who holds the organization's row.
func (o *Scoped) owning(ctx context.Context, tried string, by UserID, fn func(tx *gorm.DB, org orgRow) error) error {
	return o.write(ctx, tried, func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if role != RoleOwner {
			return forbidden("only owners may")
		}
		var org orgRow
		if err := first(forUpdate(tx).Where("id = ?", string(o.org)), &org, "organization"); err != nil {
			return err
		}
		return fn(tx, org)
	})
}

// tellOfDeletion writes to owners and admins, each in their language.
func (o *Scoped) tellOfDeletion(tx *gorm.DB, kind string, org orgRow, row deletionRow, base string) error {
	var whom []userRow
	err := tx.Model(&membershipRow{}).Joins("JOIN users ON users.id = memberships.user_id").Select("users.id, users.name, users.email, users.language").
		Where("memberships.role IN ?", []Role{RoleOwner, RoleAdmin}).Order("users.id").Scan(&whom).Error
	if err != nil {
		return err
	}
	mails := make([]OutMail, len(whom))
	for i, u := range whom {
		mails[i] = OutMail{Kind: kind, To: u.Email, Lang: cmp.Or(u.Language, row.Lang), Params: map[string]string{
			"Name": u.Name, "Organization": org.Name, "Day": row.DueAt.UTC().Format(time.DateOnly),
		}}
		if base != "" {
			mails[i].Params["Link"] = base + "/o/" + org.Slug + "/settings/data"
		}
	}
	return o.store.putMails(tx, mails)
}

// deletionRow says that an organization is to go.
type deletionRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	AskedBy   UserID
	AskedAt   time.Time
	DueAt     time.Time
	ErasingAt *time.Time
	Lang      string
}

func (deletionRow) TableName() string { return "deletions" }

func (r deletionRow) deletion() Deletion {
	return Deletion{AskedBy: r.AskedBy, AskedAt: r.AskedAt.UTC(), DueAt: r.DueAt.UTC()}
}
