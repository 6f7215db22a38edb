package billing

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"parley/tenants"
)

// Discount is what is taken off a price: a share or an amount.
type Discount struct {
	BasisPoints int    // hundredths of a percent; 0 when an amount is taken off
	AmountOff   int64  // minor units, off each invoice; 0 when a share is taken off
	Currency    string // ISO 4217, lower case; of AmountOff
}

// Off is what is taken off an amount in minor units, to the nearest one.
func (d Discount) Off(amount int64) int64 {
	if d.BasisPoints > 0 {
		return (amount*int64(d.BasisPoints) + 5_000) / 10_000
	}
	return min(d.AmountOff, max(amount, 0))
}

// How long a discount is taken off a subscription's invoices.
const (
	DiscountOnce    = "once"      // the first invoice that asks for money
	DiscountMonths  = "repeating" // so many months
	DiscountForever = "forever"
)

// Promotion is a code that buyers may type on the payment page, and what it gives.
// https://docs.stripe.com/billing/subscriptions/coupons
type Promotion struct {
	ID, Code string
	Name     string // on invoices; the code when empty
	Discount
	Duration string // DiscountOnce, DiscountMonths or DiscountForever
	Months   int    // of DiscountMonths
	MaxUses  int    // 0 is no limit
	Uses     int
	Expires  time.Time // zero is never
	Active   bool      // can be used now: not stopped, not expired, not used up
	Created  time.Time
}

// The sentences of what can be wrong with a code, in the message catalogue.
const (
	KeyPromotionCode    = "error.billing.promotioncode"
	KeyPromotionOff     = "error.billing.promotionoff"
	KeyPromotionMonths  = "error.billing.promotionmonths"
	KeyPromotionUses    = "error.billing.promotionuses"
	KeyPromotionExpires = "error.billing.promotionexpires"
	KeyPromotionTaken   = "error.billing.promotiontaken"
)

const (
	promotionMonthsMost = 36
	promotionUsesMost   = 1_000_000
	promotionNameMost   = 40 // Stripe's own limit
)

// codeForm is what can be said on a telephone and typed from a poster.
var codeForm = regexp.MustCompile(`^[A-Z0-9]{3,24}$`)

// Validate says which field is at fault, by code, off, months, uses or expires.
func (p Promotion) Validate(now time.Time) error {
	wrong := func(field, key string) error {
		return &tenants.Error{Code: tenants.CodeInvalid, Field: field, Key: key, Err: fmt.Errorf("billing: a promotion's %s is out of range", field)}
	}
	share := p.BasisPoints > 0 && p.BasisPoints <= 10_000 && p.AmountOff == 0
	amount := p.AmountOff > 0 && p.BasisPoints == 0 && len(p.Currency) == 3
	switch {
	case !codeForm.MatchString(p.Code) || len([]rune(p.Name)) > promotionNameMost:
		return wrong("code", KeyPromotionCode)
	case !share && !amount:
		return wrong("off", KeyPromotionOff)
	case p.Duration == DiscountMonths && (p.Months < 1 || p.Months > promotionMonthsMost),
		p.Duration != DiscountMonths && p.Duration != DiscountOnce && p.Duration != DiscountForever:
		return wrong("months", KeyPromotionMonths)
	case p.MaxUses < 0 || p.MaxUses > promotionUsesMost:
		return wrong("uses", KeyPromotionUses)
	case !p.Expires.IsZero() && !p.Expires.After(now):
		return wrong("expires", KeyPromotionExpires)
	}
	return nil
}

// CreatePromotion makes a code. The key is of the form that was sent: the same one
// makes the code once, however often it is sent. Faults name their field, as
// [Promotion.Validate] does; a code that another active one has is a fault of "code".
func (s *Service) CreatePromotion(ctx context.Context, key string, p Promotion) (Promotion, error) {
	p.Code, p.Name = strings.ToUpper(strings.TrimSpace(p.Code)), strings.TrimSpace(p.Name)
	if err := p.Validate(s.now()); err != nil {
		return Promotion{}, err
	}
	made, err := s.gw.CreatePromotion(ctx, "parley-promotion-"+key, p)
	if errors.Is(err, ErrRejected) {
		err = &tenants.Error{Code: tenants.CodeTaken, Field: "code", Key: KeyPromotionTaken, Err: err}
	}
	return made, err
}

// Promotions lists codes, newest first, from the one after another ("" begins).
func (s *Service) Promotions(ctx context.Context, after string, limit int) (page []Promotion, more bool, err error) {
	return s.gw.Promotions(ctx, after, limit)
}

// StopPromotion lets nobody use a code any more; who has used it keeps the
// discount.
func (s *Service) StopPromotion(ctx context.Context, id string) error {
	err := s.gw.StopPromotion(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return &tenants.Error{Code: tenants.CodeNotFound, Err: err}
	}
	return err
}
