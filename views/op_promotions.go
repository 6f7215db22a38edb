package views

import (
	"parley/billing"
)

// PromotionsModel is the codes that buyers may type.
type PromotionsModel struct {
	Codes   []billing.Promotion
	After   string // address of the next page; empty when there is none
	Back    bool   // this is not the first page
	Form    PromotionForm
	Selling bool
	Down    bool // Stripe does not answer
}

// PromotionForm is a code as it was typed.
type PromotionForm struct {
	Key                                                                 string // made with the form: the same one makes one code
	Code, Name, Kind, Off, Currency, Duration, Months, MaxUses, Expires string
	Errors                                                              map[string]string
	Zone                                                                string
}

// offWord writes what a code takes off.
func offWord(p Page, d billing.Discount) string {
	if d.AmountOff > 0 {
		return p.Texts.Money(d.AmountOff, d.Currency)
	}
	return p.Texts.Percent(d.BasisPoints)
}

// Percent writes a share in hundredths of a per cent: 25.5 %.
func (t *Texts) Percent(basisPoints int) string {
	whole := t.Number(int64(basisPoints / 100))
	switch part := basisPoints % 100; {
	case part == 0:
	case part%10 == 0:
		whole += t.decimal() + itoa(part/10)
	case part < 10:
		whole += t.decimal() + "0" + itoa(part)
	default:
		whole += t.decimal() + itoa(part)
	}
	return whole + "\u00a0%"
}

// lastsWord writes how long a discount lasts.
func lastsWord(p Page, one billing.Promotion) string {
	switch one.Duration {
	case billing.DiscountOnce:
		return p.T("op_promo.once")
	case billing.DiscountMonths:
		return p.N("op_promo.for_months", one.Months)
	}
	return p.T("op_promo.forever")
}

func usesWord(p Page, one billing.Promotion) string {
	if one.MaxUses == 0 {
		return p.Texts.Number(int64(one.Uses))
	}
	return p.T("op_promo.uses_of", "Uses", one.Uses, "Most", one.MaxUses)
}

func promoKinds(p Page) []Choice {
	return []Choice{{"percent", p.T("op_promo.percent")}, {"amount", p.T("op_promo.amount")}}
}

func promoDurations(p Page) []Choice {
	return []Choice{{billing.DiscountOnce, p.T("op_promo.once")}, {billing.DiscountMonths, p.T("op_promo.some_months")}, {billing.DiscountForever, p.T("op_promo.forever")}}
}
