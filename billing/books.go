package billing

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"parley/billing/ledger"
	"parley/tenants"
)

// VerifyBooks recomputes an organization's books and says what does not agree,
// also with what the service's journal has of them.
// The organization may be gone: its books stay.
func (s *Service) VerifyBooks(ctx context.Context, org tenants.OrgID) (report ledger.Report, err error) {
	err = s.db.ReadOrg(ctx, org, func(tx *gorm.DB) error {
		if report, err = ledger.Verify(tx); err != nil {
			return err
		}
		return ledger.VerifyJournal(tx, org, &report)
	})
	if err != nil {
		return ledger.Report{}, fmt.Errorf("billing: verify the books: %w", err)
	}
	return report, nil
}

// Books lists the organizations that have books, also those that are gone, in
// the order of ids; after "" it begins.
func (s *Service) Books(ctx context.Context, after tenants.OrgID, limit int) (orgs []tenants.OrgID, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		orgs, err = ledger.Books(tx, after, limit)
		return err
	})
	return orgs, err
}

// KeptTables are the tables of this package that belong to organizations and
// stay when one is erased, because the law wants the books kept.
func KeptTables() []string {
	return []string{"ledger_transactions", "ledger_accounts", "ledger_postings"}
}
