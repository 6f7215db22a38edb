package billing

import (
	"context"

	"github.com/stripe/stripe-go/v76"
)

// UnpaidInvoice: https://docs.stripe.com/invoicing/hosted-invoice-page
func (g *stripeGateway) UnpaidInvoice(ctx context.Context, customer string) (string, error) {
	list := &stripe.InvoiceListParams{Customer: &customer, Status: stripe.String("open")}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	var oldest *stripe.Invoice
	it := g.api.Invoices.List(list)
	for it.Next() {
		if in := it.Invoice(); in.HostedInvoiceURL != "" && (oldest == nil || in.Created < oldest.Created) {
			oldest = in
		}
	}
	if err := asNoCustomer(translate("find the unpaid invoice", it.Err())); err != nil || oldest == nil {
		return "", err
	}
	return oldest.HostedInvoiceURL, nil
}
