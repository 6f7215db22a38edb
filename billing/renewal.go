package billing

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"parley/tenants"
)

// StopRenewal keeps what an organization pays for from renewing itself; what is
// paid for stays until its period ends. What was stopped is noted before Stripe
// is asked, so that [Service.ResumeRenewal] undoes this and nothing else, also
// after a crash in between. Doing it again changes nothing.
func (s *Service) StopRenewal(ctx context.Context, org tenants.OrgID) error {
	row, err := s.asAtStripe(ctx, org)
	if err != nil || !running(row.Status) || row.CancelAtPeriodEnd {
		return err
	}
	if err := s.noteStopped(ctx, org, row.SubscriptionID); err != nil {
		return err
	}
	if err := s.gw.CancelAtPeriodEnd(ctx, row.SubscriptionID, true); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	_, err = s.Sync(ctx, org)
	return err
}

// ResumeRenewal lets a subscription renew itself again that [Service.StopRenewal]
// has stopped, if it still runs. What its owner stopped stays as it is.
func (s *Service) ResumeRenewal(ctx context.Context, org tenants.OrgID) error {
	row, err := s.row(ctx, org)
	if err != nil || row.RenewalStopped == "" {
		return err
	}
	stopped := row.RenewalStopped
	if row, err = s.asAtStripe(ctx, org); err != nil {
		return err
	}
	if running(row.Status) && row.SubscriptionID == stopped {
		if err := s.gw.CancelAtPeriodEnd(ctx, stopped, false); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if _, err := s.Sync(ctx, org); err != nil {
			return err
		}
	}
	return s.noteStopped(ctx, org, "")
}

// Close cancels at once and for good what an organization pays for, after closing
// the payment pages by which it could pay for more. It gives no money back: it is
// for an organization that is erased. Invoices stay at Stripe, for the books, and so
// does the customer, without name and address. Doing it again changes nothing.
func (s *Service) Close(ctx context.Context, org tenants.OrgID) error {
	pages, err := s.otherPages(ctx, org, attemptRow{})
	if err != nil {
		return err
	}
	for _, p := range pages { // one that was paid just now shows below
		if err := s.gw.ExpireCheckout(ctx, p.SessionID); err != nil && !unsold(err) && !errors.Is(err, ErrRejected) && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	row, err := s.row(ctx, org)
	if err != nil || row.customer() == "" {
		return err
	}
	all, err := s.gw.Subscriptions(ctx, row.customer())
	if errors.Is(err, ErrNoCustomer) || unsold(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("billing: look what the organization pays for: %w", err)
	}
	for _, sub := range all {
		if sub.Status == StatusCanceled || sub.Status == StatusIncompleteExpired {
			continue
		}
		if err := s.gw.Cancel(ctx, sub.ID); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	if err := s.ForgetCustomer(ctx, row.customer()); err != nil {
		return err
	}
	_, err = s.Sync(ctx, org) // when it is gone, nobody writes down any more that it stopped paying
	return err
}

// asAtStripe is an organization's mirror as Stripe has it at this moment.
func (s *Service) asAtStripe(ctx context.Context, org tenants.OrgID) (subscriptionRow, error) {
	if _, err := s.Sync(ctx, org); err != nil && !unsold(err) {
		return subscriptionRow{}, err
	} else if err != nil {
		return subscriptionRow{}, nil // nothing renews itself where nothing is sold
	}
	return s.row(ctx, org)
}

// unsold reports whether there is no Stripe to ask.
func unsold(err error) bool { return errors.Is(err, errNoSales) }

func (s *Service) noteStopped(ctx context.Context, org tenants.OrgID, subscription string) error {
	err := s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		return tx.Model(&subscriptionRow{}).Where("renewal_stopped <> ?", subscription).Update("renewal_stopped", subscription).Error
	})
	if err != nil {
		return fmt.Errorf("billing: note that the renewal was stopped: %w", err)
	}
	return nil
}
