package app

import (
	"context"
	"sync"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
)

// asked is what a request has found out already: a page's frame, its banners and its body ask for the same plan and quotas.
type asked struct {
	mu      sync.Mutex
	answers map[any]any
}

type askedKey struct{}

// remember has a request that only reads ask each thing once, and all of it at one glance. One that changes something asks anew each time: it
// may have changed it.
func (s *Server) remember(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return c.Next()
	}
	ctx, done := s.tenants.Glance(context.WithValue(c.UserContext(), askedKey{}, &asked{answers: map[any]any{}}))
	defer done()
	c.SetUserContext(ctx)
	return c.Next()
}

// askOnce gives the answer to a question that this request has asked before, or asks. The key is a value of a type of the question's own; faults
// are not kept.
func askOnce[K comparable, T any](ctx context.Context, key K, ask func() (T, error)) (T, error) {
	a, ok := ctx.Value(askedKey{}).(*asked)
	if !ok {
		return ask()
	}
	a.mu.Lock()
	known, ok := a.answers[key]
	a.mu.Unlock()
	if answer, is := known.(T); ok && is {
		return answer, nil
	}
	answer, err := ask()
	if err == nil {
		a.mu.Lock()
		a.answers[key] = answer
		a.mu.Unlock()
	}
	return answer, err
}

// askAnew forgets the answers: a request that seemed to read only has changed something.
func askAnew(ctx context.Context) {
	if a, ok := ctx.Value(askedKey{}).(*asked); ok {
		a.mu.Lock()
		clear(a.answers)
		a.mu.Unlock()
	}
}

// The questions.
type (
	planQuestion   struct{ org tenants.OrgID }
	plansQuestion  struct{}
	boundsQuestion struct{ org tenants.OrgID }
	peopleQuestion struct{ org tenants.OrgID }
	monthQuestion  struct{ org tenants.OrgID }
	seatsQuestion  struct{ org tenants.OrgID }
)

// held is a plan, and what Stripe last said of it.
type held struct {
	plan billing.Plan
	sub  billing.Subscription
}

func (s *Server) planOf(ctx context.Context, org tenants.OrgID) (billing.Plan, billing.Subscription, error) {
	h, err := askOnce(ctx, planQuestion{org}, func() (held, error) {
		plan, sub, err := s.billing.PlanOf(ctx, org)
		return held{plan, sub}, err
	})
	return h.plan, h.sub, err
}

func (s *Server) plans(ctx context.Context) ([]billing.Plan, error) {
	return askOnce(ctx, plansQuestion{}, func() ([]billing.Plan, error) { return s.billing.Plans(ctx) })
}

func (s *Server) boundsOf(ctx context.Context, org tenants.OrgID) (tenants.Bounds, error) {
	return askOnce(ctx, boundsQuestion{org}, func() (tenants.Bounds, error) { return s.tenants.Org(org).Bounds(ctx) })
}

func (s *Server) quotaOf(ctx context.Context, org tenants.OrgID) (tenants.Quota, error) {
	now, err := s.boundsOf(ctx, org)
	return now.Quota, err
}

func (s *Server) personQuotas(ctx context.Context, org tenants.OrgID) (map[tenants.UserID]tenants.Quota, error) {
	return askOnce(ctx, peopleQuestion{org}, func() (map[tenants.UserID]tenants.Quota, error) { return s.tenants.Org(org).PersonQuotas(ctx) })
}

func (s *Server) monthUse(ctx context.Context, org tenants.OrgID) (tenants.MonthUse, error) {
	return askOnce(ctx, monthQuestion{org}, func() (tenants.MonthUse, error) { return s.tenants.Org(org).MonthUse(ctx) })
}

func (s *Server) seatsUsed(ctx context.Context, org tenants.OrgID) (int, error) {
	return askOnce(ctx, seatsQuestion{org}, func() (int, error) { return s.tenants.Org(org).SeatsUsed(ctx) })
}
