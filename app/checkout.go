package app

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/views"
)

func (s *Server) billingPage(c *fiber.Ctx) error {
	org := theOrg(c)
	plan, sub, err := s.billing.PlanOf(c.UserContext(), org.ID)
	if err != nil {
		return err
	}
	plans, err := s.billing.Plans(c.UserContext())
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "billing.title")
	if err != nil {
		return err
	}
	return s.render(c, views.Billing(page, billingModel(s, c, plan, sub, plans)))
}

// checkout starts a purchase at Stripe and sends the person there.
func (s *Server) checkout(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	org := theOrg(c)
	back := s.base(c) + "/o/" + org.Slug + "/billing"
	from := url.QueryEscape(c.FormValue("return"))
	to, err := s.billing.StartCheckout(c.UserContext(), billing.CheckoutInput{
		Org: org.ID, OrgName: org.Name, Email: visitor(c).User.Email,
		Plan: c.FormValue("plan"), Interval: c.FormValue("interval"),
		SuccessURL: back + "/done?session_id={CHECKOUT_SESSION_ID}&from=" + from,
		CancelURL:  back + "/cancelled?from=" + from,
	})
	if err != nil {
		return err
	}
	return c.Redirect(s.here(c, to), fiber.StatusSeeOther)
}

// checkoutDone is where Stripe sends people after paying. It asks Stripe for the present state itself, so a webhook that is late
// costs nobody a minute.
func (s *Server) checkoutDone(c *fiber.Ctx) error {
	org := theOrg(c)
	change, err := s.billing.Sync(c.UserContext(), org.ID)
	if err == nil {
		err = s.lift(c.UserContext(), change)
	}
	if err != nil {
		return err
	}
	plan, _, err := s.billing.PlanOf(c.UserContext(), org.ID)
	if err != nil {
		return err
	}
	return s.render(c, views.CheckoutDone(s.page(c, "checkout.done.title"), views.CheckoutModel{
		Plan: plan.Name, Paid: plan.ID != billing.FreePlan, InMeeting: c.Query("from") == "meeting", Org: org.Slug,
		MeetingLength: plan.Limits.MeetingLength, Participants: plan.Limits.Participants,
	}))
}

func (s *Server) checkoutCancelled(c *fiber.Ctx) error {
	return s.render(c, views.CheckoutCancelled(s.page(c, "checkout.cancelled.title"), views.CheckoutModel{
		InMeeting: c.Query("from") == "meeting", Org: theOrg(c).Slug,
	}))
}

// portal sends people to Stripe's page for cards, invoices and cancelling.
func (s *Server) portal(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	org := theOrg(c)
	to, err := s.billing.PortalURL(c.UserContext(), org.ID, s.base(c)+"/o/"+org.Slug+"/billing")
	if err != nil {
		return err
	}
	return c.Redirect(s.here(c, to), fiber.StatusSeeOther)
}
