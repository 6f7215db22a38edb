package billing

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"parley/tenants"
)

// PackCheckoutInput is who wants to buy which pack, and where the browser goes after.
type PackCheckoutInput struct {
	User                  tenants.UserID
	Email                 string // for Stripe's receipt
	Pack                  string
	Name                  string // of the pack, on the payment page and the receipt
	SuccessURL, CancelURL string
}

// Validate reports what is missing.
func (in PackCheckoutInput) Validate() error {
	if in.User == "" || in.Name == "" {
		return errors.New("billing: a pack is bought by somebody, and has a name")
	}
	for _, raw := range []string{in.SuccessURL, in.CancelURL} {
		if u, err := url.Parse(raw); err != nil || u.Host == "" {
			return fmt.Errorf("billing: %q is no address to come back to", raw)
		}
	}
	return nil
}

// StartPackCheckout opens Stripe's payment page for a pack and returns its address.
// Pressed twice it returns the same page. Who has the pack already is refused with
// ErrPackOwned, and whose bank questions an earlier payment with ErrPackDisputed:
// Stripe is asked, for the event of the first payment may have been lost.
func (s *Service) StartPackCheckout(ctx context.Context, in PackCheckoutInput) (string, error) {
	if err := in.Validate(); err != nil {
		return "", err
	}
	pack, err := s.packNamed(ctx, in.Pack)
	if err != nil {
		return "", err
	}
	if pack.State != PackListed || pack.Cents == 0 {
		return "", fault(tenants.CodeInvalid, KeyPackNotSold, ErrPackNotSold)
	}
	buyer, err := s.ensureBuyersCustomer(ctx, in.User, in.Email)
	if err != nil {
		return "", err
	}
	if err := s.refuseOwned(ctx, buyer, pack.ID); err != nil {
		return "", err
	}
	price, err := s.gw.EnsurePackPrice(ctx, PackPrice{Pack: pack.ID, Product: in.Name, Cents: pack.Cents, Currency: pack.Currency})
	if err != nil {
		return "", err
	}
	return s.openPackPage(ctx, packAttemptRow{
		BuyerID: buyer.ID, PackID: pack.ID, CustomerID: buyer.customer(), PriceID: price, SuccessURL: in.SuccessURL, CancelURL: in.CancelURL,
	})
}

// refuseOwned asks Stripe whether the pack is theirs already.
func (s *Service) refuseOwned(ctx context.Context, b buyerRow, pack string) error {
	if _, err := s.mirrorBuyer(ctx, b.ID, nil); err != nil {
		return err
	}
	all, err := s.purchasesOf(ctx, b)
	if err != nil {
		return err
	}
	for _, p := range all {
		switch {
		case p.Pack != pack:
		case p.State == PurchaseOwned || p.State == PurchaseDuplicate:
			return fault(tenants.CodeTaken, KeyPackOwned, ErrPackOwned)
		case p.State == PurchaseDisputed:
			return fault(tenants.CodeTaken, KeyPackDisputed, ErrPackDisputed)
		}
	}
	return nil
}

// openPackPage finds the page that is open already, or opens one.
func (s *Service) openPackPage(ctx context.Context, want packAttemptRow) (string, error) {
	for range 5 {
		have, err := s.packAttempt(ctx, want)
		if err != nil {
			return "", err
		}
		if have.SessionID == "" && have.fits(want) {
			return s.openNewPackPage(ctx, have)
		}
		page, err := s.present(ctx, attemptRow{SessionID: have.SessionID})
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
			if err := s.refuseOwned(ctx, buyerRow{ID: want.BuyerID}, want.PackID); err != nil {
				return "", err
			}
		}
		if err := s.renewPackAttempt(ctx, have, want); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("billing: no payment page stays open for %s", want.BuyerID)
}

// openNewPackPage opens the page of a try. Stripe repeats a refusal under its key,
// so the next press gets a new one; after a lost connection it must be the same.
func (s *Service) openNewPackPage(ctx context.Context, a packAttemptRow) (string, error) {
	page, err := s.gw.OpenPackCheckout(ctx, a.request())
	if errors.Is(err, ErrRejected) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrNoCustomer) {
		return "", errors.Join(err, s.renewPackAttempt(ctx, a, a))
	}
	if err != nil {
		return "", err
	}
	return page.URL, s.keepPackSession(ctx, a, page)
}
