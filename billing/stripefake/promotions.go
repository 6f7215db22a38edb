package stripefake

import (
	"strconv"
	"strings"
)

// coupon is what is taken off.
type coupon struct {
	ID               string            `json:"id"`
	Object           string            `json:"object"`
	AmountOff        *int64            `json:"amount_off"`
	Created          int64             `json:"created"`
	Currency         *string           `json:"currency"`
	Duration         string            `json:"duration"`
	DurationInMonths *int64            `json:"duration_in_months"`
	Livemode         bool              `json:"livemode"`
	Metadata         map[string]string `json:"metadata"`
	Name             *string           `json:"name"`
	PercentOff       *float64          `json:"percent_off"`
	TimesRedeemed    int64             `json:"times_redeemed"`
	Valid            bool              `json:"valid"`
}

// promotionCode is what a buyer types to get a coupon.
type promotionCode struct {
	ID             string            `json:"id"`
	Object         string            `json:"object"`
	Active         bool              `json:"active"`
	Code           string            `json:"code"`
	Coupon         coupon            `json:"coupon"`
	Created        int64             `json:"created"`
	ExpiresAt      *int64            `json:"expires_at"`
	Livemode       bool              `json:"livemode"`
	MaxRedemptions *int64            `json:"max_redemptions"`
	Metadata       map[string]string `json:"metadata"`
	TimesRedeemed  int64             `json:"times_redeemed"`
}

func createCoupon(c *call) (any, error) {
	v := &coupon{
		Object: "coupon", Created: c.now().Unix(), Currency: c.p.opt("currency"), Duration: c.p.str("duration"),
		Metadata: c.p.dict("metadata"), Name: c.p.opt("name"), Valid: true,
	}
	amount, err := c.p.num("amount_off", 0)
	if err != nil {
		return nil, err
	}
	months, err := c.p.num("duration_in_months", 0)
	if err != nil {
		return nil, err
	}
	share := c.p.opt("percent_off")
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if v.Duration == "" {
		v.Duration = "once"
	}
	switch {
	case v.Duration != "once" && v.Duration != "repeating" && v.Duration != "forever":
		return nil, invalid("duration", "", "Invalid duration: must be one of forever, once, or repeating")
	case (v.Duration == "repeating") != (months > 0):
		return nil, invalid("duration_in_months", "parameter_missing", "`duration_in_months` must be given for a repeating coupon, and for no other.")
	case v.Name != nil && len([]rune(*v.Name)) > 40:
		return nil, invalid("name", "", "Invalid string: must be at most 40 characters")
	}
	if months > 0 {
		v.DurationInMonths = &months
	}
	if err := v.take(amount, share); err != nil {
		return nil, err
	}
	v.ID = c.st.id("coupon")
	c.st.Coupons[v.ID] = v
	c.emit("coupon.created", v)
	return v, nil
}

// take says how much is off: one of an amount and a share.
func (v *coupon) take(amount int64, share *string) error {
	if (amount > 0) == (share != nil) {
		return invalid("amount_off", "parameter_missing", "You must pass either `amount_off` or `percent_off`, but not both.")
	}
	if amount > 0 {
		if v.Currency == nil {
			return invalid("currency", "parameter_missing", "You must pass currency when passing amount_off")
		}
		v.AmountOff = &amount
		return nil
	}
	percent, err := strconv.ParseFloat(*share, 64)
	if err != nil || percent <= 0 || percent > 100 {
		return invalid("percent_off", "", "Invalid percent_off: must be greater than 0 and at most 100")
	}
	v.PercentOff = &percent
	return nil
}

func getCoupon(c *call) (any, error) {
	v, ok := c.st.Coupons[c.id]
	if !ok {
		return nil, missing("coupon", "coupon", c.id)
	}
	return v, nil
}

func createPromotionCode(c *call) (any, error) {
	id, err := c.p.need("coupon")
	if err != nil {
		return nil, err
	}
	uses, err := c.p.num("max_redemptions", 0)
	if err != nil {
		return nil, err
	}
	until, err := c.p.num("expires_at", 0)
	if err != nil {
		return nil, err
	}
	v := &promotionCode{Object: "promotion_code", Active: true, Code: c.p.str("code"), Created: c.now().Unix(), Metadata: c.p.dict("metadata")}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	off, ok := c.st.Coupons[id]
	switch {
	case !ok:
		return nil, missing("coupon", "coupon", id)
	case until != 0 && until <= c.now().Unix():
		return nil, invalid("expires_at", "", "The expires_at timestamp must be in the future.")
	case c.activeCode(v.Code) != nil:
		return nil, refused("", "An active promotion code with `code: %s` already exists.", v.Code)
	}
	if v.Code == "" {
		v.Code = strings.ToUpper(strings.TrimPrefix(c.st.id("x"), "x_"))[:8]
	}
	if uses > 0 {
		v.MaxRedemptions = &uses
	}
	if until > 0 {
		v.ExpiresAt = &until
	}
	v.ID, v.Coupon = c.st.id("promo"), *off
	c.st.PromotionCodes[v.ID] = v
	c.emit("promotion_code.created", v)
	return v, nil
}

// activeCode finds the code that buyers can use under a name, whatever its case;
// nil when there is none.
func (s *Server) activeCode(code string) *promotionCode {
	for _, v := range s.st.PromotionCodes {
		if v.Active && strings.EqualFold(v.Code, code) {
			return v
		}
	}
	return nil
}

func listPromotionCodes(c *call) (any, error) {
	code, active, filter := c.p.str("code"), c.p.yes("active"), c.p.has("active")
	all := newest(c.st, c.st.PromotionCodes, func(v *promotionCode) bool {
		return (code == "" || strings.EqualFold(v.Code, code)) && (!filter || v.Active == active)
	})
	return page(c, "/v1/promotion_codes", all, func(v *promotionCode) string { return v.ID })
}

func updatePromotionCode(c *call) (any, error) {
	v, ok := c.st.PromotionCodes[c.id]
	if !ok {
		return nil, missing("promotion_code", "promotion code", c.id)
	}
	active, has := c.p.yes("active"), c.p.has("active")
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if has && active && !v.Active && (c.activeCode(v.Code) != nil || c.usedUp(v)) {
		return nil, refused("", "This promotion code cannot be activated.")
	}
	if has && v.Active != active {
		v.Active = active
		c.emit("promotion_code.updated", v)
	}
	return v, nil
}

// usedUp reports whether a code has been used as often or as long as it may.
func (s *Server) usedUp(v *promotionCode) bool {
	return v.MaxRedemptions != nil && v.TimesRedeemed >= *v.MaxRedemptions || v.ExpiresAt != nil && *v.ExpiresAt <= s.now().Unix()
}

// expireCodes ends what time or use has ended.
func (s *Server) expireCodes() {
	for _, v := range newest(s.st, s.st.PromotionCodes, func(v *promotionCode) bool { return v.Active && s.usedUp(v) }) {
		v.Active = false
		s.emit("promotion_code.updated", v)
	}
}
