package billing

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/stripe/stripe-go/v76"
)

// item fetches the one thing that a subscription of ours sells.
func (g *stripeGateway) item(ctx context.Context, subscription string) (*stripe.SubscriptionItem, error) {
	s, err := g.api.Subscriptions.Get(subscription, &stripe.SubscriptionParams{Params: stripe.Params{Context: ctx}})
	if err != nil {
		return nil, translate("fetch the subscription", err)
	}
	if s.Items == nil || len(s.Items.Data) == 0 {
		return nil, fmt.Errorf("billing: subscription %s sells nothing: %w", subscription, ErrNotFound)
	}
	return s.Items.Data[0], nil
}

// PreviewChange: https://docs.stripe.com/billing/subscriptions/prorations#preview-proration
func (g *stripeGateway) PreviewChange(ctx context.Context, id string, c SubscriptionChange) (Preview, error) {
	item, err := g.item(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	ask := &stripe.InvoiceUpcomingParams{
		Params:       stripe.Params{Context: ctx},
		Subscription: &id,
		SubscriptionItems: []*stripe.SubscriptionItemsParams{
			{ID: &item.ID, Price: &c.Price, Quantity: stripe.Int64(int64(c.Seats))},
		},
		SubscriptionProrationBehavior: stripe.String("always_invoice"),
	}
	if !c.At.IsZero() {
		ask.SubscriptionProrationDate = stripe.Int64(c.At.Unix())
	}
	in, err := g.api.Invoices.Upcoming(ask)
	if err != nil {
		return Preview{}, translate("preview the change", err)
	}
	at := c.At
	if in.SubscriptionProrationDate > 0 {
		at = unix(in.SubscriptionProrationDate)
	} else if at.IsZero() {
		at = unix(in.Created)
	}
	return preview(in, at), nil
}

// preview keeps of an invoice what is charged at the moment of the change: the lines
// whose time begins then. What begins later is the next period's, which is charged
// when it comes; in a trial everything is.
func preview(in *stripe.Invoice, at time.Time) Preview {
	p := Preview{At: at, Currency: string(in.Currency)}
	var sum int64
	all := true
	for _, line := range linesOf(in) {
		if line.Period == nil || line.Period.Start > at.Unix()+prorationSlack || line.Period.End <= at.Unix() {
			all = false
			continue
		}
		l := PreviewLine{Seats: int(line.Quantity), Proration: line.Proration, Amount: line.Amount}
		if line.Price != nil {
			l.Plan = line.Price.Metadata["parley_plan"]
		}
		for _, off := range line.DiscountAmounts {
			sum -= off.Amount
		}
		sum += line.Amount
		p.Lines = append(p.Lines, l)
		if end := unix(line.Period.End); end.After(p.RenewsAt) {
			p.RenewsAt = end
		}
	}
	if all {
		p.Today, p.Credit = in.AmountDue, max(0, -in.Total)
		return p
	}
	p.Today, p.Credit = max(0, sum), max(0, -sum)
	return p
}

// prorationSlack is how many seconds after the moment of a change a new period may
// begin: a change of interval begins it when the request arrives.
const prorationSlack = 20 * 60

func linesOf(in *stripe.Invoice) []*stripe.InvoiceLineItem {
	if in.Lines == nil {
		return nil
	}
	return in.Lines.Data
}

func (g *stripeGateway) ChangeSubscription(ctx context.Context, key, id string, c SubscriptionChange) error {
	item, err := g.item(ctx, id)
	if err != nil {
		return err
	}
	if item.Price != nil && item.Price.ID == c.Price && item.Quantity == int64(c.Seats) {
		return nil
	}
	_, err = g.api.Subscriptions.Update(id, &stripe.SubscriptionParams{
		Params:            stripe.Params{Context: ctx, IdempotencyKey: &key},
		Items:             []*stripe.SubscriptionItemsParams{{ID: &item.ID, Price: &c.Price, Quantity: stripe.Int64(int64(c.Seats))}},
		ProrationBehavior: stripe.String("always_invoice"),
		ProrationDate:     stripe.Int64(c.At.Unix()),
		PaymentBehavior:   stripe.String("error_if_incomplete"),
	})
	return translate("change the subscription", err)
}

// Invoices: https://docs.stripe.com/api/invoices/list?api-version=2023-10-16
func (g *stripeGateway) Invoices(ctx context.Context, customer, after string, limit int) ([]Invoice, bool, error) {
	list := &stripe.InvoiceListParams{Customer: &customer}
	list.Context, list.Single = ctx, true
	list.Limit = stripe.Int64(int64(limit))
	if after != "" {
		list.StartingAfter = &after
	}
	var all []Invoice
	it := g.api.Invoices.List(list)
	for it.Next() {
		in := it.Invoice()
		all = append(all, Invoice{
			ID: in.ID, Number: in.Number, At: unix(in.Created), Total: in.Total, Due: in.AmountDue, Currency: string(in.Currency), Status: string(in.Status),
			URL: in.HostedInvoiceURL, PDF: in.InvoicePDF,
		})
	}
	if err := it.Err(); err != nil {
		return nil, false, translate("list the invoices", err)
	}
	return all, it.InvoiceList().HasMore, nil
}

func appliedDiscount(d *stripe.Discount) AppliedDiscount {
	if d == nil || d.Coupon == nil {
		return AppliedDiscount{}
	}
	out := AppliedDiscount{Discount: discountOf(d.Coupon), Label: cmp.Or(d.Coupon.Name, d.Coupon.ID), Once: d.Coupon.Duration == stripe.CouponDurationOnce}
	if d.PromotionCode != nil && d.PromotionCode.Code != "" {
		out.Label = d.PromotionCode.Code
	}
	if d.End > 0 {
		out.Until = unix(d.End)
	}
	return out
}
