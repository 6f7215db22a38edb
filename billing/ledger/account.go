package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
)

// Kind says what an account counts.
type Kind string

// The kinds of accounts. More money raises the balance of each; which side of
// the books that is, is the kind's own affair.
const (
	// Cash is what the payment provider holds for us, before its own fees.
	Cash Kind = "cash"
	// Revenue is what was sold; the account's Ref says of what.
	Revenue Kind = "revenue"
	// Refunds is what was given back of it.
	Refunds Kind = "refunds"
	// Disputed is what banks have taken back until a dispute is decided.
	Disputed Kind = "disputed"
	// Losses is what stayed with the banks.
	Losses Kind = "losses"
	// Credit is what an organization has paid in advance and may still use up.
	Credit Kind = "credit"
)

// nature is what is fixed about a kind.
type nature struct {
	side          int64 // 1: a debit raises the balance; -1: a credit does
	neverNegative bool
}

func (k Kind) nature() (n nature, known bool) {
	switch k {
	case Cash, Refunds, Disputed, Losses:
		return nature{side: 1}, true
	case Revenue:
		return nature{side: -1}, true
	case Credit:
		return nature{side: -1, neverNegative: true}, true
	}
	return nature{}, false
}

func (k Kind) side() int64 {
	n, _ := k.nature()
	return n.side
}

// NeverNegative reports whether balances of the kind are promised not to go
// below zero.
func (k Kind) NeverNegative() bool {
	n, _ := k.nature()
	return n.neverNegative
}

// Account is where money is counted: a kind, and within it what it is for. Its
// balance is kept for each organization and currency apart.
type Account struct {
	Kind Kind
	Ref  string // a plan's id, say; "" when the kind says it all
}

// String is kind:ref.
func (a Account) String() string {
	if a.Ref == "" {
		return string(a.Kind)
	}
	return string(a.Kind) + ":" + a.Ref
}

func (a Account) validate() error {
	if _, known := a.Kind.nature(); !known {
		return fmt.Errorf("%w: no kind of account is called %q", ErrInvalid, a.Kind)
	}
	if len(a.Ref) > refLength {
		return fmt.Errorf("%w: the account %.80s… is for something with too long a name", ErrInvalid, a)
	}
	return nil
}

// key is an account in one currency: what has a balance.
type key struct {
	Account
	currency string
}

func compareKeys(a, b key) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.currency, b.currency))
}

const (
	refLength = 100
	idLength  = 200
	// amountMost bounds one posting, so that no sum can overflow: ten thousand
	// million of a currency with two decimals.
	amountMost = 1_000_000_000_000
)

// currencyForm is how ISO 4217 writes a currency.
var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

// What can be wrong with a transaction.
var (
	// ErrInvalid: it is no transaction: it does not balance, or names what does
	// not exist.
	ErrInvalid = errors.New("ledger: not a transaction")
	// ErrDiffers: something else is booked under this id.
	ErrDiffers = errors.New("ledger: something else is booked under this id")
	// ErrInsufficient: an account that never goes below zero has too little.
	ErrInsufficient = errors.New("ledger: the balance does not reach")
)
