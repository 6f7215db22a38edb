package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

// PlanChange names what the next version of a plan has other than the one that is
// sold now; nil stays as it is.
type PlanChange struct {
	MonthlyCents, YearlyCents *int64
	TrialDays                 *int
	Limits                    LimitsChange
	Features                  *[]string // message catalogue ids, in the order shown
}

// LimitsChange names what an operator changes of what a plan allows.
type LimitsChange struct {
	MeetingLength      *time.Duration
	Participants       *int
	ConcurrentMeetings *int
	ChatDays           *int
	StorageBytes       *int64
	Rights             map[string]bool // by their names in the catalogue, see [Rights]
}

// Rights are the names of what a plan allows or does not.
func Rights() []string {
	return []string{"ads", "phone", "sso", "own_domain", "audit_log", "dedicated_media"}
}

// amounts checks the change and spells it for the catalogue.
func (c LimitsChange) amounts() (map[string]int64, error) {
	set := map[string]int64{}
	ok := true
	if c.MeetingLength != nil {
		set["meeting_milliseconds"] = c.MeetingLength.Milliseconds()
		ok = ok && *c.MeetingLength >= 0 && (*c.MeetingLength == 0 || *c.MeetingLength >= time.Millisecond)
	}
	for name, n := range map[string]*int{"participants": c.Participants, "concurrent_meetings": c.ConcurrentMeetings, "chat_days": c.ChatDays} {
		if n != nil {
			set[name] = int64(*n)
			ok = ok && *n >= 0 && (name != "participants" || *n > 0)
		}
	}
	if c.StorageBytes != nil {
		set["storage_bytes"] = *c.StorageBytes
		ok = ok && *c.StorageBytes >= 0
	}
	for name, allowed := range c.Rights {
		ok = ok && slices.Contains(Rights(), name)
		if set[name] = 0; allowed {
			set[name] = 1
		}
	}
	if !ok {
		return nil, errLimits()
	}
	return set, nil
}

func errLimits() error {
	return fault(tenants.CodeInvalid, KeyLimits, errors.New("billing: prices or limits out of range, or none given"))
}

// ChangePlan makes the next version of a plan and sells that from now on. Who has
// bought a version keeps it until moved ([Service.MoveToCurrent]); who has bought
// nothing is on the version of Free that is current. Meetings that run keep what
// they have until the caller lifts them.
func (s *Service) ChangePlan(ctx context.Context, planID string, change PlanChange) (version int, err error) {
	amounts, err := change.Limits.amounts()
	if err != nil {
		return 0, err
	}
	if change.MonthlyCents == nil && change.YearlyCents == nil && change.TrialDays == nil && change.Features == nil && len(amounts) == 0 {
		return 0, errLimits()
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		version, err = s.nextEdition(tx, planID, change, amounts)
		return err
	})
	s.listed.Forget()
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = fault(tenants.CodeNotFound, KeyPlanUnknown, ErrPlanUnknown)
	}
	if err != nil {
		return 0, fmt.Errorf("billing: change the plan: %w", err)
	}
	return version, nil
}

// SetPlanLimits is [Service.ChangePlan] for limits alone.
func (s *Service) SetPlanLimits(ctx context.Context, planID string, change LimitsChange) error {
	_, err := s.ChangePlan(ctx, planID, PlanChange{Limits: change})
	return err
}

func (s *Service) nextEdition(tx *gorm.DB, planID string, change PlanChange, amounts map[string]int64) (int, error) {
	now, err := s.planIn(tx, planID, 0)
	if err != nil {
		return 0, err
	}
	next := versionRow{
		Plan: planID, Version: now.Version + 1, MonthlyCents: now.MonthlyCents, YearlyCents: now.YearlyCents,
		Currency: now.Currency, TrialDays: now.TrialDays, MadeAt: s.now(),
	}
	for to, from := range map[*int64]*int64{&next.MonthlyCents: change.MonthlyCents, &next.YearlyCents: change.YearlyCents} {
		if from != nil {
			*to = *from
		}
	}
	if change.TrialDays != nil {
		next.TrialDays = *change.TrialDays
	}
	if next.MonthlyCents < 0 || next.YearlyCents < 0 || next.TrialDays < 0 || next.TrialDays > trialMost {
		return 0, errLimits()
	}
	// Of two operators who change a plan at once, one is told that it exists.
	if err := tx.Create(&next).Error; err != nil {
		return 0, err
	}
	if err := copyContents(tx, planID, now.Version, next.Version, amounts, change.Features); err != nil {
		return 0, err
	}
	return next.Version, tx.Model(&planRow{}).Where("id = ?", planID).Update("version", next.Version).Error
}

// trialMost is the longest trial, in days; Stripe's own limit is two years.
const trialMost = 365

// copyContents takes limits and features over from one version to the next, but
// for those that are given.
func copyContents(tx *gorm.DB, planID string, from, to int, amounts map[string]int64, said *[]string) error {
	var limits []limitRow
	if err := tx.Where("plan = ? AND version = ?", planID, from).Find(&limits).Error; err != nil {
		return err
	}
	for i := range limits {
		limits[i].Version = to
		if n, changed := amounts[limits[i].Name]; changed {
			limits[i].Amount = n
			delete(amounts, limits[i].Name)
		}
	}
	for name, n := range amounts {
		limits = append(limits, limitRow{planID, to, name, n})
	}
	var features []featureRow
	if err := tx.Where("plan = ? AND version = ?", planID, from).Find(&features).Error; err != nil {
		return err
	}
	for i := range features {
		features[i].Version = to
	}
	if said != nil {
		features = nil
		for i, message := range *said {
			features = append(features, featureRow{planID, to, i + 1, message})
		}
	}
	if err := tx.Create(&limits).Error; err != nil || len(features) == 0 {
		return err
	}
	return tx.Create(&features).Error
}

// MoveToCurrent takes an organization to the version of its plan that is sold now:
// from the next invoice on it pays that price, and what the version allows holds
// at once. Who is on it already stays. ErrNeverPaid when it has bought nothing
// and was given nothing.
func (s *Service) MoveToCurrent(ctx context.Context, org tenants.OrgID) (Change, error) {
	if _, err := s.Sync(ctx, org); err != nil {
		return Change{}, err
	}
	row, err := s.row(ctx, org)
	if err != nil {
		return Change{}, err
	}
	if !running(row.Status) {
		return s.moveGiven(ctx, org, row)
	}
	plan, err := s.plan(ctx, row.Plan, 0)
	if err != nil {
		return Change{}, err
	}
	if plan.Version == row.PlanVersion {
		return Change{Org: org, Plan: plan.ID}, nil
	}
	price, err := s.gw.EnsurePrice(ctx, priceOf(plan, row.PayInterval))
	if err != nil {
		return Change{}, err
	}
	if err := s.gw.SetPrice(ctx, row.SubscriptionID, price); err != nil {
		return Change{}, err
	}
	return s.Sync(ctx, org)
}

// moveGiven moves what an operator gave.
func (s *Service) moveGiven(ctx context.Context, org tenants.OrgID, row subscriptionRow) (Change, error) {
	if row.CompedPlan == "" {
		return Change{}, fault(tenants.CodeNotFound, KeyNeverPaid, ErrNeverPaid)
	}
	return Change{Org: org, Plan: row.CompedPlan}, s.SetPlan(ctx, org, row.CompedPlan)
}

func priceOf(p Plan, interval string) Price {
	return Price{Plan: p.ID, Version: p.Version, Interval: interval, Product: "Parley " + p.Name, Cents: p.Cents(interval), Currency: p.Currency}
}
