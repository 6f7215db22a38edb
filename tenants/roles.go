package tenants

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ChangeRole gives a member another role. Admins may not touch owners nor make
// any; the last owner stays one. Faults: [CodeForbidden], [CodeNotFound],
// [CodeTaken] with [KeyOwnerNeeded].
func (o *Scoped) ChangeRole(ctx context.Context, by, who UserID, role Role) error {
	if !role.Valid() {
		return invalid("role", KeyRoleInvalid)
	}
	return o.withOwners(ctx, "change a role", func(tx *gorm.DB, owners []UserID) error {
		before, err := mayTouch(tx, by, who)
		if err != nil || before == role {
			return err
		}
		mine, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if role == RoleOwner && mine != RoleOwner {
			return forbidden("only owners make owners")
		}
		if before == RoleOwner && len(owners) < 2 {
			return &Error{Code: CodeTaken, Field: "role", Key: KeyOwnerNeeded}
		}
		if err := setRole(tx, who, role); err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "member.role", string(who), fmt.Sprintf("%s → %s", before, role))
	})
}

// RemoveMember takes a person out of the organization. Their rooms stay. The
// last owner stays too.
func (o *Scoped) RemoveMember(ctx context.Context, by, who UserID) error {
	return o.withOwners(ctx, "remove a member", func(tx *gorm.DB, owners []UserID) error {
		before, err := mayTouch(tx, by, who)
		if err != nil {
			return err
		}
		return o.dropMember(tx, by, who, before, owners, "member.remove")
	})
}

// Leave takes oneself out of the organization. The last owner has to hand it over
// before.
func (o *Scoped) Leave(ctx context.Context, who UserID) error {
	return o.withOwners(ctx, "leave an organization", func(tx *gorm.DB, owners []UserID) error {
		before, err := roleOf(tx, who)
		if err != nil {
			return err
		}
		return o.dropMember(tx, who, who, before, owners, "member.leave")
	})
}

// HandOver makes another member an owner and oneself an admin, in one step.
func (o *Scoped) HandOver(ctx context.Context, by, to UserID) error {
	return o.withOwners(ctx, "hand an organization over", func(tx *gorm.DB, _ []UserID) error {
		mine, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if mine != RoleOwner {
			return forbidden("only an owner hands over")
		}
		before, err := memberRole(tx, to)
		if err != nil {
			return err
		}
		if by == to {
			return invalid("to", KeyHandOverSelf)
		}
		if err := setRole(tx, to, RoleOwner); err != nil {
			return err
		}
		if err := setRole(tx, by, RoleAdmin); err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "member.handover", string(to), fmt.Sprintf("%s → owner", before))
	})
}

// withOwners runs fn while nobody else can change who owns the organization. Of
// two owners who want to leave at once, the second one finds that the first is
// gone. The organization's own row is what they queue on, without keeping out
// those who only refer to it; to lock the owners' rows instead leads to deadlocks,
// since PostgreSQL also locks rows that have ceased to be an owner's meanwhile.
func (o *Scoped) withOwners(ctx context.Context, tried string, fn func(tx *gorm.DB, owners []UserID) error) error {
	return o.write(ctx, tried, func(tx *gorm.DB) error {
		queue := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
		if err := queue.Where("id = ?", string(o.org)).Take(&orgRow{}).Error; err != nil {
			return err
		}
		var owners []membershipRow
		if err := tx.Where("role = ?", RoleOwner).Order("user_id").Find(&owners).Error; err != nil {
			return err
		}
		ids := make([]UserID, len(owners))
		for i, row := range owners {
			ids[i] = row.UserID
		}
		return fn(tx, ids)
	})
}

// mayTouch gives the role of a member whom this person may change.
func mayTouch(tx *gorm.DB, by, who UserID) (Role, error) {
	mine, err := roleOf(tx, by)
	if err != nil {
		return "", err
	}
	if !mine.CanManage() {
		return "", forbidden("only owners and admins manage people")
	}
	theirs, err := memberRole(tx, who)
	if err != nil {
		return "", err
	}
	if theirs == RoleOwner && mine != RoleOwner {
		return "", forbidden("only owners change owners")
	}
	return theirs, nil
}

// memberRole is the role of somebody who was named; who is no member is not there.
func memberRole(tx *gorm.DB, who UserID) (Role, error) {
	if err := parseID(who); err != nil {
		return "", err
	}
	role, err := roleOf(tx, who)
	if CodeOf(err) == CodeForbidden {
		return "", notFound("member")
	}
	return role, err
}

func setRole(tx *gorm.DB, who UserID, role Role) error {
	return tx.Model(&membershipRow{}).Where("user_id = ?", string(who)).Update("role", role).Error
}

func (o *Scoped) dropMember(tx *gorm.DB, by, who UserID, before Role, owners []UserID, action string) error {
	if before == RoleOwner && len(owners) < 2 {
		return &Error{Code: CodeTaken, Field: "role", Key: KeyOwnerNeeded}
	}
	if err := tx.Where("user_id = ?", string(who)).Delete(&membershipRow{}).Error; err != nil {
		return err
	}
	now := o.store.now()
	if err := publish(tx, EventMemberRemoved, now, map[string]any{"user_id": who, "role": before}); err != nil {
		return err
	}
	return record(tx, now, by, action, string(who), string(before))
}
