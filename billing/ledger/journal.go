package ledger

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

// journalRow is a posting as the whole service sees it: by month, without the
// organization's wall around it. Cash is left out; it mirrors the rest. Nobody
// changes it.
type journalRow struct {
	OrgID         tenants.OrgID `gorm:"primaryKey"`
	TransactionID string        `gorm:"primaryKey"`
	Line          int           `gorm:"primaryKey;autoIncrement:false"`
	Month         int
	Kind          Kind
	Ref           string
	Currency      string
	Amount        int64
}

// TableName is where it lies.
func (journalRow) TableName() string { return "ledger_journal" }

// MonthOf numbers the month of a moment, in UTC: 202603.
func MonthOf(at time.Time) int {
	y, m, _ := at.UTC().Date()
	return y*100 + int(m)
}

// journal enters transactions of an organization into the service's journal.
func journal(tx *gorm.DB, org tenants.OrgID, fresh []Transaction) error {
	var rows []journalRow
	for _, t := range fresh {
		for at, p := range t.Postings {
			if p.Account.Kind == Cash {
				continue
			}
			rows = append(rows, journalRow{org, t.ID, at + 1, MonthOf(t.HappenedAt), p.Account.Kind, p.Account.Ref, p.Currency, p.Amount})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := tx.CreateInBatches(&rows, batch).Error; err != nil {
		return fmt.Errorf("ledger: write the journal: %w", err)
	}
	return nil
}

// MonthSum is what all organizations' books say of one month, account and
// currency.
type MonthSum struct {
	Month    int // 202603
	Account  Account
	Currency string
	Amount   int64 // minor units; more of the kind is more
	Postings int
}

// Months adds the journal up, from one month to another, both with it, in the
// order of months and accounts. Cash is not among it: in each currency it is what
// was sold, less what was given back, is disputed, or was lost. The transaction is
// one in no organization.
func Months(tx *gorm.DB, from, until int) ([]MonthSum, error) {
	var rows []struct {
		Month         int
		Kind          Kind
		Ref, Currency string
		Amount        int64
		Postings      int
	}
	err := tx.Model(&journalRow{}).Select("month, kind, ref, currency, CAST(SUM(amount) AS bigint) AS amount, COUNT(*) AS postings").
		Where("month BETWEEN ? AND ?", from, until).Group("month, kind, ref, currency").Order("month, kind, ref, currency").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("ledger: add the journal up: %w", err)
	}
	out := make([]MonthSum, len(rows))
	for i, r := range rows {
		out[i] = MonthSum{r.Month, Account{r.Kind, r.Ref}, r.Currency, r.Amount * r.Kind.side(), r.Postings}
	}
	return out, nil
}

// VerifyJournal adds to a report where the service's journal says something else
// of an organization than its books do.
func VerifyJournal(tx *gorm.DB, org tenants.OrgID, r *Report) error {
	var rows []struct {
		Kind          Kind
		Ref, Currency string
		Amount        int64
	}
	err := tx.Model(&journalRow{}).Select("kind, ref, currency, CAST(SUM(amount) AS bigint) AS amount").
		Where("org_id = ?", string(org)).Group("kind, ref, currency").Order("kind, ref, currency").Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("ledger: add the journal up: %w", err)
	}
	sums := map[key]int64{}
	for _, row := range rows {
		sums[key{Account{row.Kind, row.Ref}, row.Currency}] = row.Amount * row.Kind.side()
	}
	for _, b := range r.Balances {
		k := key{b.Account, b.Currency}
		if b.Account.Kind != Cash && sums[k] != b.Amount {
			r.fault("journal", "it says %d for %s in %s, and the balance %d", sums[k], k.Account, k.currency, b.Amount)
		}
		delete(sums, k)
	}
	for k, sum := range sums {
		r.fault("journal", "it says %d for %s in %s, and there is no such account", sum, k.Account, k.currency)
	}
	return nil
}
