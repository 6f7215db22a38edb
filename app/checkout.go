package app

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

func (s *Server) billingPage(c *fiber.Ctx) error {
	seats, fault := s.seatsAsked(c, c.Query("seats"))
	return s.showBilling(c, seats, c.Query("seats"), fault)
}

// showBilling shows the page with prices for so many seats; typed is what the field for them holds when it is at fault.
func (s *Server) showBilling(c *fiber.Ctx, seats int, typed string, fault error) error {
	org := theOrg(c)
	faults := tenants.Fields(fault)
	if fault != nil && faults == nil {
		return fault
	}
	plan, sub, err := s.planOf(c.UserContext(), org.ID)
	if err != nil {
		return err
	}
	plans, err := s.plans(c.UserContext())
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "billing.title")
	if err != nil {
		return err
	}
	m := billingModel(s, c, plan, sub, plans)
	if m.Ahead, err = s.planAhead(c.UserContext(), org.ID); err != nil {
		return err
	}
	if err := s.priceMissing(c.UserContext(), &m, plan, sub); err != nil {
		return err
	}
	if m.SeatsUsed, err = s.seatsUsed(c.UserContext(), org.ID); err != nil {
		return err
	}
	m.Seats, m.SeatsTyped, m.SeatsError = max(seats, 1), strconv.Itoa(max(seats, 1)), faults["seats"]
	if m.SeatsError != "" {
		m.Seats, m.SeatsTyped = max(m.SeatsUsed, 1), typed
		c.Status(fiber.StatusBadRequest)
	} else if m.Subscription != nil {
		m.SeatsTyped = strconv.Itoa(m.Subscription.Seats)
	}
	if sub.CustomerID != "" && m.CanPay && m.Selling {
		list := s.invoices(c, "", invoicesShown)
		m.Invoices = &list
	}
	return s.render(c, views.Billing(page, m))
}

// seatsAsked reads how many seats somebody wants to pay for; nothing typed is as many as are needed. Fewer than that are refused: an
// organization would buy a plan and be over it at once.
func (s *Server) seatsAsked(c *fiber.Ctx, typed string) (int, error) {
	used, err := s.seatsUsed(c.UserContext(), theOrg(c).ID)
	if err != nil {
		return 0, err
	}
	if typed = strings.TrimSpace(typed); typed == "" {
		return max(used, 1), nil
	}
	n, err := strconv.Atoi(typed)
	switch {
	case err != nil || n < 1 || n > billing.SeatsMax:
		return 0, &tenants.Error{Code: tenants.CodeInvalid, Field: "seats", Key: billing.KeySeatsNumber}
	case n < used:
		return 0, &tenants.Error{Code: tenants.CodeInvalid, Field: "seats", Key: billing.KeySeatsFew}
	}
	return n, nil
}

// checkout starts a purchase at Stripe and sends the person there.
func (s *Server) checkout(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	org := theOrg(c)
	if err := s.mayBuy(c, org.ID); err != nil {
		return err
	}
	seats, err := s.seatsAsked(c, c.FormValue("seats"))
	if err != nil {
		return s.showBilling(c, seats, c.FormValue("seats"), err)
	}
	back := s.base(c) + "/o/" + org.Slug + "/billing"
	from := url.QueryEscape(c.FormValue("return"))
	to, err := s.billing.StartCheckout(c.UserContext(), billing.CheckoutInput{
		Org: org.ID, OrgName: org.Name, Email: visitor(c).User.Email,
		Plan: c.FormValue("plan"), Interval: c.FormValue("interval"), Seats: seats, Trial: c.FormValue("trial") == "yes",
		SuccessURL: back + "/done?session_id={CHECKOUT_SESSION_ID}&from=" + from,
		CancelURL:  back + "/cancelled?from=" + from,
	})
	if errors.Is(err, billing.ErrAlreadySubscribed) {
		return s.changeInstead(c, err)
	}
	if err != nil {
		return err
	}
	return c.Redirect(s.here(c, to), fiber.StatusSeeOther)
}

// changeInstead leads who wanted to buy, and has a subscription already, to the price of changing it: from a meeting, or from a page that
// is older than the subscription. What they have already, or cannot change, is refused as it was.
func (s *Server) changeInstead(c *fiber.Ctx, refusal error) error {
	org := theOrg(c)
	askAnew(c.UserContext()) // Stripe was asked, and the mirror may be another
	_, sub, err := s.planOf(c.UserContext(), org.ID)
	if err != nil {
		return err
	}
	plan, interval := c.FormValue("plan"), c.FormValue("interval")
	if !sub.Changeable() || plan == sub.Plan && interval == sub.Interval {
		return refusal
	}
	to := url.Values{"plan": {plan}, "interval": {interval}, "return": {c.FormValue("return")}}
	return c.Redirect("/o/"+org.Slug+"/billing/change?"+to.Encode(), fiber.StatusSeeOther)
}

// checkoutDone is where Stripe sends people after paying. It asks Stripe for the present state itself, so a webhook that is late
// costs nobody a minute.
func (s *Server) checkoutDone(c *fiber.Ctx) error {
	org := theOrg(c)
	change, err := s.billing.Sync(c.UserContext(), org.ID)
	askAnew(c.UserContext())
	if err == nil {
		err = s.lift(c.UserContext(), change)
	}
	if err != nil {
		return err
	}
	now, err := s.allowanceOf(c.UserContext(), org.ID)
	if err != nil {
		return err
	}
	_, sub, err := s.planOf(c.UserContext(), org.ID)
	if err != nil {
		return err
	}
	return s.render(c, views.CheckoutDone(s.page(c, "checkout.done.title"), views.CheckoutModel{
		Plan: now.Plan.Name, Paid: now.Plan.ID != billing.FreePlan, InMeeting: c.Query("from") == "meeting", Org: org.Slug,
		MeetingLength: now.Limits.MeetingLength, Participants: now.Limits.Participants, Trial: sub.TrialEnds(),
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
