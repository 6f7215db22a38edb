package billing

import (
	"context"
	"errors"
	"time"

	"parley/tenants"
)

// Gateway is what we need of Stripe, in our own types. [NewStripe] is the real
// one; the tests' and the demo's Stripe is the same code against another
// address (billing/stripefake).
type Gateway interface {
	// CreateCustomer makes the customer of an organization. The same key gives
	// the same customer.
	CreateCustomer(ctx context.Context, org tenants.OrgID, key string) (id string, err error)
	// DescribeCustomer puts name and e-mail on the customer, for invoices.
	DescribeCustomer(ctx context.Context, id, name, email string) error
	// EnsurePrice finds the price by its lookup key, or makes it and its product.
	EnsurePrice(ctx context.Context, p Price) (id string, err error)
	// OpenCheckout opens a hosted payment page. The same key gives the same page.
	OpenCheckout(ctx context.Context, r CheckoutRequest) (Checkout, error)
	// Checkout fetches a payment page's present state.
	Checkout(ctx context.Context, id string) (Checkout, error)
	// ExpireCheckout closes a page that nobody has paid yet.
	ExpireCheckout(ctx context.Context, id string) error
	// Subscriptions fetches everything that the customer has or had, also ended
	// ones. ErrNoCustomer when Stripe does not know the customer (any more).
	Subscriptions(ctx context.Context, customer string) ([]RemoteSubscription, error)
	// SetSeats makes a running subscription one for so many seats. More are
	// charged at once for the rest of the period; when that payment fails
	// nothing changes (ErrRejected). Fewer are credited to the next invoice.
	// Doing it again changes nothing.
	SetSeats(ctx context.Context, subscription string, seats int) error
	// SetPrice makes a running subscription one at another price of the same plan,
	// from its next period on: nothing is charged or credited now. Doing it again
	// changes nothing.
	SetPrice(ctx context.Context, subscription, price string) error
	// CancelAndRefund ends a subscription at once and gives back all that it ever
	// took. Doing it again changes nothing.
	CancelAndRefund(ctx context.Context, subscription string) error
	// Payments fetches all that the customer ever paid, with what was given back
	// and what is disputed of it, as it stands now.
	Payments(ctx context.Context, customer string) ([]Payment, error)
	// PayerOf says which customer paid a charge; "" is nobody.
	PayerOf(ctx context.Context, charge string) (customer string, err error)
	// CancelAtPeriodEnd says whether a running subscription ends with its period
	// instead of renewing itself. Doing it again changes nothing.
	CancelAtPeriodEnd(ctx context.Context, subscription string, yes bool) error
	// Cancel ends a subscription at once, without giving anything back.
	// ErrNotFound when it has ended already.
	Cancel(ctx context.Context, subscription string) error
	// PortalURL opens Stripe's page for invoices, cards and cancelling.
	PortalURL(ctx context.Context, customer, returnURL string) (string, error)
	// Events lists what happened from a moment on, oldest first. Stripe remembers
	// thirty days.
	Events(ctx context.Context, since time.Time) ([]Event, error)
	// Event fetches one of them. ErrNotFound when Stripe does not remember it.
	Event(ctx context.Context, id string) (Event, error)
	// ParseEvent verifies a webhook's raw body and reads it.
	ParseEvent(payload []byte, signature, secret string) (Event, error)
	PackGateway
}

// Price is one version of a plan at one interval, as Stripe should have it.
type Price struct {
	Plan, Interval string
	Version        int
	Product        string // shown on the payment page and on invoices
	Cents          int64  // a seat
	Currency       string
}

// CheckoutRequest opens a payment page.
type CheckoutRequest struct {
	Key                   string // idempotency key
	Org                   tenants.OrgID
	Customer, Price       string
	Plan, Interval        string
	Seats                 int
	SuccessURL, CancelURL string
}

// Checkout is a hosted payment page.
type Checkout struct {
	ID, URL string
	Status  string // open, complete, expired
	Expires time.Time
}

// States of a payment page.
const (
	CheckoutOpen     = "open"
	CheckoutComplete = "complete"
	CheckoutExpired  = "expired"
)

// RemoteSubscription is a subscription as Stripe has it at this moment.
type RemoteSubscription struct {
	ID, Customer      string
	Created           time.Time
	Status            string
	Plan, Interval    string
	Version           int
	Seats             int
	PeriodEnd         time.Time
	CancelAtPeriodEnd bool
	PastDueSince      *time.Time // the oldest unpaid invoice, while past_due
}

// Event is a verified webhook, reduced to what may be used of it: where to look.
type Event struct {
	ID, Type string
	Created  time.Time
	SignedAt time.Time // from the signature; zero for one that we asked for
	Object   string    // kind of the object inside: subscription, invoice, …
	ObjectID string
	Customer string // the object's customer, or the object itself
	Charge   string // where the object is a dispute or a refund, which name no customer
}

// Errors that callers tell apart.
var (
	// ErrSignature: the webhook is not from Stripe, or not from now. Answer 400.
	ErrSignature = errors.New("billing: the webhook's signature does not hold")
	// ErrNoCustomer: Stripe knows no such customer, or it was deleted there.
	ErrNoCustomer = errors.New("billing: no such customer")
	// ErrNotFound: Stripe knows no such object.
	ErrNotFound = errors.New("billing: no such object at Stripe")
	// ErrRejected: Stripe understood and said no; the same request under the
	// same key would get the same answer.
	ErrRejected = errors.New("billing: Stripe refused the request")
)
