package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/text/currency"
)

// Transaction is one event of money, as it is booked.
type Transaction struct {
	// ID is that of the cause at the payment provider, and is booked once.
	ID string
	// What says in a word what happened: payment, refund, …
	What string
	// HappenedAt is the time of the cause, to the second.
	HappenedAt time.Time
	Postings   []Posting
}

// Posting is one line of a transaction.
type Posting struct {
	Account  Account
	Currency string // ISO 4217, upper case
	Amount   int64  // minor units; a debit is positive, a credit negative
}

// Move is the transaction that takes an amount from one account to another: a
// credit here and the debit there. A negative amount goes the other way.
func Move(id, what string, at time.Time, amount int64, currency string, from, to Account) Transaction {
	return Transaction{ID: id, What: what, HappenedAt: at, Postings: []Posting{
		{Account: to, Currency: currency, Amount: amount},
		{Account: from, Currency: currency, Amount: -amount},
	}}
}

// Validate says what is wrong with a transaction; always an ErrInvalid.
func (t Transaction) Validate() error {
	switch {
	case t.ID == "" || len(t.ID) > idLength:
		return fmt.Errorf("%w: its id is empty or longer than %d bytes", ErrInvalid, idLength)
	case t.What == "" || len(t.What) > refLength:
		return fmt.Errorf("%w: %s does not say in a few words what happened", ErrInvalid, t.ID)
	case t.HappenedAt.IsZero():
		return fmt.Errorf("%w: %s does not say when", ErrInvalid, t.ID)
	case len(t.Postings) < 2 || len(t.Postings) > 50:
		return fmt.Errorf("%w: %s has %d postings; two at least, fifty at most", ErrInvalid, t.ID, len(t.Postings))
	}
	sums := map[string]int64{}
	for _, p := range t.Postings {
		if err := p.validate(); err != nil {
			return fmt.Errorf("%s: %w", t.ID, err)
		}
		sums[p.Currency] += p.Amount
	}
	for _, code := range slices.Sorted(maps.Keys(sums)) {
		if sums[code] != 0 {
			return fmt.Errorf("%w: the postings of %s in %s sum to %d, not to zero", ErrInvalid, t.ID, code, sums[code])
		}
	}
	return nil
}

func (p Posting) validate() error {
	if err := p.Account.validate(); err != nil {
		return err
	}
	if p.Amount == 0 || p.Amount > amountMost || p.Amount < -amountMost {
		return fmt.Errorf("%w: an amount of %d", ErrInvalid, p.Amount)
	}
	if !currencyForm.MatchString(p.Currency) {
		return fmt.Errorf("%w: %q is no currency of ISO 4217", ErrInvalid, p.Currency)
	}
	if _, err := currency.ParseISO(p.Currency); err != nil {
		return fmt.Errorf("%w: %q is no currency of ISO 4217", ErrInvalid, p.Currency)
	}
	return nil
}

// happened is the time as it is kept and compared.
func (t Transaction) happened() time.Time { return t.HappenedAt.UTC().Truncate(time.Second) }

// digest stands for the whole content. Two transactions of one id with the same
// digest are the same; one that somebody altered in the database has another.
func (t Transaction) digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %d\n", t.ID, t.What, t.happened().Unix())
	for _, p := range t.Postings {
		fmt.Fprintf(h, "%q %q %s %d\n", p.Account.Kind, p.Account.Ref, p.Currency, p.Amount)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// moves sums the postings by account, as the change of each balance. An account
// whose postings cancel out is among them, with zero: it is used all the same.
func (t Transaction) moves() map[key]int64 {
	change := map[key]int64{}
	for _, p := range t.Postings {
		change[key{p.Account, p.Currency}] += p.Amount * p.Account.Kind.side()
	}
	return change
}
