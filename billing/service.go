package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	return &Service{db: db, gw: gw, clock: o.Clock, log: o.Log, secret: o.WebhookSecret}, nil
}

// now is the present, as exact as both databases can keep it.
func (s *Service) now() time.Time { return s.clock.Now().UTC().Truncate(time.Microsecond) }

// Plans lists the catalogue, cheapest first.
func (s *Service) Plans(ctx context.Context) ([]Plan, error) {
	var rows []planRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Order("rank, id").Find(&rows).Error })
	if err != nil {
		return nil, fmt.Errorf("billing: read the plans: %w", err)
	}
	plans := make([]Plan, len(rows))
	for i, row := range rows {
		plans[i] = row.plan()
	}
	return plans, nil
}

// PlanOf says which plan an organization is on at this moment, and what Stripe
// last said about it. Without a running subscription it is what the operator
// gave, else Free.
func (s *Service) PlanOf(ctx context.Context, org tenants.OrgID) (Plan, Subscription, error) {
	row, err := s.row(ctx, org)
	if err != nil {
		return Plan{}, Subscription{}, err
	}
	id, sub := s.inForce(row)
	plan, err := s.plan(ctx, id)
	if errors.Is(err, ErrPlanUnknown) && id != FreePlan {
		s.log.Error("an organization pays for a plan that is not in the catalogue", "org", org, "plan", id)
		plan, err = s.plan(ctx, FreePlan)
	}
	return plan, sub, err
}

// inForce is the rule: a running subscription, else what was given, else Free.
func (s *Service) inForce(row subscriptionRow) (plan string, sub Subscription) {
	sub = row.subscription()
	if sub.Plan != "" && sub.InForce(s.now()) {
		return sub.Plan, sub
	}
	if row.CompedPlan != "" {
		return row.CompedPlan, Subscription{Plan: row.CompedPlan, Status: StatusComped, CustomerID: sub.CustomerID}
	}
	return FreePlan, sub
}

// SetPlan puts an organization on a plan without Stripe, by the operator's
// decision; Free takes that back. A running subscription wins over it.
func (s *Service) SetPlan(ctx context.Context, org tenants.OrgID, planID string) error {
	plan, err := s.plan(ctx, planID)
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
		return tx.Model(&subscriptionRow{}).Where("comped_plan <> ?", given).
			Updates(map[string]any{"comped_plan": given, "updated_at": s.now()}).Error
	})
	if err != nil {
		return fmt.Errorf("billing: give the plan: %w", err)
	}
	return nil
}

// LimitsChange names what an operator changes of a plan; nil stays as it is.
type LimitsChange struct {
	MeetingLength      *time.Duration
	Participants       *int
	ConcurrentMeetings *int
	ChatDays           *int
	StorageBytes       *int64
}

// columns checks the change and spells it for the table.
func (c LimitsChange) columns() (map[string]any, error) {
	set := map[string]any{}
	ok := true
	if c.MeetingLength != nil {
		set["meeting_length"] = *c.MeetingLength
		ok = ok && *c.MeetingLength >= 0
	}
	if c.Participants != nil {
		set["participants"] = *c.Participants
		ok = ok && *c.Participants > 0
	}
	if c.ConcurrentMeetings != nil {
		set["concurrent_meetings"] = *c.ConcurrentMeetings
		ok = ok && *c.ConcurrentMeetings >= 0
	}
	if c.ChatDays != nil {
		set["chat_days"] = *c.ChatDays
		ok = ok && *c.ChatDays >= 0
	}
	if c.StorageBytes != nil {
		set["storage_bytes"] = *c.StorageBytes
		ok = ok && *c.StorageBytes >= 0
	}
	if !ok || len(set) == 0 {
		return nil, fault(tenants.CodeInvalid, KeyLimits, errors.New("billing: limits out of range, or none given"))
	}
	return set, nil
}

// SetPlanLimits changes what a plan allows. Meetings that run keep what they
// have until the caller lifts them.
func (s *Service) SetPlanLimits(ctx context.Context, planID string, change LimitsChange) error {
	set, err := change.columns()
	if err != nil {
		return err
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&planRow{}).Where("id = ?", planID).Updates(set)
		if done.Error == nil && done.RowsAffected == 0 {
			return fault(tenants.CodeNotFound, KeyPlanUnknown, ErrPlanUnknown)
		}
		return done.Error
	})
	if err != nil {
		return fmt.Errorf("billing: change the plan: %w", err)
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
