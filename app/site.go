package app

import (
	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

func (s *Server) landing(c *fiber.Ctx) error {
	plans, err := s.publicPlans(c)
	if err != nil {
		return err
	}
	page := s.page(c, "")
	page.Robots = true
	return s.render(c, views.Landing(page, views.LandingModel{Plans: plans}))
}

func (s *Server) pricing(c *fiber.Ctx) error {
	plans, err := s.publicPlans(c)
	if err != nil {
		return err
	}
	page := s.page(c, "pricing.title")
	page.Robots = true
	return s.render(c, views.Pricing(page, views.PricingModel{Plans: plans, Interval: interval(c)}))
}

// joinCode leads from a code or a pasted link to the room's lobby.
func (s *Server) joinCode(c *fiber.Ctx) error {
	typed := c.Query("code")
	if c.Method() == fiber.MethodPost {
		typed = c.FormValue("code")
	}
	form := views.JoinForm{Code: typed}
	if typed != "" || c.Method() == fiber.MethodPost {
		code, err := tenants.ParseCode(typed)
		if err == nil {
			return c.Redirect("/m/"+code, fiber.StatusSeeOther)
		}
		form.Error = tenants.KeyOf(err)
		c.Status(fiber.StatusBadRequest)
	}
	return s.render(c, views.JoinCode(s.page(c, "join.title"), form))
}

// publicPlans are the plans that the pricing page shows, cheapest first.
func (s *Server) publicPlans(c *fiber.Ctx) ([]views.Plan, error) {
	plans, err := s.plans(c.UserContext())
	if err != nil {
		return nil, err
	}
	var out []views.Plan
	for _, p := range plans {
		if p.Public {
			out = append(out, planModel(p))
		}
	}
	return out, nil
}

// nextPlan is the cheapest plan above the given one that can be bought; nil when there is none.
func (s *Server) nextPlan(c *fiber.Ctx, now billing.Plan) (*billing.Plan, error) {
	plans, err := s.plans(c.UserContext())
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		if p.Rank > now.Rank && p.Public && p.Sold(billing.Month) {
			return &p, nil
		}
	}
	return nil, nil
}

// interval is how often the visitor would pay: yearly unless they asked for monthly, in the address or in a form.
func interval(c *fiber.Ctx) string {
	if c.FormValue("interval") == views.Month {
		return views.Month
	}
	return views.Year
}
