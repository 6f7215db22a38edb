package tenants

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const (
	inviteFor = 14 * 24 * time.Hour // how long an invitation can be accepted

	// InvitesMax is how many people can be invited in one go.
	InvitesMax = 1000
)

// InviteInput is one person to invite.
type InviteInput struct {
	Email, Name string
	Role        Role   // "" = member
	Line        int    // of the list that it came in, from 1; 0 = not known
	Fault       string // message id of what is wrong with it; "" = it can be sent
}

// Inviting says how invitations go out.
type Inviting struct {
	People []InviteInput
	Seats  int    // how many people may belong to the organization; 0 = no limit
	Base   string // the service's address, for the link in the mail
	Lang   string // BCP 47, of the mail
}

// CheckInvites says line by line what is wrong with invitations, and sends none.
func (o *Scoped) CheckInvites(ctx context.Context, by UserID, in Inviting) ([]InviteInput, error) {
	var out []InviteInput
	err := o.read(ctx, "check invitations", func(tx *gorm.DB) error {
		role, err := mayManage(tx, by)
		if err != nil {
			return err
		}
		out, err = o.judge(tx, role, in)
		return err
	})
	return out, err
}

// Invite sends an invitation to everybody on the list with whom nothing is wrong:
// one transaction, the mails in the outbox. It gives the list with its faults.
func (o *Scoped) Invite(ctx context.Context, by UserID, in Inviting) ([]InviteInput, error) {
	var out []InviteInput
	err := o.manage(ctx, "invite people", by, func(tx *gorm.DB, org orgRow) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if out, err = o.judge(tx, role, in); err != nil {
			return err
		}
		return o.sendInvites(tx, by, org, out, in)
	})
	return out, err
}

func (o *Scoped) sendInvites(tx *gorm.DB, by UserID, org orgRow, people []InviteInput, in Inviting) error {
	var inviter userRow
	if err := first(tx.Where("id = ?", string(by)), &inviter, "person"); err != nil {
		return err
	}
	now := o.store.now()
	var rows []invitationRow
	var mails []OutMail
	var whom []string
	for _, p := range people {
		if p.Fault != "" {
			continue
		}
		id, err := newID()
		if err != nil {
			return err
		}
		token := randomToken(32)
		rows = append(rows, invitationRow{
			ID: id, Email: p.Email, Name: p.Name, Role: p.Role, TokenHash: hashToken(token), InvitedBy: &by,
			CreatedAt: now, SentAt: now, ExpiresAt: now.Add(inviteFor),
		})
		mails = append(mails, inviteMail(p.Email, p.Name, inviter.Name, org.Name, token, in))
		whom = append(whom, p.Email)
	}
	if len(rows) == 0 {
		return nil
	}
	// One that has expired makes room for the new one.
	old := tx.Model(&invitationRow{}).Where("email IN ? AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at <= ?", whom, now)
	if err := old.Update("withdrawn_at", now).Error; err != nil {
		return err
	}
	if err := tx.CreateInBatches(rows, 100).Error; err != nil {
		return err
	}
	if err := o.store.putMails(tx, mails); err != nil {
		return err
	}
	return record(tx, now, by, "invitation.send", string(o.org), truncate(fmt.Sprintf("%d: %s", len(whom), strings.Join(whom, ", ")), 4000))
}

func inviteMail(to, name, inviter, org, token string, in Inviting) OutMail {
	return OutMail{Kind: "invite", To: to, Lang: in.Lang, Params: map[string]string{
		"Name": name, "Inviter": inviter, "Organization": org, "Link": in.Base + "/invite/" + token,
	}}
}

// judge tidies a list and finds what is wrong with each of it.
func (o *Scoped) judge(tx *gorm.DB, inviter Role, in Inviting) ([]InviteInput, error) {
	if len(in.People) > InvitesMax {
		return nil, &Error{Code: CodeInvalid, Field: "addresses", Key: KeyInvitesMany}
	}
	out := slices.Clone(in.People)
	seen := map[string]bool{}
	var emails []string
	for i := range out {
		out[i].Fault = tidyInvite(&out[i], inviter)
		if out[i].Fault == "" && seen[out[i].Email] {
			out[i].Fault = KeyInviteTwice
		}
		seen[out[i].Email] = true
		if out[i].Fault == "" {
			emails = append(emails, out[i].Email)
		}
	}
	members, invited, err := o.known(tx, emails)
	if err != nil {
		return nil, err
	}
	used, err := o.seatsUsed(tx)
	if err != nil {
		return nil, err
	}
	for i := range out {
		p := &out[i]
		switch {
		case p.Fault != "":
		case members[p.Email]:
			p.Fault = KeyInviteMember
		case invited[p.Email]:
			p.Fault = KeyInviteOpen
		case in.Seats > 0 && used >= in.Seats:
			p.Fault = KeySeatsUsed
		default:
			used++
		}
	}
	return out, nil
}

func tidyInvite(p *InviteInput, inviter Role) string {
	email, fault := checkEmail(p.Email)
	if fault != nil {
		p.Email = truncate(cleanName(p.Email), 120)
		return fault.Key
	}
	p.Email, p.Name = email, truncate(cleanName(p.Name), nameMax)
	if p.Role = Role(strings.ToLower(strings.TrimSpace(string(p.Role)))); p.Role == "" {
		p.Role = RoleMember
	}
	if !p.Role.Valid() {
		p.Role = Role(truncate(cleanName(string(p.Role)), 40))
		return KeyRoleInvalid
	}
	if p.Role == RoleOwner && inviter != RoleOwner {
		return KeyRoleOwner
	}
	return ""
}

// known says which of these addresses belong to members, and which are invited.
func (o *Scoped) known(tx *gorm.DB, emails []string) (members, invited map[string]bool, err error) {
	members, invited = map[string]bool{}, map[string]bool{}
	for part := range slices.Chunk(emails, 500) {
		var found []string
		err = tx.Model(&membershipRow{}).Joins("JOIN users ON users.id = memberships.user_id").
			Where("users.email IN ?", part).Pluck("users.email", &found).Error
		if err != nil {
			return nil, nil, err
		}
		for _, email := range found {
			members[email] = true
		}
		found = nil
		if err = openInvites(tx, o.store.now()).Where("email IN ?", part).Pluck("email", &found).Error; err != nil {
			return nil, nil, err
		}
		for _, email := range found {
			invited[email] = true
		}
	}
	return members, invited, nil
}

func openInvites(tx *gorm.DB, now time.Time) *gorm.DB {
	return tx.Model(&invitationRow{}).Where("accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?", now)
}

// seatsUsed counts members and everybody who has been asked and may still say yes.
func (o *Scoped) seatsUsed(tx *gorm.DB) (int, error) {
	var members, invited int64
	if err := tx.Model(&membershipRow{}).Count(&members).Error; err != nil {
		return 0, err
	}
	err := openInvites(tx, o.store.now()).Count(&invited).Error
	return int(members + invited), err
}

// SeatsUsed is how many people belong to the organization or have been asked to.
func (o *Scoped) SeatsUsed(ctx context.Context) (used int, err error) {
	err = o.read(ctx, "count seats", func(tx *gorm.DB) error {
		used, err = o.seatsUsed(tx)
		return err
	})
	return used, err
}

// InviteQuery asks for one page of an organization's invitations.
type InviteQuery struct {
	Search string
	State  string // one of the states; "" = open ones and expired ones
	Page   int    // from 1
}

// Invitations gives one page, newest first, and how many there are in all.
func (o *Scoped) Invitations(ctx context.Context, q InviteQuery) ([]Invitation, int, error) {
	var rows []invitationRow
	var total int64
	now := o.store.now()
	err := o.read(ctx, "list invitations", func(tx *gorm.DB) error {
		if err := q.filter(tx, now).Count(&total).Error; err != nil {
			return err
		}
		return q.filter(tx, now).Order("sent_at DESC, id DESC").Limit(PageSize).Offset((PageWithin(q.Page, int(total), PageSize) - 1) * PageSize).Find(&rows).Error
	})
	out := make([]Invitation, len(rows))
	for i, r := range rows {
		out[i] = r.invitation(now)
	}
	return out, int(total), err
}

func (q InviteQuery) filter(tx *gorm.DB, now time.Time) *gorm.DB {
	tx = tx.Model(&invitationRow{})
	switch q.State {
	case InviteAccepted:
		tx = tx.Where("accepted_at IS NOT NULL")
	case InviteWithdrawn:
		tx = tx.Where("withdrawn_at IS NOT NULL")
	case InviteOpen:
		tx = tx.Where("accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?", now)
	case InviteExpired:
		tx = tx.Where("accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at <= ?", now)
	default:
		tx = tx.Where("accepted_at IS NULL AND withdrawn_at IS NULL")
	}
	if words := contains(q.Search); words != "" {
		tx = tx.Where(`email LIKE ? ESCAPE '\' OR lower(name) LIKE ? ESCAPE '\'`, words, words)
	}
	return tx
}

// ResendInvite sends the mail again with a new link; the old link is void.
func (o *Scoped) ResendInvite(ctx context.Context, by UserID, id string, in Inviting) error {
	return o.manage(ctx, "send an invitation again", by, func(tx *gorm.DB, org orgRow) error {
		row, err := findInvite(tx, id)
		if err != nil {
			return err
		}
		var inviter userRow
		if err := first(tx.Where("id = ?", string(by)), &inviter, "person"); err != nil {
			return err
		}
		now, token := o.store.now(), randomToken(32)
		err = tx.Model(&invitationRow{}).Where("id = ?", id).
			Updates(map[string]any{"token_hash": hashToken(token), "sent_at": now, "expires_at": now.Add(inviteFor)}).Error
		if err != nil {
			return err
		}
		if err := o.store.putMails(tx, []OutMail{inviteMail(row.Email, row.Name, inviter.Name, org.Name, token, in)}); err != nil {
			return err
		}
		return record(tx, now, by, "invitation.resend", id, row.Email)
	})
}

// WithdrawInvite voids an invitation. One that was accepted is no invitation any
// more.
func (o *Scoped) WithdrawInvite(ctx context.Context, by UserID, id string) error {
	return o.manage(ctx, "withdraw an invitation", by, func(tx *gorm.DB, _ orgRow) error {
		row, err := findInvite(tx, id)
		if err != nil {
			return err
		}
		now := o.store.now()
		if err := tx.Model(&invitationRow{}).Where("id = ?", id).Update("withdrawn_at", now).Error; err != nil {
			return err
		}
		return record(tx, now, by, "invitation.withdraw", id, row.Email)
	})
}

// findInvite locks an invitation that is neither accepted nor withdrawn.
func findInvite(tx *gorm.DB, id string) (invitationRow, error) {
	var row invitationRow
	if err := parseID(OrgID(id)); err != nil {
		return row, err
	}
	open := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ? AND accepted_at IS NULL AND withdrawn_at IS NULL", id)
	return row, first(open, &row, "invitation")
}

func mayManage(tx *gorm.DB, by UserID) (Role, error) {
	role, err := roleOf(tx, by)
	if err == nil && !role.CanManage() {
		err = forbidden("only owners and admins manage people")
	}
	return role, err
}
