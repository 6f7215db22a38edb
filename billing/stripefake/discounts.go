package stripefake

import (
	"math"
	"time"
)

// discount is a coupon that a subscription has.
type discount struct {
	ID            string  `json:"id"`
	Object        string  `json:"object"`
	Coupon        coupon  `json:"coupon"`
	Customer      string  `json:"customer"`
	End           *int64  `json:"end"`
	PromotionCode *string `json:"promotion_code"`
	Start         int64   `json:"start"`
	Subscription  *string `json:"subscription"`
}

type discountAmount struct {
	Amount   int64  `json:"amount"`
	Discount string `json:"discount"`
}

type totalDetails struct {
	AmountDiscount int64 `json:"amount_discount"`
	AmountShipping int64 `json:"amount_shipping"`
	AmountTax      int64 `json:"amount_tax"`
}

// off is what is taken off an amount: a share of it, or so much of it as there is.
func (v coupon) off(amount int64) int64 {
	if v.PercentOff != nil {
		return int64(math.Round(float64(amount) * *v.PercentOff / 100))
	}
	return min(*v.AmountOff, max(amount, 0))
}

// redeem gives the subscription what the session's code promises.
func (s *Server) redeem(v *session, sub *subscription) {
	code := s.st.PromotionCodes[s.st.SessionCodes[v.ID]]
	if code == nil {
		return
	}
	now := s.now()
	d := &discount{
		ID: s.st.id("di"), Object: "discount", Coupon: code.Coupon, Customer: sub.Customer, PromotionCode: &code.ID, Start: now.Unix(), Subscription: &sub.ID,
	}
	if months := code.Coupon.DurationInMonths; months != nil {
		end := addMonths(now, int(*months)).Unix()
		d.End = &end
	}
	code.TimesRedeemed++
	s.st.Coupons[code.Coupon.ID].TimesRedeemed++
	sub.Discount = d
	s.expireCodes()
	s.emit("customer.discount.created", d)
}

// discounted takes off an invoice what its subscription's discount says, at the
// time of the invoice.
func (sub *subscription) discounted(in *invoice) {
	in.Total = in.Subtotal
	if sub.Discount == nil || sub.Discount.End != nil && *sub.Discount.End <= in.Created {
		return
	}
	in.Discount = sub.Discount
	if off := sub.Discount.Coupon.off(in.Subtotal); off != 0 {
		in.TotalDiscountAmounts = []discountAmount{{off, sub.Discount.ID}}
		in.Total -= off
	}
}

// spend ends a discount that was good for one invoice, or for so many months.
func (s *Server) spend(sub *subscription, in *invoice) {
	d := sub.Discount
	if d == nil {
		return
	}
	once := d.Coupon.Duration == "once" && in.Total < in.Subtotal
	if over := d.End != nil && *d.End <= in.Created; once || over {
		sub.Discount = nil
		s.emit("customer.discount.deleted", d)
	}
}

// useCode puts a promotion code on an open session; "" takes it off again.
func (s *Server) useCode(v *session, typed string) error {
	delete(s.st.SessionCodes, v.ID)
	defer func() { s.total(v) }()
	if typed == "" {
		return nil
	}
	code := s.activeCode(typed)
	if code == nil || !v.AllowPromotionCodes || code.Coupon.Currency != nil && *code.Coupon.Currency != v.Currency {
		return refused("promotion_code_invalid", "This code is invalid.")
	}
	s.st.SessionCodes[v.ID] = code.ID
	return nil
}

// total works out what a session charges today.
func (s *Server) total(v *session) {
	v.AmountSubtotal = 0
	for _, li := range v.LineItems.Data {
		v.AmountSubtotal += li.AmountSubtotal
	}
	v.TotalDetails.AmountDiscount = 0
	if code := s.st.PromotionCodes[s.st.SessionCodes[v.ID]]; code != nil {
		v.TotalDetails.AmountDiscount = code.Coupon.off(v.AmountSubtotal)
	}
	v.AmountTotal = v.AmountSubtotal - v.TotalDetails.AmountDiscount
	if s.st.TrialDays[v.ID] > 0 {
		v.AmountSubtotal, v.AmountTotal, v.TotalDetails.AmountDiscount = 0, 0, 0
	}
}

// trialEnds is when a trial that begins now ends.
func (s *Server) trialEnds(v *session) time.Time {
	return s.now().AddDate(0, 0, int(s.st.TrialDays[v.ID]))
}
