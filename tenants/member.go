package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// OrgsOf lists the organizations that a person belongs to, oldest membership
// first.
func (s *Store) OrgsOf(ctx context.Context, id UserID) ([]Membership, error) {
	if err := parseID(id); err != nil {
		return nil, err
	}
	var rows []struct {
		Role  Role
		Since time.Time
		Org   orgRow `gorm:"embedded"`
	}
	err := s.db.Knowing(ctx, KnowsUserID, string(id), func(tx *gorm.DB) error {
		return tx.Model(&membershipRow{}).Joins("JOIN organizations ON organizations.id = memberships.tenant_id").
			Select("memberships.role, memberships.created_at AS since, organizations.*").
			Where("memberships.user_id = ?", string(id)). // as the wall does: what a page lets somebody do hangs on this
			Order("memberships.created_at, memberships.tenant_id").Scan(&rows).Error
	})
	if err != nil {
		return nil, wrap(err, "list a person's organizations")
	}
	out := make([]Membership, len(rows))
	for i, r := range rows {
		out[i] = Membership{Org: r.Org.organization(), User: id, Role: r.Role, Since: r.Since.UTC()}
	}
	return out, nil
}

// Role says what a person may do here. Who is no member gets [CodeForbidden].
func (o *Scoped) Role(ctx context.Context, user UserID) (Role, error) {
	var role Role
	err := o.read(ctx, "find a member's role", func(tx *gorm.DB) error {
		var err error
		role, err = roleOf(tx, user)
		return err
	})
	return role, err
}

func roleOf(tx *gorm.DB, user UserID) (Role, error) {
	if org := supportOf(tx.Statement.Context); org != "" && user == "" && org == scopeOf(tx.Statement.Context).tenant {
		return RoleAdmin, nil // an operator's look, which writes nothing
	}
	if parseID(user) != nil {
		return "", forbidden("nobody")
	}
	var rows []membershipRow
	if err := tx.Where("user_id = ?", string(user)).Find(&rows).Error; err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", forbidden("not a member of this organization")
	}
	return rows[0].Role, nil
}

func (s *Store) insertMember(tx *gorm.DB, user UserID, role Role) error {
	now := s.now()
	if err := tx.Create(&membershipRow{UserID: user, Role: role, CreatedAt: now}).Error; err != nil {
		return err
	}
	return publish(tx, EventMemberAdded, now, map[string]any{"user_id": user, "role": role})
}
