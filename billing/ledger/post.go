package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants"
)

// Post books transactions in the organization of the caller's transaction on
// the database: all of them or, with an error, none. What is booked already is
// left alone. It returns those that were new.
func Post(tx *gorm.DB, org tenants.OrgID, now time.Time, all ...Transaction) (fresh []Transaction, err error) {
	for _, t := range all {
		if err := t.Validate(); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	if err := lock(tx, org, now); err != nil {
		return nil, err
	}
	fresh, err = unbooked(tx, all)
	if err != nil || len(fresh) == 0 {
		return nil, err
	}
	a, err := readAccounts(tx)
	if err != nil {
		return nil, err
	}
	for _, t := range fresh {
		if err := a.apply(t); err != nil {
			return nil, err
		}
	}
	return fresh, errors.Join(a.write(tx), enter(tx, org, now, fresh))
}

// lock makes the caller the only one who writes in the organization's books,
// until the end of its transaction on the database. Without it, two that book
// several things each would wait for each other crosswise.
func lock(tx *gorm.DB, org tenants.OrgID, now time.Time) error {
	for range 2 {
		var rows []bookRow
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ?", string(org)).Limit(1).Find(&rows).Error; err != nil {
			return fmt.Errorf("ledger: take the books: %w", err)
		}
		if len(rows) > 0 {
			return nil
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&bookRow{OrgID: org, OpenedAt: now}).Error; err != nil {
			return fmt.Errorf("ledger: open the books: %w", err)
		}
	}
	return nil // they were made here, so nobody else can have them
}

// unbooked leaves out what is booked already, or stands there twice.
func unbooked(tx *gorm.DB, all []Transaction) (fresh []Transaction, err error) {
	known := make(map[string]string, len(all)) // digests by id
	for some := range slices.Chunk(all, batch) {
		ids := make([]string, len(some))
		for i, t := range some {
			ids[i] = t.ID
		}
		var rows []transactionRow
		if err := tx.Select("id", "digest").Where("id IN ?", ids).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("ledger: look up what is booked: %w", err)
		}
		for _, r := range rows {
			known[r.ID] = r.Digest
		}
	}
	for _, t := range all {
		have, booked := known[t.ID]
		if booked && have != t.digest() {
			return nil, fmt.Errorf("%w: %s", ErrDiffers, t.ID)
		}
		if !booked {
			known[t.ID], fresh = t.digest(), append(fresh, t)
		}
	}
	return fresh, nil
}

// enter writes transactions and their postings, and the journal.
func enter(tx *gorm.DB, org tenants.OrgID, now time.Time, fresh []Transaction) error {
	rows := make([]transactionRow, len(fresh))
	var lines []postingRow
	for i, t := range fresh {
		rows[i] = transactionRow{ID: t.ID, What: t.What, HappenedAt: t.happened(), BookedAt: now, Digest: t.digest()}
		for at, p := range t.Postings {
			lines = append(lines, postingRow{
				TransactionID: t.ID, Line: at + 1, Kind: p.Account.Kind, Ref: p.Account.Ref, Currency: p.Currency, Amount: p.Amount,
			})
		}
	}
	if err := tx.CreateInBatches(&rows, batch).Error; err != nil {
		return fmt.Errorf("ledger: write the transactions: %w", err)
	}
	if err := tx.CreateInBatches(&lines, batch).Error; err != nil {
		return fmt.Errorf("ledger: write the postings: %w", err)
	}
	return journal(tx, org, fresh)
}
