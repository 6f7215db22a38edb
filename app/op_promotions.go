package app

import (
	"crypto/rand"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// promotionsPage is how many codes are listed at once.
const promotionsPage = 50

// operatorPromotions lists the codes that buyers may type.
func (s *Server) operatorPromotions(c *fiber.Ctx) error {
	return s.showPromotions(c, views.PromotionForm{Kind: "percent", Duration: billing.DiscountOnce})
}

// showPromotions shows the list with what the form holds. When Stripe does not answer it says so, and the form stays.
func (s *Server) showPromotions(c *fiber.Ctx, f views.PromotionForm) error {
	plans, err := s.billing.Plans(c.UserContext())
	if err != nil {
		return err
	}
	f.Currency, f.Zone = currencyOf(plans), zoneOf(c).String()
	if f.Key == "" {
		f.Key = rand.Text()
	}
	after := c.Query("after")
	if len(after) > 100 {
		after = ""
	}
	m := views.PromotionsModel{Form: f, Selling: s.cfg.Selling, Back: after != ""}
	if s.cfg.Selling {
		codes, more, err := s.billing.Promotions(c.UserContext(), after, promotionsPage)
		if err != nil {
			s.log.Error("the promotion codes were not listed", "err", err)
			m.Down = true
		}
		if m.Codes = codes; more && len(codes) > 0 {
			m.After = "/operator/promotions?after=" + urlQuery(codes[len(codes)-1].ID)
		}
	}
	return s.render(c, views.OperatorPromotions(s.operatorPage(c, "op_promo.title"), m))
}

// currencyOf is what plans are sold in.
func currencyOf(plans []billing.Plan) string {
	for _, p := range plans {
		if p.MonthlyCents > 0 {
			return strings.ToUpper(p.Currency)
		}
	}
	return "USD"
}

// operatorMakePromotion makes a code.
func (s *Server) operatorMakePromotion(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	f := views.PromotionForm{
		Key: c.FormValue("key"), Code: c.FormValue("code"), Name: c.FormValue("name"), Kind: c.FormValue("kind"), Off: c.FormValue("off"),
		Duration: c.FormValue("duration"), Months: c.FormValue("months"), MaxUses: c.FormValue("uses"), Expires: c.FormValue("expires"),
	}
	plans, err := s.billing.Plans(c.UserContext())
	if err != nil {
		return err
	}
	p, faults := readPromotion(f, currencyOf(plans), zoneOf(c))
	if faults == nil {
		p, err = s.billing.CreatePromotion(c.UserContext(), f.Key, p)
		faults = tenants.Fields(err)
	}
	if faults != nil {
		f.Errors = faults
		if isCode(err, tenants.CodeTaken) {
			f.Key = "" // the provider remembers its refusal under the old one
		}
		c.Status(fiber.StatusBadRequest)
		return s.showPromotions(c, f)
	}
	if err != nil {
		return err
	}
	if err := s.operatorDid(c.UserContext(), "promotion.make", p.ID, p.Code+": "+f.Off+" "+f.Kind+", "+p.Duration); err != nil {
		return err
	}
	return s.operatorDone(c, "/promotions", "promotion_made")
}

// readPromotion makes a promotion of what was typed; faults are message ids by field. What is out of range is for billing to say.
func readPromotion(f views.PromotionForm, currency string, zone *time.Location) (p billing.Promotion, faults map[string]string) {
	wrong := func(field, id string) (billing.Promotion, map[string]string) { return p, map[string]string{field: id} }
	if len(f.Key) < 8 || len(f.Key) > 64 {
		return wrong("code", billing.KeyPromotionCode)
	}
	p = billing.Promotion{Code: f.Code, Name: f.Name, Duration: f.Duration}
	off, err := parseCents(strings.TrimSuffix(strings.TrimSpace(f.Off), "%"))
	if err != nil || off > math.MaxInt32 {
		return wrong("off", billing.KeyPromotionOff)
	}
	if p.BasisPoints = int(off); f.Kind == "amount" {
		p.BasisPoints, p.AmountOff, p.Currency = 0, off, strings.ToLower(currency)
	}
	if f.Months != "" && f.Duration == billing.DiscountMonths {
		if p.Months, err = strconv.Atoi(f.Months); err != nil {
			return wrong("months", billing.KeyPromotionMonths)
		}
	}
	if f.MaxUses != "" {
		if p.MaxUses, err = strconv.Atoi(f.MaxUses); err != nil {
			return wrong("uses", billing.KeyPromotionUses)
		}
	}
	if f.Expires != "" {
		if p.Expires, err = time.ParseInLocation(localTime, f.Expires, zone); err != nil {
			return wrong("expires", billing.KeyPromotionExpires)
		}
	}
	return p, nil
}

// operatorStopPromotion lets nobody use a code any more.
func (s *Server) operatorStopPromotion(c *fiber.Ctx) error {
	id := c.Params("promotion")
	if len(id) > 100 || strings.ContainsAny(id, "/?#%") {
		return errNotFound
	}
	if err := s.billing.StopPromotion(c.UserContext(), id); err != nil {
		return err
	}
	if err := s.operatorDid(c.UserContext(), "promotion.stop", id, ""); err != nil {
		return err
	}
	return s.operatorDone(c, "/promotions", "promotion_stopped")
}
