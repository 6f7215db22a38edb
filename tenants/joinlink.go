package tenants

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Bounds of a link that lets people join.
const (
	LinkDaysMax = 90
	LinkUsesMax = 1000
	linksMax    = 20 // that work, in one organization
)

// CreateInviteLink makes a link that lets up to uses people join as members for
// that many days.
func (o *Scoped) CreateInviteLink(ctx context.Context, by UserID, days, uses int) (InviteLink, error) {
	var faults Errors
	if days < 1 || days > LinkDaysMax {
		faults = append(faults, invalid("days", KeyLinkDays))
	}
	if uses < 1 || uses > LinkUsesMax {
		faults = append(faults, invalid("uses", KeyLinkUses))
	}
	if err := faults.orNil(); err != nil {
		return InviteLink{}, err
	}
	id, err := newID()
	if err != nil {
		return InviteLink{}, err
	}
	now, token := o.store.now(), randomToken(18)
	sealed := o.store.sealer.seal([]byte(token), o.linkOwner(id))
	row := inviteLinkRow{
		ID: id, TokenHash: hashToken(token), Sealed: sealed, CreatedBy: &by, CreatedAt: now,
		ExpiresAt: now.Add(time.Duration(days) * 24 * time.Hour), UsesMax: uses,
	}
	err = o.manage(ctx, "make a link to join", by, func(tx *gorm.DB, _ orgRow) error {
		var n int64
		if err := openLink(tx.Model(&inviteLinkRow{}), now).Count(&n).Error; err != nil {
			return err
		}
		if n >= linksMax {
			return &Error{Code: CodeLimited, Field: "uses", Key: KeyLinksMany}
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return record(tx, now, by, "invitation.link.create", id, "")
	})
	return InviteLink{ID: id, Token: token, ExpiresAt: row.ExpiresAt, UsesMax: uses}, err
}

// InviteLinks lists the links that still work, newest first, for who manages
// people.
func (o *Scoped) InviteLinks(ctx context.Context, by UserID) ([]InviteLink, error) {
	var rows []inviteLinkRow
	err := o.read(ctx, "list links to join", func(tx *gorm.DB) error {
		if _, err := mayManage(tx, by); err != nil {
			return err
		}
		return openLink(tx, o.store.now()).Order("created_at DESC, id DESC").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]InviteLink, len(rows))
	for i, r := range rows {
		token, err := o.store.sealer.open(r.Sealed, o.linkOwner(r.ID))
		if err != nil {
			return nil, wrap(err, "open a link's token")
		}
		out[i] = InviteLink{ID: r.ID, Token: string(token), ExpiresAt: r.ExpiresAt.UTC(), UsesMax: r.UsesMax, Uses: r.Uses}
	}
	return out, nil
}

// RevokeInviteLink voids a link.
func (o *Scoped) RevokeInviteLink(ctx context.Context, by UserID, id string) error {
	if err := parseID(OrgID(id)); err != nil {
		return err
	}
	return o.manage(ctx, "void a link to join", by, func(tx *gorm.DB, _ orgRow) error {
		now := o.store.now()
		got := tx.Model(&inviteLinkRow{}).Where("id = ? AND revoked_at IS NULL", id).Update("revoked_at", now)
		if got.Error != nil {
			return got.Error
		}
		if got.RowsAffected != 1 {
			return notFound("link")
		}
		return record(tx, now, by, "invitation.link.revoke", id, "")
	})
}

// publicMail are domains where anybody can have an address: being there says
// nothing about belonging to an organization.
var publicMail = []string{
	"aol.com", "fastmail.com", "gmail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "googlemail.com", "hey.com", "hotmail.com",
	"icloud.com", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "pm.me", "posteo.de", "proton.me",
	"protonmail.com", "qq.com", "t-online.de", "tutanota.com", "web.de", "yahoo.com", "yandex.ru", "ymail.com", "zoho.com", "163.com",
}

// AllowDomain lets everybody with a confirmed address of one's own domain join as
// a member. One's own address must be confirmed, and at a domain that is not open
// to everybody.
func (o *Scoped) AllowDomain(ctx context.Context, by UserID) (domain string, err error) {
	err = o.manage(ctx, "let a domain join", by, func(tx *gorm.DB, _ orgRow) error {
		var person userRow
		if err := first(tx.Where("id = ?", string(by)), &person, "person"); err != nil {
			return err
		}
		domain = confirmedDomain(person)
		if domain == "" {
			return invalid("domain", KeyDomainUnconfirmed)
		}
		if slices.Contains(publicMail, domain) {
			return invalid("domain", KeyDomainPublic)
		}
		var known []joinDomainRow
		if err := tx.Where("domain = ?", domain).Find(&known).Error; err != nil || len(known) > 0 {
			return err
		}
		now := o.store.now()
		if err := tx.Create(&joinDomainRow{Domain: domain, CreatedBy: &by, CreatedAt: now}).Error; err != nil {
			return err
		}
		return record(tx, now, by, "invitation.domain.allow", domain, "")
	})
	return domain, err
}

func confirmedDomain(person userRow) string {
	if person.ConfirmedAt == nil {
		return ""
	}
	_, domain, _ := strings.Cut(person.Email, "@")
	return domain
}

// JoinDomains lists the domains whose people may join.
func (o *Scoped) JoinDomains(ctx context.Context) ([]string, error) {
	var out []string
	err := o.read(ctx, "list domains that may join", func(tx *gorm.DB) error {
		return tx.Model(&joinDomainRow{}).Order("domain").Pluck("domain", &out).Error
	})
	return out, err
}

// ForbidDomain ends that people of a domain may join. Who has joined stays.
func (o *Scoped) ForbidDomain(ctx context.Context, by UserID, domain string) error {
	if !storable(domain) {
		return notFound("domain")
	}
	return o.manage(ctx, "stop a domain from joining", by, func(tx *gorm.DB, _ orgRow) error {
		got := tx.Where("domain = ?", domain).Delete(&joinDomainRow{})
		if got.Error != nil {
			return got.Error
		}
		if got.RowsAffected != 1 {
			return notFound("domain")
		}
		return record(tx, o.store.now(), by, "invitation.domain.forbid", domain, "")
	})
}

// OpenTo lists the organizations that a person may join because of their
// confirmed address, without those they belong to.
func (s *Store) OpenTo(ctx context.Context, who UserID) ([]Organization, error) {
	person, err := s.findUser(ctx, "id = ?", string(who))
	if err != nil {
		return nil, err
	}
	domain := confirmedDomain(person)
	if domain == "" {
		return nil, nil
	}
	var rows []joinDomainRow
	var orgs []orgRow
	err = s.db.Knowing(ctx, KnowsEmailDomain, domain, func(tx *gorm.DB) error {
		if err := tx.Limit(20).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = string(r.Tenant)
		}
		return tx.Where("id IN ?", ids).Order("name").Find(&orgs).Error
	})
	if err != nil || len(orgs) == 0 {
		return nil, wrap(err, "find organizations that a person may join")
	}
	mine, err := s.OrgsOf(ctx, who)
	var out []Organization
	for _, o := range orgs {
		if !slices.ContainsFunc(mine, func(m Membership) bool { return m.Org.ID == o.ID }) {
			out = append(out, o.organization())
		}
	}
	return out, err
}

// JoinByDomain makes a person a member because of their confirmed address, with
// the role of the invitation to it where there is one, which is used up. Seats is
// how many may belong; 0 for no limit.
func (o *Scoped) JoinByDomain(ctx context.Context, who UserID, seats int) error {
	return o.write(ctx, "join by address", func(tx *gorm.DB) error {
		if err := first(forUpdate(tx).Where("id = ?", string(o.org)), &orgRow{}, "organization"); err != nil {
			return err
		}
		var person userRow
		if err := first(tx.Where("id = ?", string(who)), &person, "person"); err != nil {
			return err
		}
		if err := first(tx.Where("domain = ?", confirmedDomain(person)), &joinDomainRow{}, "organization"); err != nil {
			return err
		}
		if _, err := roleOf(tx, who); err == nil {
			return nil
		}
		role, err := o.spendInvite(tx, person, RoleMember)
		if err != nil {
			return err
		}
		if err := o.seatFree(tx, seats); err != nil {
			return err
		}
		if err := o.store.insertMember(tx, who, role); err != nil {
			return err
		}
		return record(tx, o.store.now(), who, "member.join", string(who), "by address")
	})
}

// linkOwner binds a sealed token to the row that it stands in.
func (o *Scoped) linkOwner(id string) string { return string(o.org) + " invite link " + id }
