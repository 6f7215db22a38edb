package app

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// termsOf gathers what decides what an organization may do. Pages, the API and meetings ask nothing else: what is not in it limits nobody.
func (s *Server) termsOf(ctx context.Context, org tenants.OrgID) (tenants.Terms, error) {
	plan, sub, err := s.planOf(ctx, org)
	if err != nil {
		return tenants.Terms{}, fmt.Errorf("plan of organization: %w", err)
	}
	beside, err := s.boundsOf(ctx, org)
	if err != nil {
		return tenants.Terms{}, fmt.Errorf("quota of organization: %w", err)
	}
	people, err := s.personQuotas(ctx, org)
	if err != nil {
		return tenants.Terms{}, fmt.Errorf("quotas of people: %w", err)
	}
	t := tenants.Terms{Plan: plan.Limits, Quota: beside.Quota, Exception: beside.Exception, Suspended: beside.Suspended, People: people}
	if sub.Running() {
		t.Seats = max(sub.Seats, 1)
	}
	if !sub.Missing() || plan.ID == sub.Plan {
		return t, nil
	}
	bought, err := s.billing.Edition(ctx, sub.Plan, sub.Version)
	if err != nil {
		return t, fmt.Errorf("plan that waits for its payment: %w", err)
	}
	t.Bought = &bought.Limits
	return t, nil
}

// may answers whether an organization may use something that is not counted. That it is suspended is not asked here: the doors refuse then,
// and they still let its people sign in, and its admins read why.
func (s *Server) may(ctx context.Context, org tenants.OrgID, right tenants.Right) (tenants.Entitlement, error) {
	terms, err := s.termsOf(ctx, org)
	terms.Suspended = false
	return terms.May(right, tenants.Used{}), err
}

// apiEntitlementJSON is one line of the table for programs.
type apiEntitlementJSON struct {
	Right   tenants.Right  `json:"right"`
	Allowed bool           `json:"allowed"`
	Limit   *int64         `json:"limit"` // null for none, and for what is had or not
	Used    *int64         `json:"used"`
	Left    *int64         `json:"left"`
	BoundBy tenants.Source `json:"bound_by"`
	Until   *time.Time     `json:"until"`         // when what binds ends by itself; null when it does not
	Why     string         `json:"why,omitempty"` // who can change that, and how; only where it is not allowed
}

// apiEntitlements says what the organization of the key may do.
func (s *Server) apiEntitlements(c *fiber.Ctx) error {
	access := apiAccessOf(c)
	used, err := access.Door.InUse(c.UserContext())
	if err != nil {
		return err
	}
	terms, err := s.termsOf(c.UserContext(), access.Org)
	if err != nil {
		return err
	}
	table, texts := terms.Table(used), s.texts(c)
	out := apiList[apiEntitlementJSON]{Data: make([]apiEntitlementJSON, len(table))}
	for i, e := range table {
		out.Data[i] = apiEntitlementOf(texts, e)
	}
	return c.JSON(out)
}

func apiEntitlementOf(texts *views.Texts, e tenants.Entitlement) apiEntitlementJSON {
	out := apiEntitlementJSON{Right: e.Right, Allowed: e.Allowed, BoundBy: e.By}
	if !e.Switch && !e.Unlimited {
		out.Limit = &e.Limit
	}
	if e.Counted {
		out.Used = &e.Used
		if !e.Unlimited {
			out.Left = &e.Left
		}
	}
	if !e.Until.IsZero() {
		out.Until = &e.Until
	}
	if !e.Allowed {
		out.Why = texts.WhyNot(e)
	}
	return out
}
