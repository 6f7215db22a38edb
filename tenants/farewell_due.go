package tenants

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// EraseDue deletes people whose day has come, at most limit, and says how many it
// found. Each step can be made again: what stops in the middle goes on the next
// time, and two processes at once do no harm. A fault with one person keeps the
// others waiting no longer than until the next call. Also forgets what other
// packages have about a person, in the transaction that is the last.
func (s *Store) EraseDue(ctx context.Context, limit int, also ...func(tx *gorm.DB, who UserID) error) (int, error) {
	var due []userRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Where("erase_at <= ? AND erased_at IS NULL", s.now()).Order("erase_at, id").Limit(limit).Find(&due).Error
	})
	if err != nil {
		return 0, wrap(err, "find who is to be deleted")
	}
	var failed error
	for _, who := range due {
		if err := s.erase(ctx, who, also); err != nil && failed == nil {
			failed = wrap(err, "delete a person")
		}
	}
	return len(due), failed
}

// erase takes a person out of all organizations, and then out of what belongs to
// none. An empty row stays behind for what points at it: rooms that they made,
// the audit log.
func (s *Store) erase(ctx context.Context, who userRow, also []func(tx *gorm.DB, who UserID) error) error {
	ctx = WithOrigin(ctx, Origin{Via: ViaService})
	orgs, err := s.tracesOf(ctx, who.ID)
	if err != nil {
		return err
	}
	for _, id := range orgs {
		if err := s.Org(id).forget(ctx, who); err != nil {
			return err
		}
	}
	return s.db.Global(ctx, func(tx *gorm.DB) error {
		for _, forget := range also {
			if err := forget(tx, who.ID); err != nil {
				return err
			}
		}
		return s.empty(tx, who.ID)
	})
}

// tracesOf are the organizations that a person belongs to, or sat in a meeting of.
func (s *Store) tracesOf(ctx context.Context, user UserID) ([]OrgID, error) {
	var members []membershipRow
	var seats []seatRow
	err := s.db.Knowing(ctx, KnowsUserID, string(user), func(tx *gorm.DB) error {
		if err := tx.Find(&members).Error; err != nil {
			return err
		}
		return tx.Select("tenant_id").Distinct().Find(&seats).Error
	})
	var out []OrgID
	for _, m := range members {
		out = append(out, OrgID(m.Tenant))
	}
	for _, r := range seats {
		out = append(out, OrgID(r.Tenant))
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

// forget takes a person out of one organization: their membership, their name in
// its past meetings and what they wrote there, the invitation that brought them.
func (o *Scoped) forget(ctx context.Context, who userRow) error {
	return o.withOwners(ctx, "forget a person", func(tx *gorm.DB, owners []UserID) error {
		if err := forgetChat(tx, who.ID, o.store.now()); err != nil {
			return err
		}
		seats := tx.Model(&seatRow{}).Where("user_id = ?", string(who.ID))
		if err := seats.Updates(map[string]any{"name": "", "user_id": nil, "marks": ""}).Error; err != nil {
			return err
		}
		if err := tx.Where("accepted_by = ? OR email = ?", string(who.ID), who.Email).Delete(&invitationRow{}).Error; err != nil {
			return err
		}
		if err := tx.Where("subject = ?", string(who.ID)).Delete(&quotaNoticeRow{}).Error; err != nil {
			return err
		}
		if slices.Equal(owners, []UserID{who.ID}) {
			if err := o.handOn(tx, who.ID); err != nil {
				return err
			}
		}
		gone := tx.Where("user_id = ?", string(who.ID)).Delete(&membershipRow{})
		if gone.Error != nil || gone.RowsAffected == 0 {
			return gone.Error
		}
		return record(tx, o.store.now(), "", "member.erase", string(who.ID), "")
	})
}

// handOn gives an organization another owner when its last one is deleted: whose
// rights were the most, and of those who has been there longest. The last owner
// was asked to hand over and had nobody to hand over to then; those who came or
// went since cannot keep a person from being deleted. One without any other
// member is closed, and erased by a job like one that its owner has deleted.
func (o *Scoped) handOn(tx *gorm.DB, last UserID) error {
	var heirs []membershipRow
	err := tx.Where("user_id <> ?", string(last)).Order("CASE role WHEN 'admin' THEN 0 ELSE 1 END, created_at, user_id").Limit(1).Find(&heirs).Error
	if err != nil {
		return err
	}
	if len(heirs) == 0 {
		if err := o.shut(tx); err != nil {
			return err
		}
		return o.endNow(tx, last)
	}
	if err := setRole(tx, heirs[0].UserID, RoleOwner); err != nil {
		return err
	}
	return record(tx, o.store.now(), "", "member.role", string(heirs[0].UserID), string(heirs[0].Role)+" → owner")
}

// shut closes an organization that nobody belongs to any more: no room opens, no
// key signs, no link lets anybody in, and whoever met there has no name.
func (o *Scoped) shut(tx *gorm.DB) error {
	now := o.store.now()
	for _, gone := range []any{&webhookRow{}, &joinDomainRow{}, &ssoDomainRow{}, &ssoRow{}, &invitationRow{}, &inviteLinkRow{}} {
		if err := tx.Where("tenant_id = ?", string(o.org)).Delete(gone).Error; err != nil {
			return err
		}
	}
	if err := tx.Model(&seatRow{}).Where("name <> ''").Updates(map[string]any{"name": "", "user_id": nil, "marks": ""}).Error; err != nil {
		return err
	}
	if err := tx.Model(&roomRow{}).Where("archived_at IS NULL").Update("archived_at", now).Error; err != nil {
		return err
	}
	if err := tx.Model(&apiKeyRow{}).Where("revoked_at IS NULL").Update("revoked_at", now).Error; err != nil {
		return err
	}
	return tx.Model(&keyRow{}).Where("revoked_at IS NULL").Update("revoked_at", now).Error
}

// endNow makes an organization go that nobody belongs to any more: its day is
// today, whatever its owner had asked for.
func (o *Scoped) endNow(tx *gorm.DB, last UserID) error {
	now := o.store.now()
	row := deletionRow{AskedBy: last, AskedAt: now, DueAt: now}
	due := clause.OnConflict{Columns: []clause.Column{{Name: "tenant_id"}}, DoUpdates: clause.AssignmentColumns([]string{"due_at"})}
	if err := tx.Clauses(due).Create(&row).Error; err != nil {
		return err
	}
	return addJob(tx, ErrandErase, wholeOrg, now)
}

// empty takes away everything about a person that belongs to no organization. The
// nickname rests as one that was given up, and is nobody's to take back.
func (s *Store) empty(tx *gorm.DB, id UserID) error {
	var who userRow
	now := s.now()
	err := first(forUpdate(tx).Where("id = ? AND erase_at <= ? AND erased_at IS NULL", string(id), now), &who, "person")
	if CodeOf(err) == CodeNotFound {
		return nil // another process was faster
	}
	if err != nil {
		return err
	}
	for _, row := range []any{&signInRow{}, &identityRow{}, &emailTokenRow{}, &emailChangeRow{}} {
		if err := tx.Where("user_id = ?", string(id)).Delete(row).Error; err != nil {
			return err
		}
	}
	if err := tx.Where("recipient = ?", who.Email).Delete(&mailRow{}).Error; err != nil {
		return err
	}
	// The last mail: the outbox keeps the address until it is sent, and nothing else does.
	last := OutMail{Kind: mailLeft, To: who.Email, Lang: cmp.Or(who.Language, who.EraseLang), Params: map[string]string{"Name": who.Name}}
	if err := s.putMails(tx, []OutMail{last}); err != nil {
		return err
	}
	if err := tx.Model(&nicknameRow{}).Where("user_id = ?", string(id)).Update("user_id", nil).Error; err != nil {
		return err
	}
	if who.NicknameKey != nil {
		row := nicknameRow{Key: *who.NicknameKey, FreeAt: now.Add(nicknameRest)}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
	}
	if err := tx.Model(&userRow{}).Where("id = ?", string(id)).Updates(shell(id, now)).Error; err != nil {
		return err
	}
	return dropPicture(tx, who.Picture)
}

// shell is what stays of a person: the id, and when they came and went.
func shell(id UserID, now time.Time) map[string]any {
	return map[string]any{
		"email": string(id) + "@erased.invalid", "name": "", "password_hash": "", "confirmed_at": nil, "nickname": nil, "nickname_key": nil,
		"language": "", "time_zone": "", "picture": "", "findable": FoundByNobody, "show_email": false, "show_picture": false, "show_time_zone": false,
		"erase_at": nil, "erase_lang": "", "erased_at": now, "locked_for": "",
	}
}
