package billing

import (
	"context"
	"math"

	"github.com/stripe/stripe-go/v76"
)

// CreatePromotion makes a coupon, which is what is taken off, and the code that
// gives it. A coupon whose code is refused stays behind and gives nobody anything.
// https://docs.stripe.com/api/promotion_codes/create?api-version=2023-10-16
func (g *stripeGateway) CreatePromotion(ctx context.Context, key string, p Promotion) (Promotion, error) {
	coupon := &stripe.CouponParams{
		Params:   stripe.Params{Context: ctx, IdempotencyKey: stripe.String(key + "-coupon")},
		Duration: &p.Duration, Name: stripe.String(p.Code),
	}
	if p.Name != "" {
		coupon.Name = &p.Name
	}
	if p.BasisPoints > 0 {
		coupon.PercentOff = stripe.Float64(float64(p.BasisPoints) / 100)
	} else {
		coupon.AmountOff, coupon.Currency = &p.AmountOff, &p.Currency
	}
	if p.Duration == DiscountMonths {
		coupon.DurationInMonths = stripe.Int64(int64(p.Months))
	}
	off, err := g.api.Coupons.New(coupon)
	if err != nil {
		return Promotion{}, translate("make the discount", err)
	}
	code := &stripe.PromotionCodeParams{
		Params: stripe.Params{Context: ctx, IdempotencyKey: stripe.String(key + "-code")},
		Coupon: &off.ID, Code: &p.Code,
	}
	if p.MaxUses > 0 {
		code.MaxRedemptions = stripe.Int64(int64(p.MaxUses))
	}
	if !p.Expires.IsZero() {
		code.ExpiresAt = stripe.Int64(p.Expires.Unix())
	}
	made, err := g.api.PromotionCodes.New(code)
	if err != nil {
		return Promotion{}, translate("make the promotion code", err)
	}
	return promotion(made), nil
}

func (g *stripeGateway) Promotions(ctx context.Context, after string, limit int) ([]Promotion, bool, error) {
	list := &stripe.PromotionCodeListParams{}
	list.Context, list.Single = ctx, true
	list.Limit = stripe.Int64(int64(limit))
	if after != "" {
		list.StartingAfter = &after
	}
	var all []Promotion
	it := g.api.PromotionCodes.List(list)
	for it.Next() {
		all = append(all, promotion(it.PromotionCode()))
	}
	if err := it.Err(); err != nil {
		return nil, false, translate("list the promotion codes", err)
	}
	return all, it.PromotionCodeList().HasMore, nil
}

func (g *stripeGateway) StopPromotion(ctx context.Context, id string) error {
	_, err := g.api.PromotionCodes.Update(id, &stripe.PromotionCodeParams{Params: stripe.Params{Context: ctx}, Active: stripe.Bool(false)})
	return translate("stop the promotion code", err)
}

func promotion(v *stripe.PromotionCode) Promotion {
	p := Promotion{
		ID: v.ID, Code: v.Code, MaxUses: int(v.MaxRedemptions), Uses: int(v.TimesRedeemed), Active: v.Active, Created: unix(v.Created),
	}
	if v.ExpiresAt > 0 {
		p.Expires = unix(v.ExpiresAt)
	}
	if v.Coupon != nil {
		p.Name, p.Duration, p.Months, p.Discount = v.Coupon.Name, string(v.Coupon.Duration), int(v.Coupon.DurationInMonths), discountOf(v.Coupon)
	}
	return p
}

func discountOf(c *stripe.Coupon) Discount {
	return Discount{BasisPoints: int(math.Round(c.PercentOff * 100)), AmountOff: c.AmountOff, Currency: string(c.Currency)}
}
