package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants"
)

// Stage is how far a missing payment has come.
type Stage int

// The stages. People are told once of each that they come to.
const (
	StagePaid   Stage = iota // nothing is missing
	StageFailed              // a payment did not go through; the plan stays for the grace
	StageSoon                // the grace ends in [SoonBefore] or less
	StageOver                // it has ended: Free is in force
)

// SoonBefore is how long before the end of the grace people are told again.
const SoonBefore = 3 * 24 * time.Hour

// Dunning is how far a missing payment has come at a moment, and when it goes on
// by itself; zero when it does not.
func (s Subscription) Dunning(now time.Time) (stage Stage, next time.Time) {
	end := s.GraceEnds()
	switch {
	case !s.Missing():
		return StagePaid, time.Time{}
	case end.IsZero() && s.InForce(now): // it is not known since when
		return StageFailed, time.Time{}
	case end.IsZero() || !now.Before(end):
		return StageOver, time.Time{}
	case !now.Before(end.Add(-SoonBefore)):
		return StageSoon, end
	}
	return StageFailed, end.Add(-SoonBefore)
}

// Teller tells people of their organization's payments; the transaction is inside
// the organization.
type Teller interface {
	// TellPayers puts a letter for everybody who may pay into the outbox.
	TellPayers(tx *gorm.DB, l tenants.PayerLetter) error
	// LookAfterPayment has somebody call [Service.Dun] again at a moment; zero is
	// never, and forgets what was asked before.
	LookAfterPayment(tx *gorm.DB, at time.Time) error
}

// dunningRow remembers, while a payment is missing, of what people were told.
type dunningRow struct {
	TenantID tenants.TenantID `gorm:"primaryKey"`
	Since    time.Time        // the oldest unpaid invoice when it was looked last
	Stage    Stage
	ToldAt   time.Time
}

// TableName is where it lies.
func (dunningRow) TableName() string { return "dunning" }

// Dun tells who may pay what has become of a missing payment: that it failed, that
// the grace is nearly over, that it is, and that all is paid. Each is told once,
// whoever calls it how often, in one transaction with the mails, and by what the
// mirror says in it: a payment that has come meanwhile is not asked for. What went
// by while nobody looked is not told afterwards. It says whether there are new
// mails.
func (s *Service) Dun(ctx context.Context, org tenants.OrgID, tell Teller) (told bool, err error) {
	if quiet, err := s.nothingMissing(ctx, org); err != nil || quiet {
		return false, err
	}
	err = s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		told = false
		var rows []subscriptionRow // locked: whoever writes the mirror comes before or after
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		var known []dunningRow
		if err := tx.Limit(1).Find(&known).Error; err != nil {
			return err
		}
		step := s.nextStep(org, rows[0].subscription(), known)
		if err := step.keep(tx); err != nil {
			return err
		}
		if err := tell.LookAfterPayment(tx, step.again); err != nil || step.letter == "" {
			return err
		}
		plan, err := s.planIn(tx, rows[0].Plan, rows[0].PlanVersion)
		if err != nil {
			return err
		}
		told = true
		return tell.TellPayers(tx, tenants.PayerLetter{Kind: step.letter, Plan: plan.Name, Page: step.page, Day: step.day})
	})
	if err != nil {
		return false, fmt.Errorf("billing: tell of a missing payment: %w", err)
	}
	return told, nil
}

// nothingMissing reports whether nobody has to be told anything, which is most of
// the time.
func (s *Service) nothingMissing(ctx context.Context, org tenants.OrgID) (bool, error) {
	row, err := s.row(ctx, org)
	if err != nil || row.subscription().Missing() {
		return false, err
	}
	var open int64
	err = s.db.ReadOrg(ctx, org, func(tx *gorm.DB) error { return tx.Model(&dunningRow{}).Limit(1).Count(&open).Error })
	if err != nil {
		return false, fmt.Errorf("billing: look for a missing payment: %w", err)
	}
	return open == 0, nil
}

// step is what [Service.Dun] does.
type step struct {
	row    dunningRow
	gone   bool      // nothing is missing any more
	letter string    // which letter goes out; "" for none
	page   string    // that its button opens
	day    time.Time // when the grace ends, in the letter
	again  time.Time
}

// The letters.
const (
	letterFailed = "payment_failed"
	letterSoon   = "payment_soon"
	letterOver   = "payment_over"
	letterBack   = "payment_back"
)

// nextStep compares what is with what people were told.
func (s *Service) nextStep(org tenants.OrgID, sub Subscription, known []dunningRow) step {
	now := s.now()
	stage, next := sub.Dunning(now)
	out := step{row: dunningRow{TenantID: tenants.TenantID(org), Since: now, Stage: stage, ToldAt: now}, gone: stage == StagePaid, again: next, day: sub.GraceEnds(), page: "/billing/pay"}
	if sub.PastDueSince != nil {
		out.row.Since = *sub.PastDueSince
	}
	toldOf := StagePaid
	if len(known) > 0 {
		toldOf = known[0].Stage
		if stage != StagePaid && out.row.Since.After(known[0].Since) { // an older invoice was paid, and this one is missing since
			toldOf = min(toldOf, stage)
		}
	}
	switch {
	case stage == StagePaid:
		if toldOf > StagePaid && sub.InForce(now) { // not where the subscription has ended instead
			out.letter, out.page = letterBack, "/billing"
		}
	case stage > toldOf:
		out.letter = map[Stage]string{StageFailed: letterFailed, StageSoon: letterSoon, StageOver: letterOver}[stage]
		if out.day.IsZero() && stage != StageOver { // there is no day to name
			out.letter = ""
		}
	default:
		out.row.Stage = toldOf
		out.row.ToldAt = known[0].ToldAt
	}
	return out
}

func (n step) keep(tx *gorm.DB) error {
	if n.gone {
		return tx.Where("tenant_id = ?", string(n.row.TenantID)).Delete(&dunningRow{}).Error
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "tenant_id"}}, UpdateAll: true}).Create(&n.row).Error
}

// PayURL is where an organization pays what is missing: its oldest unpaid
// invoice's own page at Stripe. Where none is unpaid it is [Service.PortalURL].
func (s *Service) PayURL(ctx context.Context, org tenants.OrgID, returnURL string) (string, error) {
	row, err := s.row(ctx, org)
	if err != nil {
		return "", err
	}
	if row.customer() == "" {
		return "", fault(tenants.CodeNotFound, KeyNeverPaid, ErrNeverPaid)
	}
	url, err := s.gw.UnpaidInvoice(ctx, row.customer())
	if errors.Is(err, ErrNoCustomer) {
		return "", fault(tenants.CodeNotFound, KeyNeverPaid, errors.Join(ErrNeverPaid, err))
	}
	if err != nil || url != "" {
		return url, err
	}
	return s.PortalURL(ctx, org, returnURL)
}

// After is the plan that follows the one in force, and when: at the end of a
// period that is not renewed, or of the grace. The moment is zero when the plan
// stays.
func (s *Service) After(ctx context.Context, org tenants.OrgID) (Plan, time.Time, error) {
	row, err := s.row(ctx, org)
	if err != nil {
		return Plan{}, time.Time{}, err
	}
	sub := row.subscription()
	at := sub.Ends(s.now())
	if at.IsZero() {
		return Plan{}, at, nil
	}
	id, version := FreePlan, 0
	if row.CompedPlan != "" {
		id, version = row.CompedPlan, row.CompedVersion
	}
	plan, err := s.plan(ctx, id, version)
	return plan, at, err
}

// Ends is when the plan that is in force stops being so, as things stand; zero when
// it goes on.
func (s Subscription) Ends(now time.Time) time.Time {
	switch {
	case s.Status == StatusComped || !s.InForce(now):
		return time.Time{}
	case s.Missing():
		return s.GraceEnds()
	case s.CancelAtPeriodEnd:
		return s.PeriodEnd
	}
	return time.Time{}
}
