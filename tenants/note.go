package tenants

import (
	"context"

	"gorm.io/gorm"
)

// note writes what a person did with their own account into the audit log of
// each organization that they belong to, once it is done. It belongs to no
// organization, so it cannot be part of one transaction with them; a log that
// cannot be written undoes nothing, and our own log says so.
func (s *Store) note(ctx context.Context, user UserID, action, detail string) {
	orgs, err := s.OrgsOf(ctx, user)
	for _, m := range orgs {
		err = s.db.InOrg(ctx, m.Org.ID, func(tx *gorm.DB) error {
			return record(tx, s.now(), user, action, string(user), detail)
		})
		if err != nil {
			break
		}
	}
	if err != nil {
		s.log.Error("audit log not written", "action", action, "err", err)
	}
}
