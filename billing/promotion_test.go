package billing_test

import (
	"testing"
	"time"

	"parley/billing"
	"parley/tenants"
)

func TestPromotionCodesAreMadeListedAndStopped(t *testing.T) {
	scenario(t, func(w *world) {
		ends := w.clock.Now().Add(30 * 24 * time.Hour).Truncate(time.Second).UTC()
		spring := billing.Promotion{
			Code: " spring25 ", Name: "Spring", Discount: billing.Discount{BasisPoints: 2550}, Duration: billing.DiscountMonths, Months: 3, MaxUses: 100, Expires: ends,
		}
		first, err := w.billing.CreatePromotion(w.ctx(), "form-1", spring)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.billing.CreatePromotion(w.ctx(), "form-1", spring); err != nil || again.ID != first.ID {
			t.Errorf("the same form again made %+v, %v", again, err)
		}
		w.clock.Advance(time.Second)
		five := billing.Promotion{Code: "FIVEOFF", Discount: billing.Discount{AmountOff: 500, Currency: "usd"}, Duration: billing.DiscountOnce}
		if _, err := w.billing.CreatePromotion(w.ctx(), "form-2", five); err != nil {
			t.Fatal(err)
		}
		if _, err := w.billing.CreatePromotion(w.ctx(), "form-3", five); tenants.Fields(err)["code"] != billing.KeyPromotionTaken {
			t.Errorf("a code that is taken: %v", err)
		}
		newest, more, err := w.billing.Promotions(w.ctx(), "", 1)
		if err != nil || !more || len(newest) != 1 || newest[0].Code != "FIVEOFF" || newest[0].AmountOff != 500 || newest[0].Currency != "usd" || !newest[0].Active {
			t.Fatalf("the first page: %+v, %v, %v", newest, more, err)
		}
		rest, more, err := w.billing.Promotions(w.ctx(), newest[0].ID, 10)
		if err != nil || more || len(rest) != 1 {
			t.Fatalf("the second page: %+v, %v, %v", rest, more, err)
		}
		want := billing.Promotion{
			ID: first.ID, Code: "SPRING25", Name: "Spring", Discount: billing.Discount{BasisPoints: 2550}, Duration: billing.DiscountMonths, Months: 3,
			MaxUses: 100, Expires: ends, Active: true, Created: rest[0].Created,
		}
		if rest[0] != want {
			t.Errorf("it lists\n%+v, want\n%+v", rest[0], want)
		}
		for range 2 { // pressed twice
			if err := w.billing.StopPromotion(w.ctx(), first.ID); err != nil {
				t.Fatal(err)
			}
		}
		if all, _, err := w.billing.Promotions(w.ctx(), "", 10); err != nil || all[1].Active || !all[0].Active {
			t.Errorf("after one was stopped: %+v, %v", all, err)
		}
		if err := w.billing.StopPromotion(w.ctx(), "promo_none"); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("a code that there is not: %v", err)
		}
	})
}

func TestPromotionsThatMakeNoSense(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	good := billing.Promotion{Code: "SPRING", Discount: billing.Discount{BasisPoints: 1000}, Duration: billing.DiscountForever}
	if err := good.Validate(now); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		field string
		spoil func(*billing.Promotion)
	}{
		"no code":         {"code", func(p *billing.Promotion) { p.Code = "" }},
		"a code of words": {"code", func(p *billing.Promotion) { p.Code = "SPRING SALE" }},
		"nothing off":     {"off", func(p *billing.Promotion) { p.BasisPoints = 0 }},
		"more than all":   {"off", func(p *billing.Promotion) { p.BasisPoints = 10_001 }},
		"both":            {"off", func(p *billing.Promotion) { p.AmountOff, p.Currency = 100, "usd" }},
		"no currency":     {"off", func(p *billing.Promotion) { p.BasisPoints, p.AmountOff = 0, 100 }},
		"no duration":     {"months", func(p *billing.Promotion) { p.Duration = "" }},
		"no months":       {"months", func(p *billing.Promotion) { p.Duration = billing.DiscountMonths }},
		"negative uses":   {"uses", func(p *billing.Promotion) { p.MaxUses = -1 }},
		"over already":    {"expires", func(p *billing.Promotion) { p.Expires = now }},
	} {
		bad := good
		c.spoil(&bad)
		if err := bad.Validate(now); tenants.Fields(err)[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
