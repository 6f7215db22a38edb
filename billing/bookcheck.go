package billing

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

// BooksCheck is what a look at all books found.
type BooksCheck struct {
	At           time.Time
	Books        int // organizations that have some
	Transactions int
	Faults       int
	FirstFault   string // in a sentence; "" when they agree
}

// checkRow is one such look.
type checkRow struct {
	At           time.Time `gorm:"primaryKey"`
	Books        int
	Transactions int
	Faults       int
	FirstFault   string
}

// TableName is where it lies.
func (checkRow) TableName() string { return "ledger_checks" }

const (
	booksBatch = 200
	// BooksEvery is how often the books are checked by themselves.
	BooksEvery = 24 * time.Hour
	checksKept = 90 * 24 * time.Hour
)

// CheckBooks recomputes the books of all organizations, also of those that are
// gone, and keeps what it found.
func (s *Service) CheckBooks(ctx context.Context) (BooksCheck, error) {
	found := BooksCheck{At: s.now()}
	for after := tenants.OrgID(""); ; {
		orgs, err := s.Books(ctx, after, booksBatch)
		if err != nil {
			return found, err
		}
		for _, org := range orgs {
			report, err := s.VerifyBooks(ctx, org)
			if err != nil {
				return found, err
			}
			found.Books++
			found.Transactions += report.Transactions
			if len(report.Faults) > 0 && found.FirstFault == "" {
				found.FirstFault = oneLine(string(org)+": "+report.Faults[0].String(), 300)
			}
			found.Faults += len(report.Faults)
		}
		if len(orgs) < booksBatch {
			break
		}
		after = orgs[len(orgs)-1]
	}
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		if err := tx.Delete(&checkRow{}, "at < ?", found.At.Add(-checksKept)).Error; err != nil {
			return err
		}
		row := checkRow(found)
		return tx.Save(&row).Error
	})
	if err != nil {
		return found, fmt.Errorf("billing: keep what the check of the books found: %w", err)
	}
	return found, nil
}

// LastBooksCheck is what the last check found; its At is zero when there was none.
func (s *Service) LastBooksCheck(ctx context.Context) (BooksCheck, error) {
	var rows []checkRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Order("at DESC").Limit(1).Find(&rows).Error })
	if err != nil || len(rows) == 0 {
		return BooksCheck{}, err
	}
	last := BooksCheck(rows[0])
	last.At = last.At.UTC()
	return last, nil
}
