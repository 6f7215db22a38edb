package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Invited is what an invitation's link says to who opens it.
type Invited struct {
	Org   Organization
	Email string // whom the mail went to; "" = a link for anybody
	Name  string
	Role  Role
}

// Invite finds what a link offers; [CodeNotFound] when it was used, withdrawn, or
// has expired.
func (s *Store) Invite(ctx context.Context, token string) (Invited, error) {
	offer, err := s.offer(ctx, token)
	if err != nil {
		return Invited{}, err
	}
	org, err := s.OrgByID(ctx, offer.org)
	return Invited{Org: org, Email: offer.mail.Email, Name: offer.mail.Name, Role: offer.role()}, err
}

// offer is an invitation by mail or by link, as it was found by its token.
type offer struct {
	org  OrgID
	hash string
	mail invitationRow // zero for a link
}

func (o offer) role() Role {
	if o.mail.ID == "" {
		return RoleMember
	}
	return o.mail.Role
}

func (s *Store) offer(ctx context.Context, token string) (offer, error) {
	out := offer{hash: hashToken(token)}
	now := s.now()
	err := s.db.Knowing(ctx, KnowsInvite, out.hash, func(tx *gorm.DB) error {
		var mails []invitationRow
		if err := openMail(tx, now).Find(&mails).Error; err != nil {
			return err
		}
		if len(mails) > 0 {
			out.mail, out.org = mails[0], OrgID(mails[0].Tenant)
			return nil
		}
		var link inviteLinkRow
		if err := first(openLink(tx, now), &link, "invitation"); err != nil {
			return err
		}
		out.org = OrgID(link.Tenant)
		return nil
	})
	return out, wrap(err, "find an invitation")
}

func openMail(tx *gorm.DB, now time.Time) *gorm.DB {
	return tx.Where("accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?", now)
}

func openLink(tx *gorm.DB, now time.Time) *gorm.DB {
	return tx.Where("revoked_at IS NULL AND expires_at > ? AND uses < uses_max", now)
}

// AcceptInvite makes a person who has signed in a member. An invitation by mail is
// for the address it went to; accepting it confirms that address. Seats is how
// many people may belong to the organization, 0 for no limit. Faults:
// [CodeNotFound], [CodeForbidden] with [KeyInviteOther], [CodeLimited] with
// [KeySeatsUsed].
func (s *Store) AcceptInvite(ctx context.Context, token string, who UserID, seats SeatsOf) (Organization, error) {
	found, err := s.offer(ctx, token)
	if err != nil {
		return Organization{}, err
	}
	limit, err := seats(ctx, found.org)
	if err != nil {
		return Organization{}, err
	}
	var org orgRow
	err = s.db.InOrg(ctx, found.org, func(tx *gorm.DB) error {
		var person userRow
		if err := first(tx.Where("id = ?", string(who)), &person, "person"); err != nil {
			return err
		}
		org, err = s.Org(found.org).accept(tx, found, person, limit)
		return err
	})
	return org.organization(), wrap(err, "accept an invitation")
}

// SeatsOf says how many people may belong to an organization; 0 for no limit.
type SeatsOf func(ctx context.Context, org OrgID) (int, error)

// SignUpInvited makes a person who joins the organization that invited them, and
// no organization of their own. in.Organization is not used; in.Email only where
// a link invites anybody: ConfirmToken is for that address then, and "" where the
// mail has confirmed it.
func (s *Store) SignUpInvited(ctx context.Context, token string, in SignUpInput, seats SeatsOf) (SignedUp, error) {
	found, err := s.offer(ctx, token)
	if err != nil {
		return SignedUp{}, err
	}
	if found.mail.ID != "" {
		in.Email = found.mail.Email
	}
	limit, err := seats(ctx, found.org)
	if err != nil {
		return SignedUp{}, err
	}
	who, err := s.newPerson(in.Name, in.Email, in.Password, nil)
	if err != nil {
		return SignedUp{}, err
	}
	var out SignedUp
	err = s.db.InOrg(ctx, found.org, func(tx *gorm.DB) error {
		if err := insertAddress(tx, &who); err != nil {
			return err
		}
		org, err := s.Org(found.org).accept(tx, found, who, limit)
		if err != nil {
			return err
		}
		out = SignedUp{User: who.user(), Org: org.organization()}
		if found.mail.ID == "" {
			out.ConfirmToken, err = s.insertToken(tx, toConfirm, who.ID, who.Email)
		}
		return err
	})
	return out, wrap(err, "sign up with an invitation")
}

// accept uses the invitation up and makes the person a member. All who join one
// organization queue on its row, so that no two of them count the same free seat.
func (o *Scoped) accept(tx *gorm.DB, found offer, who userRow, seats int) (orgRow, error) {
	var org orgRow
	if err := first(forUpdate(tx).Where("id = ?", string(o.org)), &org, "organization"); err != nil {
		return org, err
	}
	if role, err := roleOf(tx, who.ID); err == nil && role != "" {
		return org, nil // belongs already; the invitation stays for nobody else
	} else if CodeOf(err) != CodeForbidden {
		return org, err
	}
	now, role := o.store.now(), found.role()
	var err error
	if found.mail.ID != "" {
		err = o.useMail(tx, found, who, now)
	} else if err = o.useLink(tx, found.hash, now); err == nil {
		role, err = o.spendInvite(tx, who, role)
	}
	if err != nil {
		return org, err
	}
	if err := o.seatFree(tx, seats); err != nil {
		return org, err
	}
	if err := o.store.insertMember(tx, who.ID, role); err != nil {
		return org, err
	}
	return org, record(tx, now, who.ID, "member.join", string(who.ID), string(role))
}

// spendInvite uses up the invitation to somebody's own address when they join in
// another way: it would keep a second seat for them until it ends. It gives the
// role that they get: the one of the invitation where the address is confirmed,
// since others may have typed anybody's; but owners are made by the mail alone.
// Who calls it holds the organization's row, and counts seats afterwards.
func (o *Scoped) spendInvite(tx *gorm.DB, who userRow, otherwise Role) (Role, error) {
	now := o.store.now()
	var open []invitationRow
	if err := openMail(tx, now).Where("email = ?", who.Email).Find(&open).Error; err != nil || len(open) == 0 {
		return otherwise, err
	}
	role := otherwise
	if who.ConfirmedAt != nil {
		if role = open[0].Role; role == RoleOwner {
			role = RoleAdmin
		}
	}
	spent := openMail(tx.Model(&invitationRow{}), now).Where("email = ?", who.Email)
	return role, spent.Updates(map[string]any{"accepted_at": now, "accepted_by": string(who.ID)}).Error
}

// seatFree refuses one person more than belong or are invited, when every seat is
// taken; 0 seats is no limit. Who counts holds the organization's row.
func (o *Scoped) seatFree(tx *gorm.DB, seats int) error {
	used, err := o.seatsUsed(tx)
	if err == nil && seats > 0 && used >= seats {
		err = &Error{Code: CodeLimited, Key: KeySeatsUsed}
	}
	return err
}

func (o *Scoped) useLink(tx *gorm.DB, hash string, now time.Time) error {
	got := openLink(tx.Model(&inviteLinkRow{}).Where("token_hash = ?", hash), now).Update("uses", gorm.Expr("uses + 1"))
	if got.Error == nil && got.RowsAffected != 1 {
		return notFound("invitation")
	}
	return got.Error
}

func (o *Scoped) useMail(tx *gorm.DB, found offer, who userRow, now time.Time) error {
	if who.Email != found.mail.Email {
		return &Error{Code: CodeForbidden, Key: KeyInviteOther}
	}
	got := openMail(tx.Model(&invitationRow{}).Where("id = ? AND token_hash = ?", found.mail.ID, found.hash), now).
		Updates(map[string]any{"accepted_at": now, "accepted_by": string(who.ID)})
	if got.Error != nil {
		return got.Error
	}
	if got.RowsAffected != 1 {
		return notFound("invitation")
	}
	if who.ConfirmedAt != nil {
		return nil
	}
	return tx.Model(&userRow{}).Where("id = ?", string(who.ID)).Update("confirmed_at", now).Error
}
