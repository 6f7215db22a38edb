package app

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// dun tells who may pay what has become of a missing payment, and of the first one after a trial, if there is something new to tell.
func (s *Server) dun(ctx context.Context, org tenants.OrgID) error {
	told, err := s.billing.Dun(ctx, org, s.tenants)
	trial, fault := s.billing.TellOfTrial(ctx, org, s.tenants)
	if told || trial {
		s.ringMails()
	}
	return errors.Join(err, fault)
}

// lookAfterPayment is due when something changes by time alone. It asks Stripe first: what was paid a moment ago is not asked for again.
func (s *Server) lookAfterPayment(ctx context.Context, org tenants.OrgID) error {
	change := billing.Change{Org: org}
	if s.cfg.Selling {
		var err error
		if change, err = s.billing.Sync(ctx, org); err != nil {
			return err
		}
	}
	if err := s.lift(ctx, change); err != nil {
		return err
	}
	return errJobDropped // or due at another time
}

// payMissing leads to where what is missing is paid: a link in mails and banners. What is paid meanwhile is not asked for again.
func (s *Server) payMissing(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	org := theOrg(c)
	change, err := s.billing.Sync(c.UserContext(), org.ID)
	askAnew(c.UserContext())
	if err == nil {
		err = s.lift(c.UserContext(), change)
	}
	if err != nil {
		return err
	}
	_, sub, err := s.planOf(c.UserContext(), org.ID)
	if err != nil {
		return err
	}
	if !sub.Missing() {
		return s.done(c, "/billing", "nothing_due")
	}
	to, err := s.billing.PayURL(c.UserContext(), org.ID, s.base(c)+"/o/"+org.Slug+"/billing")
	if err != nil {
		return err
	}
	return c.Redirect(s.here(c, to), fiber.StatusSeeOther)
}

// missing says on every page of an organization that a payment is missing, and what that means; nil while none is.
func (s *Server) missing(c *fiber.Ctx, org orgAccess, sub billing.Subscription) (*views.MissingPayment, error) {
	if !sub.Missing() {
		return nil, nil //nolint:nilnil // all is paid
	}
	bought, err := s.billing.Edition(c.UserContext(), sub.Plan, sub.Version)
	if err != nil {
		return nil, err
	}
	m := &views.MissingPayment{Plan: bought.Name, Until: sub.GraceEnds(), Over: !sub.InForce(s.clock.Now())}
	if org.Role.CanPay() && s.cfg.Selling {
		m.Pay = "/o/" + org.Slug + "/billing/pay"
	}
	return m, nil
}

// priceMissing puts the price of what waits for its payment on the page of the plan that is in force instead.
func (s *Server) priceMissing(ctx context.Context, m *views.BillingModel, plan billing.Plan, sub billing.Subscription) error {
	if m.Subscription == nil || !sub.Missing() || plan.ID == sub.Plan {
		return nil
	}
	bought, err := s.billing.Edition(ctx, sub.Plan, sub.Version)
	m.Subscription.TotalCents = bought.Cents(sub.Interval) * int64(max(sub.Seats, 1))
	return err
}

// planAhead says that another plan follows the present one, and when; nil while the plan stays.
func (s *Server) planAhead(ctx context.Context, org tenants.OrgID) (*views.PlanAhead, error) {
	next, at, err := s.billing.After(ctx, org)
	if err != nil || at.IsZero() {
		return nil, err //nolint:nilnil // the plan stays
	}
	terms, err := s.termsOf(ctx, org)
	if err != nil {
		return nil, err
	}
	terms.Plan, terms.Bought = next.Limits, nil
	then := terms.In("")
	return &views.PlanAhead{Plan: next.Name, From: at, Length: then.MeetingLength, People: then.Participants}, nil
}
