package billing

import "context"

// PackGateway is what selling packs needs of Stripe beside what plans need.
type PackGateway interface {
	// CreateBuyer makes the customer of a person. The same key gives the same
	// customer.
	CreateBuyer(ctx context.Context, buyer, key string) (id string, err error)
	// EnsurePackPrice finds the price by its lookup key, or makes it and its product.
	EnsurePackPrice(ctx context.Context, p PackPrice) (id string, err error)
	// OpenPackCheckout opens a hosted page for one payment. The same key gives the
	// same page.
	OpenPackCheckout(ctx context.Context, r PackCheckoutRequest) (Checkout, error)
	// RefundPayment gives back all that is left of a payment. Doing it again changes
	// nothing.
	RefundPayment(ctx context.Context, charge string) error
}

// PackPrice is what a pack costs, as Stripe should have it.
type PackPrice struct {
	Pack     string
	Product  string // shown on the payment page and on receipts
	Cents    int64
	Currency string
}

// PackCheckoutRequest opens a payment page for a pack.
type PackCheckoutRequest struct {
	Key                   string // idempotency key
	Buyer                 string
	Customer, Price, Pack string
	SuccessURL, CancelURL string
}

// CreateBuyer refuses.
func (NoSales) CreateBuyer(context.Context, string, string) (string, error) { return "", errNoSales }

// EnsurePackPrice refuses.
func (NoSales) EnsurePackPrice(context.Context, PackPrice) (string, error) { return "", errNoSales }

// OpenPackCheckout refuses.
func (NoSales) OpenPackCheckout(context.Context, PackCheckoutRequest) (Checkout, error) {
	return Checkout{}, errNoSales
}

// RefundPayment refuses.
func (NoSales) RefundPayment(context.Context, string) error { return errNoSales }
