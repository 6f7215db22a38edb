package billing

import (
	"context"
	"errors"
	"fmt"

	"github.com/stripe/stripe-go/v76"
)

func (g *stripeGateway) CreateBuyer(ctx context.Context, buyer, key string) (string, error) {
	c, err := g.api.Customers.New(&stripe.CustomerParams{
		Params:   stripe.Params{Context: ctx, IdempotencyKey: &key},
		Metadata: map[string]string{"parley_buyer": buyer},
	})
	if err != nil {
		return "", translate("create the customer", err)
	}
	return c.ID, nil
}

func (g *stripeGateway) EnsurePackPrice(ctx context.Context, p PackPrice) (string, error) {
	lookup := "parley_pack_" + p.Pack
	list := &stripe.PriceListParams{LookupKeys: []*string{&lookup}, Active: stripe.Bool(true)}
	list.Context = ctx
	it := g.api.Prices.List(list)
	for it.Next() {
		if have := it.Price(); have.UnitAmount == p.Cents && string(have.Currency) == p.Currency {
			return have.ID, nil
		}
	}
	if err := it.Err(); err != nil {
		return "", translate("find the pack's price", err)
	}
	product, err := g.ensureProduct(ctx, Price{Plan: "pack_" + p.Pack, Product: p.Product})
	if err != nil {
		return "", err
	}
	key := fmt.Sprintf("parley-price-%s-%d-%s", lookup, p.Cents, p.Currency) // two tabs get one price, and so one page
	made, err := g.api.Prices.New(&stripe.PriceParams{
		Params: stripe.Params{Context: ctx, IdempotencyKey: &key}, Product: &product, Currency: &p.Currency, UnitAmount: &p.Cents,
		LookupKey: &lookup, TransferLookupKey: stripe.Bool(true),
		Metadata: map[string]string{"parley_pack": p.Pack},
	})
	if err != nil {
		return "", translate("create the pack's price", err)
	}
	return made.ID, nil
}

// OpenPackCheckout: what the payment intent carries, its charge carries too.
// https://docs.stripe.com/metadata#copying-metadata-to-another-object
func (g *stripeGateway) OpenPackCheckout(ctx context.Context, r PackCheckoutRequest) (Checkout, error) {
	tags := map[string]string{"parley_buyer": r.Buyer, "parley_pack": r.Pack}
	cs, err := g.api.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Params:            stripe.Params{Context: ctx, IdempotencyKey: &r.Key},
		Mode:              stripe.String(string(stripe.CheckoutSessionModePayment)),
		Customer:          &r.Customer,
		ClientReferenceID: &r.Buyer,
		LineItems:         []*stripe.CheckoutSessionLineItemParams{{Price: &r.Price, Quantity: stripe.Int64(1)}},
		SuccessURL:        &r.SuccessURL,
		CancelURL:         &r.CancelURL,
		Metadata:          tags,
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: tags},
	})
	if err != nil {
		return Checkout{}, translate("open the payment page of a pack", err)
	}
	return checkout(cs), nil
}

func (g *stripeGateway) RefundPayment(ctx context.Context, charge string) error {
	_, err := g.api.Refunds.New(&stripe.RefundParams{
		Params: stripe.Params{Context: ctx, IdempotencyKey: stripe.String("parley-refund-" + charge)},
		Charge: &charge,
	})
	var e *stripe.Error
	if errors.As(err, &e) && e.Code == stripe.ErrorCodeChargeAlreadyRefunded {
		return nil
	}
	return translate(fmt.Sprintf("give the payment %s back", charge), err)
}
