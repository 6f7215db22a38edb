package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants"
)

// buyerRow is a person who has bought something, or was about to. Its id is that
// of their books; see package ledger, to which they are an organization like any.
type buyerRow struct {
	ID          string  `gorm:"primaryKey"`
	UserID      *string // nil once the person is deleted
	CustomerID  *string
	CustomerTry int
	Revision    int64
	UpdatedAt   time.Time
}

// TableName is where it lies.
func (buyerRow) TableName() string { return "buyers" }

func (b buyerRow) customer() string {
	if b.CustomerID == nil {
		return ""
	}
	return *b.CustomerID
}

// books is what the person's books are kept under.
func (b buyerRow) books() tenants.OrgID { return tenants.OrgID(b.ID) }

// buyerOf finds somebody as a buyer; known is false for who never was one.
func (s *Service) buyerOf(ctx context.Context, user tenants.UserID) (row buyerRow, known bool, err error) {
	return s.oneBuyer(ctx, "user_id = ?", string(user))
}

func (s *Service) oneBuyer(ctx context.Context, where, value string) (row buyerRow, known bool, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Take(&row, where, value).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return buyerRow{}, false, nil
	}
	if err != nil {
		return buyerRow{}, false, fmt.Errorf("billing: find a buyer: %w", err)
	}
	return row, true, nil
}

// ensureBuyer finds somebody as a buyer, or makes them one. Of two tabs at once the
// second finds the first one's.
func (s *Service) ensureBuyer(ctx context.Context, user tenants.UserID) (row buyerRow, err error) {
	id, who := uuid.NewString(), string(user)
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		fresh := buyerRow{ID: id, UserID: &who, UpdatedAt: s.now()}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
			return err
		}
		return tx.Take(&row, "user_id = ?", who).Error
	})
	if err != nil {
		return row, fmt.Errorf("billing: make a buyer: %w", err)
	}
	return row, nil
}

// ensureBuyersCustomer gives a person their one customer at Stripe. One that was
// deleted there is replaced. Stripe is told the address, for its receipt, and not
// the name.
func (s *Service) ensureBuyersCustomer(ctx context.Context, user tenants.UserID, email string) (buyerRow, error) {
	for range 3 {
		row, err := s.ensureBuyer(ctx, user)
		if err != nil {
			return row, err
		}
		if id := row.customer(); id != "" {
			err := s.gw.DescribeCustomer(ctx, id, "", email)
			if err == nil || !errors.Is(err, ErrNoCustomer) {
				return row, err
			}
			if err := s.dropBuyersCustomer(ctx, row); err != nil {
				return row, err
			}
			continue
		}
		id, err := s.gw.CreateBuyer(ctx, row.ID, fmt.Sprintf("parley-buyer-%s-%d", row.ID, row.CustomerTry))
		if err != nil {
			return row, err
		}
		if err := s.keepBuyersCustomer(ctx, row, id); err != nil {
			return row, err
		}
	}
	return buyerRow{}, fmt.Errorf("billing: the customer of person %s does not last", user)
}

func (s *Service) keepBuyersCustomer(ctx context.Context, b buyerRow, customer string) error {
	return s.changeBuyer(ctx, "store a buyer's customer", map[string]any{"customer_id": customer},
		"id = ? AND customer_id IS NULL AND customer_try = ?", b.ID, b.CustomerTry)
}

// dropBuyersCustomer forgets a customer that Stripe does not know any more; the
// next one is made under a new key. What was bought through it stays bought.
func (s *Service) dropBuyersCustomer(ctx context.Context, b buyerRow) error {
	return s.changeBuyer(ctx, "forget a buyer's customer", map[string]any{"customer_id": nil, "customer_try": gorm.Expr("customer_try + 1")},
		"id = ? AND customer_id = ?", b.ID, b.customer())
}

func (s *Service) changeBuyer(ctx context.Context, tried string, set map[string]any, where string, args ...any) error {
	set["revision"], set["updated_at"] = gorm.Expr("revision + 1"), s.now()
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		return tx.Model(&buyerRow{}).Where(where, args...).Updates(set).Error
	})
	if err != nil {
		return fmt.Errorf("billing: %s: %w", tried, err)
	}
	return nil
}

// ForgetBuyer cuts what a person bought off from them, in the transaction in which
// they are deleted. The books stay, under an id that leads to nobody. Stripe, which
// has their address, is told by an errand: see [Service.ForgetCustomer].
func (s *Service) ForgetBuyer(tx *gorm.DB, user tenants.UserID) error {
	var row buyerRow
	err := tx.Take(&row, "user_id = ?", string(user)).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err == nil {
		err = tx.Model(&row).Updates(map[string]any{"user_id": nil, "revision": gorm.Expr("revision + 1"), "updated_at": s.now()}).Error
	}
	if err == nil && row.customer() != "" {
		err = tenants.Later(tx, tenants.Job{Kind: tenants.ErrandCustomer, Org: row.books(), Ref: row.customer()}, s.now())
	}
	if err != nil {
		return fmt.Errorf("billing: forget a buyer: %w", err)
	}
	return nil
}

// ForgetCustomer takes name and e-mail address off the customer of somebody who is
// erased; its payments stay there, as the books do here. Doing it again changes
// nothing, and that Stripe does not know the customer any more is no fault.
func (s *Service) ForgetCustomer(ctx context.Context, customer string) error {
	err := s.gw.ForgetCustomer(ctx, customer)
	if errors.Is(err, ErrNoCustomer) || unsold(err) {
		return nil
	}
	return err
}
