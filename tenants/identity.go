package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Identity is somebody as an identity provider knows them. What tells people
// apart is the issuer and its subject, which never change. The address is for
// people to read: another person may have it tomorrow.
type Identity struct {
	Issuer  string // such as https://accounts.google.com
	Subject string
	Email   string // "" when the issuer tells none
}

// LinkedIdentity is an identity that signs a person in.
type LinkedIdentity struct {
	Identity
	CreatedAt, UsedAt time.Time
}

type identityRow struct {
	Issuer    string `gorm:"primaryKey"`
	Subject   string `gorm:"primaryKey"`
	UserID    UserID
	Email     string
	CreatedAt time.Time
	UsedAt    time.Time
}

func (identityRow) TableName() string { return "identities" }

// how long an issuer's name and a subject may be; OpenID Connect Core, 2, says
// 255 for the subject.
const (
	issuerMax  = 500
	subjectMax = 255
)

func (i Identity) check() error {
	if i.Issuer == "" || i.Subject == "" || len(i.Issuer) > issuerMax || len(i.Subject) > subjectMax || !storable(i.Issuer+i.Subject) {
		return invalid("identity", KeyIdentityInvalid)
	}
	return nil
}

// UserByIdentity finds the person whom an identity signs in, and notes that it
// did. [CodeNotFound] means that it is linked to nobody.
func (s *Store) UserByIdentity(ctx context.Context, i Identity) (User, error) {
	if err := i.check(); err != nil {
		return User{}, err
	}
	var who userRow
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		var row identityRow
		if err := first(tx.Where("issuer = ? AND subject = ?", i.Issuer, i.Subject), &row, "identity"); err != nil {
			return err
		}
		if err := first(tx.Where("id = ? AND erased_at IS NULL", string(row.UserID)), &who, "person"); err != nil {
			return err
		}
		return tx.Model(&identityRow{}).Where("issuer = ? AND subject = ?", i.Issuer, i.Subject).
			Updates(map[string]any{"used_at": s.now(), "email": truncate(cleanName(i.Email), emailMax)}).Error
	})
	return who.user(), wrap(err, "find a person by identity")
}

// Link lets an identity sign a person in. It is [CodeTaken] when it signs in
// somebody else, and no fault when it signs in this person already.
func (s *Store) Link(ctx context.Context, user UserID, i Identity) error {
	if err := i.check(); err != nil {
		return err
	}
	if err := s.db.Global(ctx, func(tx *gorm.DB) error { return s.link(tx, user, i) }); err != nil {
		return wrap(err, "link an identity")
	}
	s.note(ctx, user, "signin.link", i.Issuer)
	return nil
}

func (s *Store) link(tx *gorm.DB, user UserID, i Identity) error {
	now := s.now()
	row := identityRow{Issuer: i.Issuer, Subject: i.Subject, UserID: user, Email: truncate(cleanName(i.Email), emailMax), CreatedAt: now, UsedAt: now}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return err
	}
	var kept identityRow
	if err := first(tx.Where("issuer = ? AND subject = ?", i.Issuer, i.Subject), &kept, "identity"); err != nil {
		return err
	}
	if kept.UserID != user {
		return &Error{Code: CodeTaken, Key: KeyIdentityLinked}
	}
	return nil
}

// Identities lists what signs a person in, beside a password.
func (s *Store) Identities(ctx context.Context, user UserID) ([]LinkedIdentity, error) {
	var rows []identityRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ?", string(user)).Order("created_at, issuer, subject").Find(&rows).Error
	})
	out := make([]LinkedIdentity, len(rows))
	for i, r := range rows {
		out[i] = LinkedIdentity{Identity: Identity{Issuer: r.Issuer, Subject: r.Subject, Email: r.Email}, CreatedAt: r.CreatedAt.UTC(), UsedAt: r.UsedAt.UTC()}
	}
	return out, wrap(err, "list identities")
}

// Unlink takes an identity from a person. The last way in stays: [CodeForbidden].
func (s *Store) Unlink(ctx context.Context, user UserID, issuer, subject string) error {
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		var who userRow
		if err := first(forUpdate(tx).Where("id = ?", string(user)), &who, "person"); err != nil {
			return err
		}
		var ways int64
		if err := tx.Model(&identityRow{}).Where("user_id = ?", string(user)).Count(&ways).Error; err != nil {
			return err
		}
		if who.PasswordHash == "" && ways < 2 {
			return &Error{Code: CodeForbidden, Key: KeyIdentityLast}
		}
		got := tx.Where("user_id = ? AND issuer = ? AND subject = ?", string(user), issuer, subject).Delete(&identityRow{})
		if got.Error == nil && got.RowsAffected == 0 {
			return notFound("identity")
		}
		return got.Error
	})
	if err != nil {
		return wrap(err, "unlink an identity")
	}
	s.note(ctx, user, "signin.unlink", issuer)
	return nil
}

// NewcomerInput is somebody whom an identity provider vouches for and whom
// nobody here knows yet.
type NewcomerInput struct {
	Identity     Identity
	Name, Email  string
	Confirmed    bool   // the provider has checked the address, and may be believed
	Organization string // name of the organization that they found
	Join         OrgID  // or the one whose own sign-in this is
	Seats        int    // how many people may belong to that one; 0 = no limit
}

// Newcomer makes a person who signs in by an identity, in an organization of
// their own or as a member of the one that vouches for them. An address that has
// an account already is refused with [KeyIdentityAddress]: whoever holds it
// signs in and links the identity.
func (s *Store) Newcomer(ctx context.Context, in NewcomerInput) (SignedUp, error) {
	if err := in.Identity.check(); err != nil {
		return SignedUp{}, err
	}
	var faults Errors
	name, fault := checkName(in.Name, "name", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		faults = append(faults, fault)
	}
	address, fault := checkEmail(in.Email)
	if fault != nil {
		faults = append(faults, fault)
	}
	orgName := ""
	if in.Join == "" {
		if orgName, fault = checkName(in.Organization, "organization", KeyOrganizationEmpty, KeyOrganizationLong); fault != nil {
			faults = append(faults, fault)
		}
	}
	if err := faults.orNil(); err != nil {
		return SignedUp{}, err
	}
	return s.insertNewcomer(ctx, in, name, address, orgName)
}

func (s *Store) insertNewcomer(ctx context.Context, in NewcomerInput, name, address, orgName string) (SignedUp, error) {
	id, err := newID()
	if err != nil {
		return SignedUp{}, err
	}
	who := freshUser(UserID(id), address, name, "", s.now())
	if in.Confirmed {
		who.ConfirmedAt = &who.CreatedAt
	}
	org := in.Join
	if org == "" {
		id, err := newID()
		if err != nil {
			return SignedUp{}, err
		}
		org = OrgID(id)
	}
	var out SignedUp
	err = s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		out, err = s.newcomer(tx, in, who, org, orgName)
		return err
	})
	return out, wrap(err, "sign up by identity")
}

func (s *Store) newcomer(tx *gorm.DB, in NewcomerInput, who userRow, id OrgID, orgName string) (SignedUp, error) {
	if err := insertAddress(tx, &who); err != nil {
		if CodeOf(err) == CodeTaken {
			return SignedUp{}, &Error{Code: CodeTaken, Field: "email", Key: KeyIdentityAddress}
		}
		return SignedUp{}, err
	}
	org, role, deed := orgRow{}, RoleMember, "member.create"
	var err error
	if in.Join != "" {
		if err = first(forUpdate(tx).Where("id = ?", string(id)), &org, "organization"); err == nil {
			role, err = s.Org(id).spendInvite(tx, who, role)
		}
		if err == nil {
			err = s.Org(id).seatFree(tx, in.Seats)
		}
	} else {
		role, deed = RoleOwner, "organization.create"
		org, err = s.insertOrg(tx, id, orgName)
	}
	if err != nil {
		return SignedUp{}, err
	}
	if err := s.insertMember(tx, who.ID, role); err != nil {
		return SignedUp{}, err
	}
	if err := s.link(tx, who.ID, in.Identity); err != nil {
		return SignedUp{}, err
	}
	out := SignedUp{User: who.user(), Org: org.organization()}
	if !in.Confirmed {
		if out.ConfirmToken, err = s.insertToken(tx, toConfirm, who.ID, who.Email); err != nil {
			return SignedUp{}, err
		}
	}
	return out, record(tx, s.now(), who.ID, deed, string(who.ID), in.Identity.Issuer)
}

// freshUser is a new person, with what everybody begins with.
func freshUser(id UserID, email, name, hash string, now time.Time) userRow {
	return userRow{ID: id, Email: email, Name: name, PasswordHash: hash, CreatedAt: now, Findable: FoundByOrganization, ShowPicture: true}
}
