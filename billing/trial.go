package billing

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

// TrialNotice is how long before the end of a trial people are told. Stripe's event
// customer.subscription.trial_will_end comes then.
// https://docs.stripe.com/billing/subscriptions/trials
const TrialNotice = 3 * 24 * time.Hour

const letterTrial = "payment_trial"

// trialEnding reports whether the first payment is near: not where the trial was
// cancelled, which ends without one.
func (s Subscription) trialEnding(now time.Time) bool {
	end := s.TrialEnds()
	return !end.IsZero() && !s.CancelAtPeriodEnd && !now.Before(end.Add(-TrialNotice)) && now.Before(end)
}

// TellOfTrial tells who may pay that the trial ends and when the first payment is
// due: once, [TrialNotice] before, by what the mirror says in the transaction of the
// mails. It says whether there are new mails.
func (s *Service) TellOfTrial(ctx context.Context, org tenants.OrgID, tell Teller) (told bool, err error) {
	row, err := s.row(ctx, org)
	if err != nil || row.TrialTold || !row.subscription().trialEnding(s.now()) {
		return false, err
	}
	err = s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		told = false
		first := tx.Model(&subscriptionRow{}).Where("revision = ? AND trial_told = ?", row.Revision, false).Update("trial_told", true)
		if first.Error != nil || first.RowsAffected == 0 { // told, or not so any more: whoever wrote that looks again
			return first.Error
		}
		plan, err := s.planIn(tx, row.Plan, row.PlanVersion)
		if err != nil {
			return err
		}
		told = true
		return tell.TellPayers(tx, tenants.PayerLetter{Kind: letterTrial, Plan: plan.Name, Page: "/billing", Day: row.subscription().TrialEnds()})
	})
	if err != nil {
		return false, fmt.Errorf("billing: tell of the end of a trial: %w", err)
	}
	return told, nil
}
