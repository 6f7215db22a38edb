package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stripe/stripe-go/v76"
)

// CheckEndpoint asks Stripe whether it will tell us: whether its account has a
// webhook endpoint with our address that is switched on and sends all of
// [WebhookEvents]. The error says what is missing, in words for an operator.
func CheckEndpoint(ctx context.Context, c StripeConfig, address string) error {
	made, err := NewStripe(c)
	if err != nil {
		return err
	}
	gw, ok := made.(*stripeGateway)
	if !ok {
		return errors.New("billing: NewStripe made something else than a stripeGateway")
	}
	list := &stripe.WebhookEndpointListParams{}
	list.Context = ctx
	list.Limit = stripe.Int64(100)
	it := gw.api.WebhookEndpoints.List(list)
	var others []string
	for it.Next() {
		e := it.WebhookEndpoint()
		if e.URL == address {
			return endpointFault(e)
		}
		others = append(others, e.URL)
	}
	if err := it.Err(); err != nil {
		return translate("list the webhook endpoints", err)
	}
	if len(others) == 0 {
		return fmt.Errorf("the account has no webhook endpoint; make one for %s", address)
	}
	return fmt.Errorf("the account has no webhook endpoint for %s, only for %s", address, strings.Join(others, ", "))
}

func endpointFault(e *stripe.WebhookEndpoint) error {
	if e.Status != "enabled" {
		return fmt.Errorf("the webhook endpoint %s is %s", e.ID, e.Status)
	}
	if slices.Contains(e.EnabledEvents, "*") {
		return nil
	}
	missing := slices.DeleteFunc(WebhookEvents(), func(kind string) bool { return slices.Contains(e.EnabledEvents, kind) })
	if len(missing) > 0 {
		return fmt.Errorf("the webhook endpoint %s does not send %s", e.ID, strings.Join(missing, ", "))
	}
	return nil
}
