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
	// ForgetCustomer takes name and e-mail address off a customer who is erased here.
	// What it has paid stays, for the books. Doing it again changes nothing.
	// ErrNoCustomer when Stripe does not know it (any more).
	ForgetCustomer(ctx context.Context, id string) error
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
	// PreviewChange asks what a change of a running subscription would charge, and
	// changes nothing. A zero c.At is Stripe's present; the answer says which that is.
	PreviewChange(ctx context.Context, subscription string, c SubscriptionChange) (Preview, error)
	// ChangeSubscription makes a running subscription another one at once, and
	// charges or credits what PreviewChange said for the same c.At. When that payment
	// fails nothing changes (ErrRejected). The same key charges once, and so does
	// doing it again with another.
	ChangeSubscription(ctx context.Context, key, subscription string, c SubscriptionChange) error
	// Invoices lists a customer's invoices, newest first, from the one after another
	// ("" begins); more says that there are further ones. limit is 1 to 100.
	Invoices(ctx context.Context, customer, after string, limit int) (page []Invoice, more bool, err error)
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
	// CreatePromotion makes a discount and the code that gives it. The same key
	// gives the same code. ErrRejected when an active code is called like that.
	CreatePromotion(ctx context.Context, key string, p Promotion) (Promotion, error)
	// Promotions lists codes, newest first, from the one after another ("" begins);
	// more says that there are further ones. limit is 1 to 100.
	Promotions(ctx context.Context, after string, limit int) (page []Promotion, more bool, err error)
	// StopPromotion lets nobody use a code any more. Who has used it keeps the
	// discount. Doing it again changes nothing. ErrNotFound when there is none.
	StopPromotion(ctx context.Context, id string) error
	// UnpaidInvoice is the hosted page of the customer's oldest invoice that waits
	// for its money; "" when none does.
	UnpaidInvoice(ctx context.Context, customer string) (url string, err error)
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
	TrialDays             int // 0 is none: the first period is charged today
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
	PastDueSince      *time.Time // the oldest unpaid invoice, while past_due or unpaid
	Discount          AppliedDiscount
}

// AppliedDiscount is what is taken off a subscription's invoices; the zero value is
// nothing.
type AppliedDiscount struct {
	Discount
	Label string    // the promotion code, else the coupon's name
	Once  bool      // off one invoice, which is still to come
	Until time.Time // zero is for good, or once
}

// SubscriptionChange is what a running subscription shall be.
type SubscriptionChange struct {
	Price string // id at Stripe
	Seats int
	At    time.Time // from when unused time is credited and new time charged
}

// Preview is what a change would charge.
type Preview struct {
	At       time.Time // hand this to ChangeSubscription
	Today    int64     // minor units charged at once, tax and discount included
	Credit   int64     // minor units kept for the next invoices
	Currency string    // ISO 4217, lower case
	Lines    []PreviewLine
	RenewsAt time.Time // the end of the period that is then paid for; zero when nothing is charged or credited now
}

// PreviewLine is one part of what is charged (or, below zero, credited) at once.
type PreviewLine struct {
	Plan      string // of ours
	Seats     int
	Proration bool // for what is left of a period
	Amount    int64
}

// Invoice is one of a customer's invoices.
type Invoice struct {
	ID, Number string
	At         time.Time
	Total      int64  // minor units; below zero it is a credit
	Due        int64  // what was or is to be paid of it
	Currency   string // ISO 4217, lower case
	Status     string // InvoicePaid, …
	URL, PDF   string // at Stripe; "" when there is none
}

// States of an invoice.
const (
	InvoicePaid          = "paid"
	InvoiceOpen          = "open"
	InvoiceVoid          = "void"
	InvoiceUncollectible = "uncollectible"
	InvoiceDraft         = "draft"
)

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
