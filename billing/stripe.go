package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
	"github.com/stripe/stripe-go/v76/webhook"

	"parley/tenants"
)

// StripeConfig says how to reach Stripe.
type StripeConfig struct {
	Key string // secret or restricted key
	// URL of the API; empty means Stripe's own. The stand-in goes here.
	URL string
	// HTTP may be nil.
	HTTP *http.Client
	Log  *slog.Logger
}

// stripeGateway is the product's only user of stripe-go.
type stripeGateway struct{ api *client.API }

// NewStripe is the Gateway to Stripe.
func NewStripe(c StripeConfig) (Gateway, error) {
	if c.Key == "" {
		return nil, errors.New("billing: the Stripe key is empty")
	}
	if c.URL == "" {
		c.URL = stripe.APIURL
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL:               stripe.String(strings.TrimSuffix(c.URL, "/")),
		HTTPClient:        c.HTTP,
		LeveledLogger:     stripeLog{c.Log},
		EnableTelemetry:   stripe.Bool(false),
		MaxNetworkRetries: stripe.Int64(2),
	})
	backends := &stripe.Backends{API: backend, Connect: backend, Uploads: backend}
	return &stripeGateway{api: client.New(c.Key, backends)}, nil
}

func (g *stripeGateway) CreateCustomer(ctx context.Context, org tenants.OrgID, key string) (string, error) {
	p := &stripe.CustomerParams{
		Params:   stripe.Params{Context: ctx, IdempotencyKey: &key},
		Metadata: map[string]string{"parley_org": string(org)},
	}
	c, err := g.api.Customers.New(p)
	if err != nil {
		return "", translate("create the customer", err)
	}
	return c.ID, nil
}

func (g *stripeGateway) DescribeCustomer(ctx context.Context, id, name, email string) error {
	p := &stripe.CustomerParams{Params: stripe.Params{Context: ctx}, Name: &name}
	if email != "" {
		p.Email = &email
	}
	c, err := g.api.Customers.Update(id, p)
	if err == nil && c.Deleted {
		return ErrNoCustomer
	}
	return asNoCustomer(translate("describe the customer", err))
}

// ForgetCustomer: an empty value takes away what was there, https://docs.stripe.com/api/customers/update
func (g *stripeGateway) ForgetCustomer(ctx context.Context, id string) error {
	_, err := g.api.Customers.Update(id, &stripe.CustomerParams{Params: stripe.Params{Context: ctx}, Name: stripe.String(""), Email: stripe.String("")})
	return asNoCustomer(translate("forget whose the customer is", err))
}

func (g *stripeGateway) OpenCheckout(ctx context.Context, r CheckoutRequest) (Checkout, error) {
	tags := map[string]string{"parley_org": string(r.Org), "parley_plan": r.Plan, "parley_interval": r.Interval}
	data := &stripe.CheckoutSessionSubscriptionDataParams{Metadata: tags}
	if r.TrialDays > 0 {
		data.TrialPeriodDays = stripe.Int64(int64(r.TrialDays))
	}
	cs, err := g.api.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Params:            stripe.Params{Context: ctx, IdempotencyKey: &r.Key},
		Mode:              stripe.String(string(stripe.CheckoutSessionModeSubscription)),
		Customer:          &r.Customer,
		ClientReferenceID: stripe.String(string(r.Org)),
		LineItems:         []*stripe.CheckoutSessionLineItemParams{{Price: &r.Price, Quantity: stripe.Int64(int64(r.Seats))}},
		SuccessURL:        &r.SuccessURL,
		CancelURL:         &r.CancelURL,
		Metadata:          tags,
		SubscriptionData:  data,

		AllowPromotionCodes: stripe.Bool(true),
	})
	if err != nil {
		return Checkout{}, translate("open the payment page", err)
	}
	return checkout(cs), nil
}

func (g *stripeGateway) Checkout(ctx context.Context, id string) (Checkout, error) {
	cs, err := g.api.CheckoutSessions.Get(id, &stripe.CheckoutSessionParams{Params: stripe.Params{Context: ctx}})
	if err != nil {
		return Checkout{}, translate("fetch the payment page", err)
	}
	return checkout(cs), nil
}

func (g *stripeGateway) ExpireCheckout(ctx context.Context, id string) error {
	_, err := g.api.CheckoutSessions.Expire(id, &stripe.CheckoutSessionExpireParams{Params: stripe.Params{Context: ctx}})
	return translate("close the payment page", err)
}

func checkout(cs *stripe.CheckoutSession) Checkout {
	return Checkout{ID: cs.ID, URL: cs.URL, Status: string(cs.Status), Expires: time.Unix(cs.ExpiresAt, 0).UTC()}
}

func (g *stripeGateway) Subscriptions(ctx context.Context, customer string) ([]RemoteSubscription, error) {
	list := &stripe.SubscriptionListParams{Customer: &customer, Status: stripe.String("all")}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	list.AddExpand("data.discount.promotion_code")
	it := g.api.Subscriptions.List(list)
	var all []RemoteSubscription
	for it.Next() {
		r := remote(it.Subscription())
		if r.Status == StatusPastDue || r.Status == StatusUnpaid {
			since, err := g.unpaidSince(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			r.PastDueSince = since
		}
		all = append(all, r)
	}
	if err := asNoCustomer(translate("fetch the subscriptions", it.Err())); err != nil {
		return nil, err
	}
	return all, nil
}

// unpaidSince is the date of the oldest invoice that waits for its money.
func (g *stripeGateway) unpaidSince(ctx context.Context, subscription string) (*time.Time, error) {
	list := &stripe.InvoiceListParams{Subscription: &subscription, Status: stripe.String("open")}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	var oldest int64
	it := g.api.Invoices.List(list)
	for it.Next() {
		if at := it.Invoice().Created; oldest == 0 || at < oldest {
			oldest = at
		}
	}
	if err := it.Err(); err != nil || oldest == 0 {
		return nil, translate("fetch the unpaid invoices", err)
	}
	since := time.Unix(oldest, 0).UTC()
	return &since, nil
}

func remote(s *stripe.Subscription) RemoteSubscription {
	r := RemoteSubscription{
		ID: s.ID, Created: time.Unix(s.Created, 0).UTC(), Status: string(s.Status),
		PeriodEnd: time.Unix(s.CurrentPeriodEnd, 0).UTC(), CancelAtPeriodEnd: s.CancelAtPeriodEnd,
	}
	if s.Customer != nil {
		r.Customer = s.Customer.ID
	}
	r.Discount = appliedDiscount(s.Discount)
	if s.Items == nil || len(s.Items.Data) == 0 || s.Items.Data[0].Price == nil {
		return r
	}
	item := s.Items.Data[0]
	r.Seats = int(item.Quantity)
	r.Plan = item.Price.Metadata["parley_plan"]
	r.Version, _ = strconv.Atoi(item.Price.Metadata["parley_version"]) // prices of the first version may lack it
	if plan, version, interval, ok := parseLookupKey(item.Price.LookupKey); ok {
		r.Plan, r.Version, r.Interval = plan, version, interval
	}
	if item.Price.Recurring != nil {
		r.Interval = string(item.Price.Recurring.Interval)
	}
	return r
}

// CancelAtPeriodEnd: https://docs.stripe.com/billing/subscriptions/cancel
func (g *stripeGateway) CancelAtPeriodEnd(ctx context.Context, id string, yes bool) error {
	_, err := g.api.Subscriptions.Update(id, &stripe.SubscriptionParams{Params: stripe.Params{Context: ctx}, CancelAtPeriodEnd: &yes})
	return translate("stop or resume the renewal", err)
}

func (g *stripeGateway) Cancel(ctx context.Context, id string) error {
	_, err := g.api.Subscriptions.Cancel(id, &stripe.SubscriptionCancelParams{Params: stripe.Params{Context: ctx}})
	return translate("cancel the subscription", err)
}

func (g *stripeGateway) PortalURL(ctx context.Context, customer, returnURL string) (string, error) {
	ps, err := g.api.BillingPortalSessions.New(&stripe.BillingPortalSessionParams{
		Params: stripe.Params{Context: ctx}, Customer: &customer, ReturnURL: &returnURL,
	})
	if err != nil {
		return "", asNoCustomer(translate("open the billing portal", err))
	}
	return ps.URL, nil
}

func (g *stripeGateway) ParseEvent(payload []byte, signature, secret string) (Event, error) {
	if err := webhook.ValidatePayloadIgnoringTolerance(payload, signature, secret); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return readEvent(payload, signature)
}

// translate says what was tried and turns Stripe's codes into our errors.
func translate(what string, err error) error {
	if err == nil {
		return nil
	}
	var e *stripe.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("billing: %s: %w", what, err)
	}
	switch {
	case e.Code == stripe.ErrorCodeResourceMissing:
		if e.Param == "customer" {
			return fmt.Errorf("billing: %s: %w (%s)", what, ErrNoCustomer, e.Msg)
		}
		return fmt.Errorf("billing: %s: %w (%s)", what, ErrNotFound, e.Msg)
	case e.HTTPStatusCode == http.StatusConflict || e.HTTPStatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("billing: %s: Stripe is busy: %w", what, err)
	default:
		return fmt.Errorf("billing: %s: %w: %w", what, ErrRejected, err)
	}
}

func asNoCustomer(err error) error {
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: %w", ErrNoCustomer, err)
	}
	return err
}

// stripeLog keeps the library's chatter at debug level: every error is also
// returned, and logged once where it is handled.
type stripeLog struct{ log *slog.Logger }

func (l stripeLog) say(format string, v ...any) {
	if l.log != nil {
		l.log.Debug("stripe: " + fmt.Sprintf(format, v...))
	}
}

func (l stripeLog) Debugf(string, ...any)          {}
func (l stripeLog) Infof(string, ...any)           {}
func (l stripeLog) Warnf(format string, v ...any)  { l.say(format, v...) }
func (l stripeLog) Errorf(format string, v ...any) { l.say(format, v...) }
