package ledger

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
)

// accounts are an organization's balances while somebody books.
type accounts struct {
	balance map[key]int64
	opened  map[key]bool  // are in the database
	change  map[key]int64 // is not yet
}

func readAccounts(tx *gorm.DB) (accounts, error) {
	a := accounts{balance: map[key]int64{}, opened: map[key]bool{}, change: map[key]int64{}}
	var rows []accountRow
	if err := tx.Find(&rows).Error; err != nil {
		return a, fmt.Errorf("ledger: read the balances: %w", err)
	}
	for _, r := range rows {
		a.balance[r.key()], a.opened[r.key()] = r.Balance, true
	}
	return a, nil
}

// apply adds a transaction, unless a promise forbids it. What counts is where it
// leaves each balance, not the order of its postings.
func (a accounts) apply(t Transaction) error {
	moves := t.moves()
	for k, by := range moves {
		if by < 0 && k.Kind.NeverNegative() && a.balance[k]+by < 0 {
			return fmt.Errorf("%w: %s takes %d of %d in %s, %s", ErrInsufficient, t.ID, -by, a.balance[k], k.currency, k.Account)
		}
	}
	for k, by := range moves {
		a.balance[k] += by
		a.change[k] += by
	}
	return nil
}

// write moves the balances in the database. It repeats the promise there: what
// apply has reckoned is never trusted with money alone.
func (a accounts) write(tx *gorm.DB) error {
	keys := slices.SortedFunc(maps.Keys(a.change), compareKeys)
	if err := a.open(tx, keys); err != nil {
		return err
	}
	for _, k := range keys {
		by := a.change[k]
		done := tx.Model(&accountRow{}).
			Where("kind = ? AND ref = ? AND currency = ?", k.Kind, k.Ref, k.currency).
			Where("NOT never_negative OR balance + ? >= 0", by).
			Update("balance", gorm.Expr("balance + ?", by))
		if done.Error != nil {
			return fmt.Errorf("ledger: change the balance of %s: %w", k.Account, done.Error)
		}
		if done.RowsAffected == 0 {
			return fmt.Errorf("ledger: the balance of %s in %s did not take %d", k.Account, k.currency, by)
		}
	}
	return nil
}

// open makes the accounts that are used for the first time.
func (a accounts) open(tx *gorm.DB, keys []key) error {
	var fresh []accountRow
	for _, k := range keys {
		if !a.opened[k] {
			fresh = append(fresh, accountRow{Kind: k.Kind, Ref: k.Ref, Currency: k.currency, NeverNegative: k.Kind.NeverNegative()})
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := tx.Create(&fresh).Error; err != nil {
		return fmt.Errorf("ledger: open accounts: %w", err)
	}
	return nil
}
