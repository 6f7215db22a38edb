package billing

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/billing/ledger"
	"parley/tenants"
)

// SyncBuyer fetches what a person paid and writes it down, without waiting for an
// event: on the page after a payment, and to heal what got lost.
func (s *Service) SyncBuyer(ctx context.Context, user tenants.UserID) error {
	buyer, known, err := s.buyerOf(ctx, user)
	if err != nil || !known {
		return err
	}
	_, err = s.mirrorBuyer(ctx, buyer.ID, nil)
	return err
}

// handleBuyer does what an event about a person's customer asks for, once; news
// reports whether this was the first time.
func (s *Service) handleBuyer(ctx context.Context, event Event, customer string) (change Change, news bool, err error) {
	buyer, known, err := s.oneBuyer(ctx, "customer_id = ?", customer)
	if err != nil {
		return Change{}, false, err
	}
	if !known {
		s.log.Warn("a Stripe event is about a customer that nobody here has", "event", event.ID, "type", event.Type, "customer", customer)
		return Change{outcome: OutcomeNobody}, false, nil
	}
	repeat, err := s.handled(ctx, event.ID)
	if err != nil {
		return Change{}, false, err
	}
	if repeat { // Stripe also repeats what we failed at, so a refund that did not go through is tried again
		return Change{}, false, s.settleBuyer(ctx, buyer)
	}
	news, err = s.mirrorBuyer(ctx, buyer.ID, &event)
	return Change{}, news, err
}

// mirrorBuyer writes down what a person has bought, and gives back what they paid
// twice; news reports whether the event was handled now and not before.
func (s *Service) mirrorBuyer(ctx context.Context, id string, event *Event) (news bool, err error) {
	var buyer buyerRow
	err = untilWritten("buyer "+id, func() error {
		var err error
		if buyer, _, err = s.oneBuyer(ctx, "id = ?", id); err != nil || buyer.customer() == "" {
			return err
		}
		return s.mirrorBuyerOnce(ctx, buyer, event)
	})
	if err != nil && !errors.Is(err, errRepeated) || buyer.customer() == "" {
		return false, err
	}
	return err == nil && event != nil, s.settleBuyer(ctx, buyer)
}

func (s *Service) mirrorBuyerOnce(ctx context.Context, buyer buyerRow, event *Event) error {
	paid, err := s.gw.Payments(ctx, buyer.customer())
	if errors.Is(err, ErrNoCustomer) {
		s.log.Warn("Stripe does not know a buyer's customer any more", "buyer", buyer.ID, "customer", buyer.customer())
		err = nil
	}
	if err != nil {
		return err
	}
	return s.writePurchases(ctx, buyer, paid, event)
}

// writePurchases remembers the event (if there is one), what was bought and the
// money in the books, in one transaction, provided that nobody has written since
// the buyer was read.
func (s *Service) writePurchases(ctx context.Context, b buyerRow, paid []Payment, e *Event) error {
	rows := make([]purchaseRow, 0, len(paid))
	for _, p := range purchases(paid) {
		rows = append(rows, purchaseRow{
			PaymentID: p.Payment, BuyerID: b.ID, PackID: p.Pack, Amount: p.Amount, Currency: p.Currency, Refunded: p.Refunded, State: p.State, PaidAt: p.At, UpdatedAt: s.now(),
		})
	}
	err := s.db.InOrg(ctx, b.books(), func(tx *gorm.DB) error {
		if err := s.rememberEvent(tx, e); err != nil {
			return err
		}
		moved := tx.Model(&buyerRow{}).Where("id = ? AND revision = ?", b.ID, b.Revision).
			Updates(map[string]any{"revision": b.Revision + 1, "updated_at": s.now()})
		if moved.Error != nil {
			return moved.Error
		}
		if moved.RowsAffected == 0 {
			return errStale
		}
		if _, err := ledger.Post(tx, b.books(), s.now(), entries(paid)...); err != nil || len(rows) == 0 {
			return err
		}
		present := clause.OnConflict{
			Columns:   []clause.Column{{Name: "payment_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"refunded", "state", "updated_at"}),
		}
		return tx.Clauses(present).Create(&rows).Error
	})
	if err != nil && !errors.Is(err, errStale) && !errors.Is(err, errRepeated) {
		return fmt.Errorf("billing: write what somebody bought: %w", err)
	}
	return err
}

// settleBuyer gives back what was paid for a pack that was theirs already. It may be
// repeated at every step: what is to be given back is written down, the refund has a
// key of its own, and its event writes that it is done.
func (s *Service) settleBuyer(ctx context.Context, b buyerRow) error {
	all, err := s.purchasesOf(ctx, b)
	if err != nil {
		return err
	}
	gave := false
	for _, p := range all {
		if p.State != PurchaseDuplicate {
			continue
		}
		s.log.Warn("somebody paid for a pack twice; the newer payment is given back", "buyer", b.ID, "payment", p.Payment, "pack", p.Pack)
		if err := s.gw.RefundPayment(ctx, p.Payment); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		gave = true
	}
	if !gave {
		return nil
	}
	return s.noteRefund(ctx, b.ID)
}

// noteRefund writes what a refund of ours changed; when somebody else wrote
// meanwhile, theirs is as new.
func (s *Service) noteRefund(ctx context.Context, id string) error {
	buyer, known, err := s.oneBuyer(ctx, "id = ?", id)
	if err != nil || !known || buyer.customer() == "" {
		return err
	}
	paid, err := s.gw.Payments(ctx, buyer.customer())
	if err == nil {
		err = s.writePurchases(ctx, buyer, paid, nil)
	}
	if errors.Is(err, errStale) || errors.Is(err, ErrNoCustomer) {
		return nil
	}
	return err
}
