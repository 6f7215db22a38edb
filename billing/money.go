package billing

import (
	"slices"
	"time"

	"parley/billing/ledger"
)

// Payment is money that a customer paid, and what became of it.
type Payment struct {
	ID       string // of the charge
	At       time.Time
	Amount   int64  // minor units
	Currency string // ISO 4217, upper case
	Plan     string // what it was for, as far as the invoice says
	Pack     string // or which pack of stickers, as its own tag says
	Refunds  []Refund
	Disputes []Dispute
}

// Refund is money given back.
type Refund struct {
	ID     string
	At     time.Time
	Amount int64
	Failed bool // it came back to us
}

// Dispute is a payment that the customer's bank questions.
type Dispute struct {
	ID    string
	Moves []DisputeMove
	Lost  bool
}

// DisputeMove is money that a dispute moved: the bank takes it, and gives it
// back when the dispute is won.
type DisputeMove struct {
	ID     string
	At     time.Time
	Amount int64 // negative when it was taken
}

// Entries say how payments stand in the books. They follow from the present
// state alone, so it does not matter by which way it was reached. Amounts are
// before Stripe's fees.
func entries(all []Payment) (out []ledger.Transaction) {
	for _, p := range all {
		cash, sold := ledger.Account{Kind: ledger.Cash}, ledger.Account{Kind: ledger.Revenue, Ref: p.thing()}
		back := ledger.Account{Kind: ledger.Refunds, Ref: p.thing()}
		out = append(out, ledger.Move(p.ID, "payment", p.At, p.Amount, p.Currency, sold, cash))
		for _, r := range p.Refunds {
			if r.Amount == 0 {
				continue
			}
			out = append(out, ledger.Move(r.ID, "refund", r.At, r.Amount, p.Currency, cash, back))
			if r.Failed {
				out = append(out, ledger.Move(r.ID+":failed", "refund failed", r.At, r.Amount, p.Currency, back, cash))
			}
		}
		for _, d := range p.Disputes {
			out = append(out, d.entries(p.Currency)...)
		}
	}
	return out
}

// thing is what was sold, as the books call it.
func (p Payment) thing() string {
	if p.Pack != "" {
		return "pack:" + p.Pack
	}
	return p.Plan
}

func (d Dispute) entries(currency string) (out []ledger.Transaction) {
	cash, disputed := ledger.Account{Kind: ledger.Cash}, ledger.Account{Kind: ledger.Disputed}
	var taken int64
	var last time.Time
	moves := slices.Clone(d.Moves)
	slices.SortFunc(moves, func(a, b DisputeMove) int { return a.At.Compare(b.At) })
	for _, m := range moves {
		if m.Amount == 0 {
			continue
		}
		taken, last = taken-m.Amount, m.At
		out = append(out, ledger.Move(m.ID, "dispute", m.At, -m.Amount, currency, cash, disputed))
	}
	if d.Lost && taken != 0 {
		out = append(out, ledger.Move(d.ID+":lost", "dispute lost", last, taken, currency, disputed, ledger.Account{Kind: ledger.Losses}))
	}
	return out
}
