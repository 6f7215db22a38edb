package ledger

import (
	"fmt"

	"gorm.io/gorm"

	"parley/tenants"
)

// batch is how many rows are looked up at once.
const batch = 500

// Balance is what an account holds in one currency.
type Balance struct {
	Account  Account
	Currency string
	Amount   int64 // minor units; more of the kind is more
}

// Balances lists the accounts of the transaction's organization, by kind.
func Balances(tx *gorm.DB) ([]Balance, error) {
	var rows []accountRow
	if err := tx.Order("kind, ref, currency").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("ledger: read the balances: %w", err)
	}
	out := make([]Balance, len(rows))
	for i, r := range rows {
		out[i] = Balance{Account{r.Kind, r.Ref}, r.Currency, r.Balance}
	}
	return out, nil
}

// Side is 1 for an account whose debits raise it, -1 for one whose credits do:
// over all accounts of a currency, side times balance sums to zero.
func (b Balance) Side() int64 { return b.Account.Kind.side() }

// Transactions lists what is booked after a transaction, in the order of ids;
// "" begins.
func Transactions(tx *gorm.DB, after string, limit int) ([]Transaction, error) {
	entries, err := readEntries(tx, after, limit)
	out := make([]Transaction, len(entries))
	for i, e := range entries {
		out[i] = e.Transaction
	}
	return out, err
}

// entry is a transaction as the database has it.
type entry struct {
	Transaction
	digestKept string
}

func readEntries(tx *gorm.DB, after string, limit int) ([]entry, error) {
	var rows []transactionRow
	if err := tx.Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("ledger: read the transactions: %w", err)
	}
	ids, at := make([]string, len(rows)), make(map[string]int, len(rows))
	out := make([]entry, len(rows))
	for i, r := range rows {
		ids[i], at[r.ID] = r.ID, i
		out[i] = entry{Transaction{ID: r.ID, What: r.What, HappenedAt: r.HappenedAt.UTC()}, r.Digest}
	}
	var lines []postingRow
	if err := tx.Where("transaction_id IN ?", ids).Order("transaction_id, line").Find(&lines).Error; err != nil {
		return nil, fmt.Errorf("ledger: read the postings: %w", err)
	}
	for _, l := range lines {
		e := &out[at[l.TransactionID]]
		e.Postings = append(e.Postings, l.posting())
	}
	return out, nil
}

// Books lists the organizations that have books, also those that are gone, in
// the order of ids; "" begins. The transaction is one in no organization.
func Books(tx *gorm.DB, after tenants.OrgID, limit int) ([]tenants.OrgID, error) {
	var rows []bookRow
	s := tx.Order("org_id").Limit(limit)
	if after != "" {
		s = s.Where("org_id > ?", string(after))
	}
	if err := s.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("ledger: list the books: %w", err)
	}
	out := make([]tenants.OrgID, len(rows))
	for i, r := range rows {
		out[i] = r.OrgID
	}
	return out, nil
}
