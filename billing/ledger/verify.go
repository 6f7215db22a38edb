package ledger

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
)

// Fault is something in the books that does not agree.
type Fault struct {
	Where string // a transaction's id, or an account with its currency
	What  string // in a sentence
}

// String is both.
func (f Fault) String() string { return f.Where + ": " + f.What }

// Report is what a check of one organization's books found.
type Report struct {
	Transactions, Postings int
	Balances               []Balance
	Faults                 []Fault
}

// Verify recomputes the books of the transaction's organization from their
// postings: every transaction balances and is as it was booked, every balance
// is the sum of its postings, and what never goes below zero is not.
//
// The transaction must see one state of the database throughout, as those of
// [parley/tenants.DB.ReadOrg] do.
func Verify(tx *gorm.DB) (Report, error) {
	var r Report
	sums := map[key]int64{}
	for after := ""; ; {
		entries, err := readEntries(tx, after, batch)
		if err != nil {
			return r, err
		}
		for _, e := range entries {
			r.entry(e, sums)
		}
		if len(entries) < batch {
			break
		}
		after = entries[len(entries)-1].ID
	}
	if err := r.strays(tx); err != nil {
		return r, err
	}
	return r, r.accounts(tx, sums)
}

func (r *Report) fault(where, format string, v ...any) {
	r.Faults = append(r.Faults, Fault{where, fmt.Sprintf(format, v...)})
}

// entry checks one transaction, and adds its postings up.
func (r *Report) entry(e entry, sums map[key]int64) {
	r.Transactions++
	r.Postings += len(e.Postings)
	if err := e.Validate(); err != nil {
		r.fault(e.ID, "%v", err)
	}
	if e.digest() != e.digestKept {
		r.fault(e.ID, "it is not as it was booked: somebody changed it, or one of its postings")
	}
	for _, p := range e.Postings {
		sums[key{p.Account, p.Currency}] += p.Amount * p.Account.Kind.side()
	}
}

// strays are postings without a transaction.
func (r *Report) strays(tx *gorm.DB) error {
	var all int64
	if err := tx.Model(&postingRow{}).Count(&all).Error; err != nil {
		return fmt.Errorf("ledger: count the postings: %w", err)
	}
	if n := all - int64(r.Postings); n != 0 {
		r.fault("postings", "%d of them belong to no transaction", n)
	}
	return nil
}

// accounts compares the balances that are kept with the sums.
func (r *Report) accounts(tx *gorm.DB, sums map[key]int64) error {
	var rows []accountRow
	if err := tx.Order("kind, ref, currency").Find(&rows).Error; err != nil {
		return fmt.Errorf("ledger: read the balances: %w", err)
	}
	for _, row := range rows {
		k := row.key()
		where := k.Account.String() + " in " + k.currency
		r.Balances = append(r.Balances, Balance{k.Account, k.currency, row.Balance})
		if sums[k] != row.Balance {
			r.fault(where, "the balance says %d, its postings sum to %d", row.Balance, sums[k])
		}
		if promised := k.Kind.NeverNegative(); promised != row.NeverNegative {
			r.fault(where, "it should promise never to go below zero: %t, and the account says %t", promised, row.NeverNegative)
		}
		if row.Balance < 0 && k.Kind.NeverNegative() {
			r.fault(where, "it is below zero, which is promised never to be")
		}
		delete(sums, k)
	}
	for _, k := range slices.SortedFunc(maps.Keys(sums), compareKeys) {
		r.fault(k.Account.String()+" in "+k.currency, "there are postings and no account")
	}
	return nil
}
