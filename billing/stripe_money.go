package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
)

// Payments lists charges, which is where money moves: an invoice that was paid
// from a balance or outside of Stripe has none.
// https://docs.stripe.com/api/charges/list?api-version=2023-10-16
func (g *stripeGateway) Payments(ctx context.Context, customer string) ([]Payment, error) {
	list := &stripe.ChargeListParams{Customer: &customer}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	list.AddExpand("data.refunds") // not sent by itself since 2022-11-15
	list.AddExpand("data.invoice")
	var all []Payment
	it := g.api.Charges.List(list)
	for it.Next() {
		ch := it.Charge()
		if ch.Status != stripe.ChargeStatusSucceeded || ch.AmountCaptured == 0 {
			continue
		}
		p, err := g.payment(ctx, ch)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if err := it.Err(); err != nil {
		return nil, asNoCustomer(translate("fetch the payments", err))
	}
	return all, nil
}

func (g *stripeGateway) payment(ctx context.Context, ch *stripe.Charge) (Payment, error) {
	p := Payment{ID: ch.ID, At: unix(ch.Created), Amount: ch.AmountCaptured, Currency: strings.ToUpper(string(ch.Currency)), Plan: planOf(ch.Invoice), Pack: ch.Metadata["parley_pack"]}
	refunds, err := g.refunds(ctx, ch)
	if err != nil {
		return p, err
	}
	for _, r := range refunds {
		p.Refunds = append(p.Refunds, Refund{
			ID: r.ID, At: unix(r.Created), Amount: r.Amount,
			Failed: r.Status == stripe.RefundStatusFailed || r.Status == stripe.RefundStatusCanceled,
		})
	}
	if ch.Disputed {
		p.Disputes, err = g.disputes(ctx, ch.ID)
	}
	return p, err
}

// refunds are those that came with the charge, or all of them when it has more.
func (g *stripeGateway) refunds(ctx context.Context, ch *stripe.Charge) ([]*stripe.Refund, error) {
	if ch.Refunds == nil || !ch.Refunds.HasMore {
		if ch.Refunds == nil {
			return nil, nil
		}
		return ch.Refunds.Data, nil
	}
	list := &stripe.RefundListParams{Charge: &ch.ID}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	var all []*stripe.Refund
	it := g.api.Refunds.List(list)
	for it.Next() {
		all = append(all, it.Refund())
	}
	return all, translate("fetch the refunds", it.Err())
}

func (g *stripeGateway) disputes(ctx context.Context, charge string) ([]Dispute, error) {
	list := &stripe.DisputeListParams{Charge: &charge}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	var all []Dispute
	it := g.api.Disputes.List(list)
	for it.Next() {
		d := it.Dispute()
		out := Dispute{ID: d.ID, Lost: d.Status == stripe.DisputeStatusLost}
		for _, bt := range d.BalanceTransactions {
			out.Moves = append(out.Moves, DisputeMove{ID: bt.ID, At: unix(bt.Created), Amount: bt.Amount})
		}
		all = append(all, out)
	}
	return all, translate("fetch the disputes", it.Err())
}

// planOf is the plan that an invoice is for: that of its first line with one.
func planOf(in *stripe.Invoice) string {
	if in == nil || in.Lines == nil {
		return ""
	}
	for _, line := range in.Lines.Data {
		if line.Price != nil && line.Price.Metadata["parley_plan"] != "" {
			return line.Price.Metadata["parley_plan"]
		}
	}
	return ""
}

func (g *stripeGateway) PayerOf(ctx context.Context, charge string) (string, error) {
	ch, err := g.api.Charges.Get(charge, &stripe.ChargeParams{Params: stripe.Params{Context: ctx}})
	if err != nil {
		return "", translate("fetch the charge", err)
	}
	if ch.Customer == nil {
		return "", nil
	}
	return ch.Customer.ID, nil
}

func (g *stripeGateway) CancelAndRefund(ctx context.Context, id string) error {
	s, err := g.api.Subscriptions.Get(id, &stripe.SubscriptionParams{Params: stripe.Params{Context: ctx}})
	if err != nil {
		return translate("fetch the duplicate", err)
	}
	if s.Status != stripe.SubscriptionStatusCanceled && s.Status != stripe.SubscriptionStatusIncompleteExpired {
		_, err = g.api.Subscriptions.Cancel(id, &stripe.SubscriptionCancelParams{Params: stripe.Params{Context: ctx}})
		if err != nil {
			return translate("cancel the duplicate", err)
		}
	}
	list := &stripe.InvoiceListParams{Subscription: &id, Status: stripe.String(string(stripe.InvoiceStatusPaid))}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	it := g.api.Invoices.List(list)
	for it.Next() {
		if err := g.refundInvoice(ctx, it.Invoice()); err != nil {
			return err
		}
	}
	return translate("fetch what the duplicate took", it.Err())
}

func (g *stripeGateway) refundInvoice(ctx context.Context, in *stripe.Invoice) error {
	if in.AmountPaid == 0 || in.PaymentIntent == nil {
		return nil
	}
	_, err := g.api.Refunds.New(&stripe.RefundParams{
		Params:        stripe.Params{Context: ctx, IdempotencyKey: stripe.String("parley-refund-" + in.ID)},
		PaymentIntent: &in.PaymentIntent.ID,
		Reason:        stripe.String(string(stripe.RefundReasonDuplicate)),
		Metadata:      map[string]string{"parley_invoice": in.ID},
	})
	var e *stripe.Error
	if errors.As(err, &e) && e.Code == stripe.ErrorCodeChargeAlreadyRefunded {
		return nil
	}
	return translate("refund the duplicate", err)
}

// Events: https://docs.stripe.com/api/events/list?api-version=2023-10-16
func (g *stripeGateway) Events(ctx context.Context, since time.Time) ([]Event, error) {
	list := &stripe.EventListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix()}}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	var all []Event
	it := g.api.Events.List(list)
	for it.Next() {
		event, err := eventOf(it.Event())
		if err != nil {
			return nil, err
		}
		all = append(all, event)
	}
	slices.Reverse(all)
	return all, translate("list what happened", it.Err())
}

func (g *stripeGateway) Event(ctx context.Context, id string) (Event, error) {
	e, err := g.api.Events.Get(id, &stripe.EventParams{Params: stripe.Params{Context: ctx}})
	if err != nil {
		return Event{}, translate("fetch the event", err)
	}
	return eventOf(e)
}

// eventOf keeps of an event where to look.
func eventOf(e *stripe.Event) (Event, error) {
	event := Event{ID: e.ID, Type: string(e.Type), Created: unix(e.Created)}
	if e.Data == nil {
		return event, nil
	}
	event, err := reduce(event, e.Data.Raw)
	if err != nil {
		return Event{}, fmt.Errorf("billing: read the event %s: %w", e.ID, err)
	}
	return event, nil
}

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
