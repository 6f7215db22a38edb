package billing

import (
	"context"
	"errors"
	"time"

	"parley/tenants"
)

// errNoSales is what every call of NoSales answers.
var errNoSales = errors.New("billing: this installation sells nothing")

// NoSales is the Gateway of an installation that sells nothing: plans are given by an operator, and no event is ever believed.
type NoSales struct{}

// CreateCustomer refuses.
func (NoSales) CreateCustomer(context.Context, tenants.OrgID, string) (string, error) {
	return "", errNoSales
}

// DescribeCustomer refuses.
func (NoSales) DescribeCustomer(context.Context, string, string, string) error { return errNoSales }

// ForgetCustomer refuses.
func (NoSales) ForgetCustomer(context.Context, string) error { return errNoSales }

// EnsurePrice refuses.
func (NoSales) EnsurePrice(context.Context, Price) (string, error) { return "", errNoSales }

// OpenCheckout refuses.
func (NoSales) OpenCheckout(context.Context, CheckoutRequest) (Checkout, error) {
	return Checkout{}, errNoSales
}

// Checkout refuses.
func (NoSales) Checkout(context.Context, string) (Checkout, error) { return Checkout{}, errNoSales }

// ExpireCheckout refuses.
func (NoSales) ExpireCheckout(context.Context, string) error { return errNoSales }

// Subscriptions refuses.
func (NoSales) Subscriptions(context.Context, string) ([]RemoteSubscription, error) {
	return nil, errNoSales
}

// PreviewChange refuses.
func (NoSales) PreviewChange(context.Context, string, SubscriptionChange) (Preview, error) {
	return Preview{}, errNoSales
}

// ChangeSubscription refuses.
func (NoSales) ChangeSubscription(context.Context, string, string, SubscriptionChange) error {
	return errNoSales
}

// Invoices refuses.
func (NoSales) Invoices(context.Context, string, string, int) ([]Invoice, bool, error) {
	return nil, false, errNoSales
}

// SetPrice refuses.
func (NoSales) SetPrice(context.Context, string, string) error { return errNoSales }

// CancelAndRefund refuses.
func (NoSales) CancelAndRefund(context.Context, string) error { return errNoSales }

// Payments refuses.
func (NoSales) Payments(context.Context, string) ([]Payment, error) { return nil, errNoSales }

// PayerOf refuses.
func (NoSales) PayerOf(context.Context, string) (string, error) { return "", errNoSales }

// CancelAtPeriodEnd refuses.
func (NoSales) CancelAtPeriodEnd(context.Context, string, bool) error { return errNoSales }

// Cancel refuses.
func (NoSales) Cancel(context.Context, string) error { return errNoSales }

// PortalURL refuses.
func (NoSales) PortalURL(context.Context, string, string) (string, error) { return "", errNoSales }

// CreatePromotion refuses.
func (NoSales) CreatePromotion(context.Context, string, Promotion) (Promotion, error) {
	return Promotion{}, errNoSales
}

// Promotions refuses.
func (NoSales) Promotions(context.Context, string, int) ([]Promotion, bool, error) {
	return nil, false, errNoSales
}

// StopPromotion refuses.
func (NoSales) StopPromotion(context.Context, string) error { return errNoSales }

// UnpaidInvoice refuses.
func (NoSales) UnpaidInvoice(context.Context, string) (string, error) { return "", errNoSales }

// Events refuses.
func (NoSales) Events(context.Context, time.Time) ([]Event, error) { return nil, errNoSales }

// Event refuses.
func (NoSales) Event(context.Context, string) (Event, error) { return Event{}, errNoSales }

// ParseEvent believes nothing.
func (NoSales) ParseEvent([]byte, string, string) (Event, error) { return Event{}, ErrSignature }
