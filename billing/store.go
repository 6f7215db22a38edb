package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/billing/ledger"
	"parley/tenants"
)

// eventRow remembers that an event of Stripe has been dealt with.
type eventRow struct {
	ID        string `gorm:"primaryKey"`
	Type      string
	HandledAt time.Time
}

// TableName is where it lies.
func (eventRow) TableName() string { return "stripe_events" }

// subscriptionRow is the mirror of one organization.
type subscriptionRow struct {
	TenantID          tenants.TenantID `gorm:"primaryKey" known:"stripe_customer=customer_id"`
	CustomerID        *string
	CustomerTry       int
	SubscriptionID    string
	Plan              string
	PlanVersion       int
	Status            string
	PayInterval       string
	Seats             int
	PeriodEnd         *time.Time
	CancelAtPeriodEnd bool
	PastDueSince      *time.Time
	CompedPlan        string
	CompedVersion     int
	RenewalStopped    string   // the subscription whose renewal we have stopped ourselves
	HadOne            bool     // it has a subscription, or had one
	TrialTold         bool     // those who pay know when its one trial ends
	Terms             termsRow `gorm:"embedded"`
	Revision          int64
	UpdatedAt         time.Time
}

// termsRow is what is taken off a subscription's price.
type termsRow struct {
	DiscountLabel       string
	DiscountBasisPoints int
	DiscountAmount      int64
	DiscountCurrency    string
	DiscountOnce        bool
	DiscountUntil       *time.Time
}

func termsOf(d AppliedDiscount) termsRow {
	t := termsRow{
		DiscountLabel: d.Label, DiscountBasisPoints: d.BasisPoints, DiscountAmount: d.AmountOff, DiscountCurrency: d.Currency, DiscountOnce: d.Once,
	}
	if !d.Until.IsZero() {
		t.DiscountUntil = &d.Until
	}
	return t
}

func (t termsRow) discount() AppliedDiscount {
	d := AppliedDiscount{
		Discount: Discount{BasisPoints: t.DiscountBasisPoints, AmountOff: t.DiscountAmount, Currency: t.DiscountCurrency},
		Label:    t.DiscountLabel, Once: t.DiscountOnce,
	}
	if t.DiscountUntil != nil {
		d.Until = *t.DiscountUntil
	}
	return d
}

// TableName is where it lies.
func (subscriptionRow) TableName() string { return "subscriptions" }

func (r subscriptionRow) customer() string {
	if r.CustomerID == nil {
		return ""
	}
	return *r.CustomerID
}

func (r subscriptionRow) subscription() Subscription {
	s := Subscription{
		Plan: r.Plan, Status: r.Status, Interval: r.PayInterval, CustomerID: r.customer(), SubscriptionID: r.SubscriptionID,
		CancelAtPeriodEnd: r.CancelAtPeriodEnd, PastDueSince: r.PastDueSince, Seats: r.Seats, Version: r.PlanVersion,
		HadOne: r.HadOne, Discount: r.Terms.discount(),
	}
	if r.PeriodEnd != nil {
		s.PeriodEnd = *r.PeriodEnd
	}
	return s
}

// mirrored is the row after Stripe said what the customer has now: nil for
// nothing at all.
func (r subscriptionRow) mirrored(now *RemoteSubscription) subscriptionRow {
	next := subscriptionRow{
		TenantID: r.TenantID, CustomerID: r.CustomerID, CustomerTry: r.CustomerTry, CompedPlan: r.CompedPlan, CompedVersion: r.CompedVersion,
		RenewalStopped: r.RenewalStopped, Revision: r.Revision, PlanVersion: 1, HadOne: r.HadOne, TrialTold: r.TrialTold,
	}
	if now == nil {
		return next
	}
	next.HadOne = r.HadOne || now.Status != StatusIncomplete && now.Status != StatusIncompleteExpired
	next.Terms = termsOf(now.Discount)
	next.SubscriptionID, next.Plan, next.PlanVersion, next.Status = now.ID, now.Plan, max(now.Version, 1), now.Status
	next.PayInterval, next.Seats = now.Interval, now.Seats
	next.CancelAtPeriodEnd, next.PastDueSince = now.CancelAtPeriodEnd, now.PastDueSince
	if end := now.PeriodEnd; !end.IsZero() {
		next.PeriodEnd = &end
	}
	return next
}

// duplicateRow is a subscription that was paid beside a running one.
type duplicateRow struct {
	TenantID       tenants.TenantID `gorm:"primaryKey"`
	SubscriptionID string           `gorm:"primaryKey"`
	KeptID         string
	FoundAt        time.Time
	SettledAt      *time.Time
}

// TableName is where it lies.
func (duplicateRow) TableName() string { return "duplicate_payments" }

// eventMemory is how long the id of an event is kept. Stripe sends one again for
// three days by itself, for thirty on request; a later repeat does no harm.
const eventMemory = 90 * 24 * time.Hour

// errStale: somebody else wrote the mirror since it was read.
var errStale = errors.New("billing: the mirror has moved on")

// errRepeated: the event has been dealt with before.
var errRepeated = errors.New("billing: the event is a repeat")

// row reads an organization's mirror; none is an empty one with its id.
func (s *Service) row(ctx context.Context, org tenants.OrgID) (subscriptionRow, error) {
	var rows []subscriptionRow
	err := s.db.ReadOrg(ctx, org, func(tx *gorm.DB) error { return tx.Limit(1).Find(&rows).Error })
	if err != nil {
		return subscriptionRow{}, fmt.Errorf("billing: read the subscription: %w", err)
	}
	if len(rows) == 0 {
		return subscriptionRow{TenantID: tenants.TenantID(org)}, nil
	}
	return rows[0], nil
}

// orgOf finds whose customer it is, by what we stored; "" is nobody's.
func (s *Service) orgOf(ctx context.Context, customer string) (tenants.OrgID, error) {
	var rows []subscriptionRow
	err := s.db.Knowing(ctx, tenants.KnowsStripeCustomer, customer, func(tx *gorm.DB) error {
		return tx.Where("customer_id = ?", customer).Limit(1).Find(&rows).Error
	})
	if err != nil {
		return "", fmt.Errorf("billing: find the customer's organization: %w", err)
	}
	if len(rows) == 0 {
		return "", nil
	}
	return tenants.OrgID(rows[0].TenantID), nil
}

// OrgOfCustomer finds the organization that is a customer at Stripe, for the
// operator; [tenants.CodeNotFound] when none of ours is.
func (s *Service) OrgOfCustomer(ctx context.Context, customer string) (tenants.OrgID, error) {
	org, err := s.orgOf(ctx, customer)
	if err == nil && org == "" {
		err = fault(tenants.CodeNotFound, tenants.KeyNotFound, ErrNoCustomer)
	}
	return org, err
}

func (s *Service) handled(ctx context.Context, event string) (bool, error) {
	var n int64
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Model(&eventRow{}).Where("id = ?", event).Count(&n).Error
	})
	if err != nil {
		return false, fmt.Errorf("billing: look the event up: %w", err)
	}
	return n > 0, nil
}

// ensureRow makes the organization's row if there is none yet.
func (s *Service) ensureRow(tx *gorm.DB, org tenants.OrgID) error {
	return tx.Clauses(clause.OnConflict{DoNothing: true}).
		Create(&subscriptionRow{TenantID: tenants.TenantID(org), PlanVersion: 1, CompedVersion: 1, UpdatedAt: s.now()}).Error
}

// state is what Stripe says of a customer, as we write it down.
type state struct {
	mirror     subscriptionRow
	price      Plan // the version that is paid for
	duplicates []duplicateRow
	money      []ledger.Transaction
}

// writeMirror remembers the event (if there is one) and the state, with the money
// in the books, in one transaction, provided that nobody has written since before
// was read.
func (s *Service) writeMirror(ctx context.Context, org tenants.OrgID, now state, e *Event) error {
	next := now.mirror
	err := s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		if err := s.rememberEvent(tx, e); err != nil {
			return err
		}
		moved := tx.Model(&subscriptionRow{}).Where("revision = ? AND customer_id = ?", next.Revision, next.customer()).
			Select("subscription_id", "plan", "plan_version", "status", "pay_interval", "seats", "period_end", "cancel_at_period_end", "past_due_since", "revision", "updated_at",
				"had_one", "discount_label", "discount_basis_points", "discount_amount", "discount_currency", "discount_once", "discount_until").
			Updates(subscriptionRow{
				HadOne: next.HadOne, Terms: next.Terms,
				SubscriptionID: next.SubscriptionID, Plan: next.Plan, PlanVersion: next.PlanVersion, Status: next.Status, PayInterval: next.PayInterval, Seats: next.Seats,
				PeriodEnd: next.PeriodEnd, CancelAtPeriodEnd: next.CancelAtPeriodEnd, PastDueSince: next.PastDueSince,
				Revision: next.Revision + 1, UpdatedAt: s.now(),
			})
		if moved.Error != nil {
			return moved.Error
		}
		if moved.RowsAffected == 0 {
			return errStale
		}
		next.Revision++
		if err := s.noteChange(tx, next.changed(now.price, s.now())); err != nil {
			return err
		}
		if _, err := ledger.Post(tx, org, s.now(), now.money...); err != nil {
			return err
		}
		if len(now.duplicates) == 0 {
			return nil
		}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&now.duplicates).Error
	})
	if err != nil && !errors.Is(err, errStale) && !errors.Is(err, errRepeated) {
		return fmt.Errorf("billing: write the mirror: %w", err)
	}
	return err
}

// rememberEvent notes that an event is dealt with in the caller's transaction, where
// there is one; errRepeated when it was before.
func (s *Service) rememberEvent(tx *gorm.DB, e *Event) error {
	if e == nil {
		return nil
	}
	made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&eventRow{ID: e.ID, Type: e.Type, HandledAt: s.now()})
	if made.Error != nil {
		return made.Error
	}
	if made.RowsAffected == 0 {
		return errRepeated
	}
	return tx.Delete(&eventRow{}, "handled_at < ?", s.now().Add(-eventMemory)).Error
}

// keepCustomer stores the organization's customer, unless there is one already.
func (s *Service) keepCustomer(ctx context.Context, org tenants.OrgID, try int, id string) error {
	err := s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		if err := s.ensureRow(tx, org); err != nil {
			return err
		}
		return tx.Model(&subscriptionRow{}).Where("customer_id IS NULL AND customer_try = ?", try).
			Updates(map[string]any{"customer_id": id, "revision": gorm.Expr("revision + 1"), "updated_at": s.now()}).Error
	})
	if err != nil {
		return fmt.Errorf("billing: store the customer: %w", err)
	}
	return nil
}

// dropCustomer forgets a customer that Stripe does not know any more, and what
// it had; the next one is made under a new key.
func (s *Service) dropCustomer(ctx context.Context, org tenants.OrgID, id string) error {
	err := s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		dropped := tx.Model(&subscriptionRow{}).Where("customer_id = ?", id).Updates(map[string]any{
			"customer_id": nil, "customer_try": gorm.Expr("customer_try + 1"), "revision": gorm.Expr("revision + 1"),
			"subscription_id": "", "plan": "", "plan_version": 1, "status": "", "pay_interval": "", "seats": 0,
			"period_end": nil, "cancel_at_period_end": false, "past_due_since": nil, "renewal_stopped": "", "updated_at": s.now(),
			"discount_label": "", "discount_basis_points": 0, "discount_amount": 0, "discount_currency": "", "discount_once": false, "discount_until": nil,
		})
		if dropped.Error != nil || dropped.RowsAffected == 0 {
			return dropped.Error
		}
		return s.noteUnpaid(tx)
	})
	if err != nil {
		return fmt.Errorf("billing: forget the customer: %w", err)
	}
	return nil
}

func (s *Service) duplicates(ctx context.Context, org tenants.OrgID) ([]duplicateRow, error) {
	var rows []duplicateRow
	err := s.db.ReadOrg(ctx, org, func(tx *gorm.DB) error {
		return tx.Order("found_at DESC, subscription_id").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("billing: read the duplicate payments: %w", err)
	}
	return rows, nil
}

func (s *Service) markSettled(ctx context.Context, org tenants.OrgID, subscription string) error {
	err := s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		return tx.Model(&duplicateRow{}).Where("subscription_id = ?", subscription).Update("settled_at", s.now()).Error
	})
	if err != nil {
		return fmt.Errorf("billing: note the refund: %w", err)
	}
	return nil
}

// OrganizationTables are the tables of this package that belong to organizations, in the order in which the rows of one that is erased
// can go.
func OrganizationTables() []string {
	return []string{"duplicate_payments", "checkout_attempts", "dunning", "subscriptions"}
}
