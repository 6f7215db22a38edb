package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"gorm.io/gorm"

	"parley/tenants"
)

// Options is what a Service is built from.
type Options struct {
	Clock         clockwork.Clock
	Log           *slog.Logger
	WebhookSecret string // never empty
}

// Service sells plans and says what an organization has.
type Service struct {
	db     *tenants.DB
	gw     Gateway
	clock  clockwork.Clock
	log    *slog.Logger
	secret string

	editions sync.Map                   // contents by edition; they never change
	listed   *tenants.Recent[[]planRow] // the catalogue
}

// New builds the service. An empty webhook secret is refused: everybody could
// then sign an event.
func New(db *tenants.DB, gw Gateway, o Options) (*Service, error) {
	if o.WebhookSecret == "" {
		return nil, errors.New("billing: the webhook secret is empty; set the one that Stripe shows for the endpoint")
	}
	if db == nil || gw == nil || o.Clock == nil || o.Log == nil {
		return nil, errors.New("billing: a database, a gateway, a clock and a logger are needed")
	}
	return &Service{db: db, gw: gw, clock: o.Clock, log: o.Log, secret: o.WebhookSecret, listed: tenants.NewRecent[[]planRow](o.Clock)}, nil
}

// now is the present, as exact as both databases can keep it.
func (s *Service) now() time.Time { return s.clock.Now().UTC().Truncate(time.Microsecond) }

// PlanOf says which plan an organization is on at this moment, and what Stripe
// last said about it. Without a running subscription it is what the operator
// gave, else Free.
func (s *Service) PlanOf(ctx context.Context, org tenants.OrgID) (Plan, Subscription, error) {
	row, err := s.row(ctx, org)
	if err != nil {
		return Plan{}, Subscription{}, err
	}
	id, sub := s.inForce(row)
	plan, err := s.plan(ctx, id, versionOf(id, sub))
	if errors.Is(err, ErrPlanUnknown) && id != FreePlan {
		s.log.Error("an organization pays for a plan that is not in the catalogue", "org", org, "plan", id, "version", sub.Version)
		plan, err = s.plan(ctx, FreePlan, 0)
	}
	return plan, sub, err
}

// versionOf is the version that was bought or given. Free is neither: everybody
// is on the one that is current.
func versionOf(plan string, sub Subscription) int {
	if plan == FreePlan {
		return 0
	}
	return sub.Version
}

// inForce is the rule: a running subscription, else what was given, else Free.
func (s *Service) inForce(row subscriptionRow) (plan string, sub Subscription) {
	sub = row.subscription()
	if sub.Plan != "" && sub.InForce(s.now()) {
		return sub.Plan, sub
	}
	if row.CompedPlan != "" {
		return row.CompedPlan, Subscription{Plan: row.CompedPlan, Version: row.CompedVersion, Status: StatusComped, CustomerID: sub.CustomerID, HadOne: sub.HadOne}
	}
	return FreePlan, sub
}

// SetPlan puts an organization on a plan without Stripe, by the operator's
// decision, in the version that is sold now; Free takes that back. A running
// subscription wins over it.
func (s *Service) SetPlan(ctx context.Context, org tenants.OrgID, planID string) error {
	plan, err := s.plan(ctx, planID, 0)
	if err != nil {
		return err
	}
	given := plan.ID
	if given == FreePlan {
		given = ""
	}
	err = s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		if err := s.ensureRow(tx, org); err != nil {
			return err
		}
		moved := tx.Model(&subscriptionRow{}).Where("comped_plan <> ? OR comped_version <> ?", given, plan.Version).
			Updates(map[string]any{"comped_plan": given, "comped_version": plan.Version, "revision": gorm.Expr("revision + 1"), "updated_at": s.now()})
		if moved.Error != nil || moved.RowsAffected == 0 {
			return moved.Error
		}
		return s.noteGiven(tx, given, plan.Version)
	})
	if err != nil {
		return fmt.Errorf("billing: give the plan: %w", err)
	}
	return nil
}

// PortalURL opens Stripe's page where an organization sees its invoices,
// changes its card and cancels.
func (s *Service) PortalURL(ctx context.Context, org tenants.OrgID, returnURL string) (string, error) {
	row, err := s.row(ctx, org)
	if err != nil {
		return "", err
	}
	if row.customer() == "" {
		return "", fault(tenants.CodeNotFound, KeyNeverPaid, ErrNeverPaid)
	}
	url, err := s.gw.PortalURL(ctx, row.customer(), returnURL)
	if errors.Is(err, ErrNoCustomer) {
		return "", fault(tenants.CodeNotFound, KeyNeverPaid, errors.Join(ErrNeverPaid, err))
	}
	return url, err
}
