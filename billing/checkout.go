package billing

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"parley/tenants"
)

// CheckoutInput is who wants to buy what, and where the browser goes after.
type CheckoutInput struct {
	Org            tenants.OrgID
	OrgName, Email string
	Plan, Interval string
	Seats          int // 0 means 1
	// Trial: the buyer was told that it begins with the plan's trial. It is for an
	// organization's first subscription; else ErrTrialUsed.
	Trial                 bool
	SuccessURL, CancelURL string
}

// Validate reports what is missing.
func (in CheckoutInput) Validate() error {
	if in.Seats < 0 || in.Seats > SeatsMax {
		return seatsFault(KeySeatsNumber, fmt.Errorf("billing: %d seats", in.Seats))
	}
	for _, raw := range []string{in.SuccessURL, in.CancelURL} {
		if u, err := url.Parse(raw); err != nil || u.Host == "" {
			return fmt.Errorf("billing: %q is no address to come back to", raw)
		}
	}
	return nil
}

// StartCheckout opens Stripe's payment page and returns its address. Pressed
// twice it returns the same page. Organizations that pay already are refused
// with ErrAlreadySubscribed: Stripe is asked, not the mirror, for the event of
// the first payment may have been lost.
func (s *Service) StartCheckout(ctx context.Context, in CheckoutInput) (string, error) {
	if err := in.Validate(); err != nil {
		return "", err
	}
	plan, err := s.plan(ctx, in.Plan, 0)
	if err != nil {
		return "", err
	}
	if !plan.Public || !plan.Sold(in.Interval) {
		return "", fault(tenants.CodeInvalid, KeyNotSold, ErrNotSold)
	}
	customer, err := s.ensureCustomer(ctx, in)
	if err != nil {
		return "", err
	}
	if err := s.refuseSecond(ctx, in.Org); err != nil {
		return "", err
	}
	price, err := s.gw.EnsurePrice(ctx, priceOf(plan, in.Interval))
	if err != nil {
		return "", err
	}
	days, err := s.trialDays(ctx, in, plan)
	if err != nil {
		return "", err
	}
	want := attemptRow{
		Plan: plan.ID, PayInterval: in.Interval, CustomerID: customer, PriceID: price, Seats: max(in.Seats, 1), TrialDays: days,
		SuccessURL: in.SuccessURL, CancelURL: in.CancelURL,
	}
	if err := s.closeOthers(ctx, in.Org, want); err != nil {
		return "", err
	}
	return s.openPage(ctx, in.Org, want)
}

// ErrTrialUsed says that a trial was promised to an organization that has had one, or by a plan
// that has none any more.
var ErrTrialUsed = errors.New("billing: there is no trial for this organization")

// KeyTrialUsed is its sentence.
const KeyTrialUsed = "error.billing.trialused"

// trialDays is how long nothing is charged. The mirror was just fetched.
func (s *Service) trialDays(ctx context.Context, in CheckoutInput, plan Plan) (int, error) {
	if !in.Trial {
		return 0, nil
	}
	row, err := s.row(ctx, in.Org)
	if err != nil {
		return 0, err
	}
	if row.HadOne || plan.TrialDays == 0 {
		return 0, fault(tenants.CodeTaken, KeyTrialUsed, ErrTrialUsed)
	}
	return plan.TrialDays, nil
}

// refuseSecond asks Stripe whether something runs already. What we cannot place
// may be charged for, so it stops a sale as well.
func (s *Service) refuseSecond(ctx context.Context, org tenants.OrgID) error {
	change, err := s.Sync(ctx, org)
	if err != nil {
		return err
	}
	row, err := s.row(ctx, org)
	if err != nil {
		return err
	}
	if running(row.Status) {
		return fault(tenants.CodeTaken, KeyAlreadySubscribed, ErrAlreadySubscribed)
	}
	if change.unclear {
		return fault(tenants.CodeTaken, KeyUnclear, ErrUnclear)
	}
	return nil
}

// ensureCustomer gives the organization its one customer at Stripe. A customer
// that was deleted there is replaced.
func (s *Service) ensureCustomer(ctx context.Context, in CheckoutInput) (string, error) {
	for range 3 {
		row, err := s.row(ctx, in.Org)
		if err != nil {
			return "", err
		}
		if id := row.customer(); id != "" {
			err := s.gw.DescribeCustomer(ctx, id, in.OrgName, in.Email)
			if err == nil {
				return id, nil
			}
			if !errors.Is(err, ErrNoCustomer) {
				return "", err
			}
			if err := s.dropCustomer(ctx, in.Org, id); err != nil {
				return "", err
			}
			continue
		}
		id, err := s.gw.CreateCustomer(ctx, in.Org, fmt.Sprintf("parley-customer-%s-%d", in.Org, row.CustomerTry))
		if err != nil {
			return "", err
		}
		if err := s.keepCustomer(ctx, in.Org, row.CustomerTry, id); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("billing: the customer of %s does not last", in.Org)
}

// closeOthers expires pages for other plans, so that one page is open at a
// time. A page that cannot be closed has just been paid, or is gone.
func (s *Service) closeOthers(ctx context.Context, org tenants.OrgID, want attemptRow) error {
	pages, err := s.otherPages(ctx, org, want)
	if err != nil {
		return err
	}
	for _, p := range pages {
		err := s.gw.ExpireCheckout(ctx, p.SessionID)
		if errors.Is(err, ErrRejected) {
			if err := s.refuseSecond(ctx, org); err != nil {
				return err
			}
		} else if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err := s.renewAttempt(ctx, org, p, p); err != nil {
			return err
		}
	}
	return nil
}

// openPage finds the page that is open already, or opens one.
func (s *Service) openPage(ctx context.Context, org tenants.OrgID, want attemptRow) (string, error) {
	for range 5 {
		have, err := s.attempt(ctx, org, want)
		if err != nil {
			return "", err
		}
		if have.SessionID == "" && have.fits(want) {
			return s.openNew(ctx, org, have)
		}
		page, err := s.present(ctx, have)
		if err != nil {
			return "", err
		}
		if page.Status == CheckoutOpen && have.fits(want) {
			return page.URL, nil
		}
		if page.Status == CheckoutOpen {
			if err := s.gw.ExpireCheckout(ctx, page.ID); err != nil && !errors.Is(err, ErrRejected) {
				return "", err
			}
		}
		if page.Status == CheckoutComplete {
			if err := s.refuseSecond(ctx, org); err != nil {
				return "", err
			}
		}
		if err := s.renewAttempt(ctx, org, have, want); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("billing: no payment page stays open for %s", org)
}

// present is the state of the row's page; a page that was never opened or that
// Stripe forgot counts as expired.
func (s *Service) present(ctx context.Context, a attemptRow) (Checkout, error) {
	if a.SessionID == "" {
		return Checkout{Status: CheckoutExpired}, nil
	}
	page, err := s.gw.Checkout(ctx, a.SessionID)
	if errors.Is(err, ErrNotFound) {
		return Checkout{Status: CheckoutExpired}, nil
	}
	return page, err
}

// openNew opens the page of a try. Stripe repeats a refusal under its key, so
// the next press gets a new one; after a lost connection it must be the same.
func (s *Service) openNew(ctx context.Context, org tenants.OrgID, a attemptRow) (string, error) {
	page, err := s.gw.OpenCheckout(ctx, a.request(org))
	if errors.Is(err, ErrRejected) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrNoCustomer) {
		return "", errors.Join(err, s.renewAttempt(ctx, org, a, a))
	}
	if err != nil {
		return "", err
	}
	return page.URL, s.keepSession(ctx, org, a, page)
}
