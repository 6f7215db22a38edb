package billing

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/stripe/stripe-go/v76"
)

func (g *stripeGateway) EnsurePrice(ctx context.Context, p Price) (string, error) {
	lookup := LookupKey(p.Plan, p.Version, p.Interval)
	list := &stripe.PriceListParams{LookupKeys: []*string{&lookup}, Active: stripe.Bool(true)}
	list.Context = ctx
	it := g.api.Prices.List(list)
	for it.Next() {
		if have := it.Price(); have.UnitAmount == p.Cents && string(have.Currency) == p.Currency {
			return have.ID, nil
		}
	}
	if err := it.Err(); err != nil {
		return "", translate("find the price", err)
	}
	product, err := g.ensureProduct(ctx, p)
	if err != nil {
		return "", err
	}
	key := fmt.Sprintf("parley-price-%s-%d-%s", lookup, p.Cents, p.Currency)
	made, err := g.api.Prices.New(&stripe.PriceParams{
		Params:            stripe.Params{Context: ctx, IdempotencyKey: &key},
		Product:           &product,
		Currency:          &p.Currency,
		UnitAmount:        &p.Cents,
		LookupKey:         &lookup,
		TransferLookupKey: stripe.Bool(true), // a changed price takes the name over from the old one
		Recurring:         &stripe.PriceRecurringParams{Interval: &p.Interval},
		Metadata:          map[string]string{"parley_plan": p.Plan, "parley_version": strconv.Itoa(p.Version)},
	})
	if err != nil {
		return "", translate("create the price", err)
	}
	return made.ID, nil
}

// ensureProduct gives products ids of our own, so making one twice is noticed
// by Stripe and harmless.
func (g *stripeGateway) ensureProduct(ctx context.Context, p Price) (string, error) {
	id := "parley_" + p.Plan
	_, err := g.api.Products.Get(id, &stripe.ProductParams{Params: stripe.Params{Context: ctx}})
	if err == nil {
		return id, nil
	}
	if err = translate("find the product", err); !errors.Is(err, ErrNotFound) {
		return "", err
	}
	_, err = g.api.Products.New(&stripe.ProductParams{
		Params: stripe.Params{Context: ctx}, ID: &id, Name: &p.Product,
	})
	var e *stripe.Error
	if errors.As(err, &e) && e.Code == stripe.ErrorCodeResourceAlreadyExists {
		return id, nil
	}
	return id, translate("create the product", err)
}

func (g *stripeGateway) SetPrice(ctx context.Context, id, price string) error {
	s, err := g.api.Subscriptions.Get(id, &stripe.SubscriptionParams{Params: stripe.Params{Context: ctx}})
	if err != nil {
		return translate("fetch the subscription", err)
	}
	if s.Items == nil || len(s.Items.Data) == 0 {
		return fmt.Errorf("billing: subscription %s sells nothing: %w", id, ErrNotFound)
	}
	item := s.Items.Data[0]
	if item.Price != nil && item.Price.ID == price {
		return nil
	}
	_, err = g.api.Subscriptions.Update(id, &stripe.SubscriptionParams{
		Params:            stripe.Params{Context: ctx},
		Items:             []*stripe.SubscriptionItemsParams{{ID: &item.ID, Price: &price}},
		ProrationBehavior: stripe.String("none"),
	})
	return translate("change the price", err)
}
