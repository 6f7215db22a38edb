package billing

import (
	"context"
	"errors"

	"parley/tenants"
)

// CancelAtEnd lets what an organization pays for end with the period that is paid,
// because its owner says so: [Service.ResumeRenewal] does not undo it. Doing it again
// changes nothing. ErrNeverPaid when nothing runs.
func (s *Service) CancelAtEnd(ctx context.Context, org tenants.OrgID) error {
	return s.setEnding(ctx, org, true)
}

// KeepRunning undoes [Service.CancelAtEnd] before the period is over. Doing it again
// changes nothing. ErrNeverPaid when nothing runs any more.
func (s *Service) KeepRunning(ctx context.Context, org tenants.OrgID) error {
	return s.setEnding(ctx, org, false)
}

func (s *Service) setEnding(ctx context.Context, org tenants.OrgID, yes bool) error {
	if _, err := s.Sync(ctx, org); err != nil {
		return err
	}
	row, err := s.row(ctx, org)
	if err != nil {
		return err
	}
	if !running(row.Status) {
		return fault(tenants.CodeNotFound, KeyNeverPaid, ErrNeverPaid)
	}
	if err := s.noteStopped(ctx, org, ""); err != nil { // from here on it is the owner's word
		return err
	}
	if row.CancelAtPeriodEnd == yes {
		return nil
	}
	err = s.gw.CancelAtPeriodEnd(ctx, row.SubscriptionID, yes)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrRejected) { // it ended just now
		err = fault(tenants.CodeNotFound, KeyNeverPaid, errors.Join(ErrNeverPaid, err))
	}
	if err != nil {
		return err
	}
	_, err = s.Sync(ctx, org)
	return err
}

// Invoices lists what an organization was charged or credited, newest first, from the
// one after another ("" begins). Stripe is asked each time. One that has never bought
// has none.
func (s *Service) Invoices(ctx context.Context, org tenants.OrgID, after string, limit int) (page []Invoice, more bool, err error) {
	row, err := s.row(ctx, org)
	if err != nil || row.customer() == "" {
		return nil, false, err
	}
	page, more, err = s.gw.Invoices(ctx, row.customer(), after, limit)
	if errors.Is(err, ErrNoCustomer) || errors.Is(err, ErrNotFound) {
		return nil, false, nil // the customer is gone at Stripe, or the page's beginning is another's
	}
	return page, more, err
}
