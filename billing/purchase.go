package billing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

// PurchaseState is what became of a payment for a pack.
type PurchaseState string

// The states of a purchase.
const (
	PurchaseOwned     PurchaseState = "owned"
	PurchaseDuplicate PurchaseState = "duplicate" // the pack was theirs already; it is being given back
	PurchaseRefunded  PurchaseState = "refunded"  // all of it
	PurchaseDisputed  PurchaseState = "disputed"  // the bank has the money until it has decided
	PurchaseLost      PurchaseState = "lost"      // the bank keeps it
)

// Purchase is one payment for a pack.
type Purchase struct {
	Payment  string // id of the charge at Stripe
	Pack     string
	Amount   int64  // minor units
	Currency string // ISO 4217, upper case
	Refunded int64  // of the amount
	State    PurchaseState
	At       time.Time
}

type purchaseRow struct {
	PaymentID string `gorm:"primaryKey"`
	BuyerID   string
	PackID    string
	Amount    int64
	Currency  string
	Refunded  int64
	State     PurchaseState
	PaidAt    time.Time
	UpdatedAt time.Time
}

// TableName is where it lies.
func (purchaseRow) TableName() string { return "pack_purchases" }

func (r purchaseRow) purchase() Purchase {
	return Purchase{Payment: r.PaymentID, Pack: r.PackID, Amount: r.Amount, Currency: r.Currency, Refunded: r.Refunded, State: r.State, At: r.PaidAt.UTC()}
}

// purchases says what became of each payment for a pack. It follows from the
// present state alone, so it does not matter by which way it was reached. Of two
// payments that stand for the same pack the older one counts.
func purchases(all []Payment) (out []Purchase) {
	paid := slices.DeleteFunc(slices.Clone(all), func(p Payment) bool { return p.Pack == "" })
	slices.SortFunc(paid, func(a, b Payment) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	standing := map[string]bool{}
	for _, p := range paid {
		state := p.state()
		if state == PurchaseOwned && standing[p.Pack] {
			state = PurchaseDuplicate
		}
		standing[p.Pack] = standing[p.Pack] || state == PurchaseOwned
		out = append(out, Purchase{Payment: p.ID, Pack: p.Pack, Amount: p.Amount, Currency: p.Currency, Refunded: p.refunded(), State: state, At: p.At})
	}
	return out
}

// state is what became of one payment, whatever else was paid. A part that was
// given back changes nothing: that is the operator's kindness.
func (p Payment) state() PurchaseState {
	var away int64
	for _, d := range p.Disputes {
		if d.Lost {
			return PurchaseLost
		}
		for _, m := range d.Moves {
			away -= m.Amount
		}
	}
	switch {
	case p.refunded() >= p.Amount:
		return PurchaseRefunded
	case away > 0:
		return PurchaseDisputed
	}
	return PurchaseOwned
}

func (p Payment) refunded() (sum int64) {
	for _, r := range p.Refunds {
		if !r.Failed {
			sum += r.Amount
		}
	}
	return sum
}

// Purchases lists what a person paid for packs, newest first.
func (s *Service) Purchases(ctx context.Context, user tenants.UserID) ([]Purchase, error) {
	buyer, known, err := s.buyerOf(ctx, user)
	if err != nil || !known {
		return nil, err
	}
	return s.purchasesOf(ctx, buyer)
}

func (s *Service) purchasesOf(ctx context.Context, b buyerRow) ([]Purchase, error) {
	var rows []purchaseRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Where("buyer_id = ?", b.ID).Order("paid_at DESC, payment_id DESC").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("billing: read what somebody bought: %w", err)
	}
	out := make([]Purchase, len(rows))
	for i, r := range rows {
		out[i] = r.purchase()
	}
	return out, nil
}

// OwnedPacks says which packs a person has bought and still has, by id. Nobody, as
// "", owns none.
func (s *Service) OwnedPacks(ctx context.Context, user tenants.UserID) (map[string]bool, error) {
	owned := map[string]bool{}
	if user == "" {
		return owned, nil
	}
	all, err := s.Purchases(ctx, user)
	for _, p := range all {
		if p.State == PurchaseOwned {
			owned[p.Pack] = true
		}
	}
	return owned, err
}
