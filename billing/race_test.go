package billing_test

import (
	"context"
	"testing"

	"parley/billing"
)

// slowFetch is a gateway whose first answer takes so long that the world has
// moved on when it arrives.
type slowFetch struct {
	billing.Gateway
	meanwhile func()
	fetched   int
}

// Subscriptions fetches, and hands the answer over late.
func (g *slowFetch) Subscriptions(ctx context.Context, customer string) ([]billing.RemoteSubscription, error) {
	all, err := g.Gateway.Subscriptions(ctx, customer)
	if g.fetched++; g.fetched == 1 {
		g.meanwhile()
	}
	return all, err
}

// TestAnOlderAnswerIsFetchedAgain: one handler fetches; before it writes, the
// subscription is cancelled, and another handler fetches and writes that. The
// first one must not write what it saw.
func TestAnOlderAnswerIsFetchedAgain(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		sub := w.buy(org, "pro", billing.Month)
		w.stripe.Control.Hold()
		gw := &slowFetch{Gateway: w.gateway, meanwhile: func() {
			if err := w.stripe.Control.CancelAtPeriodEnd(sub.SubscriptionID, true); err != nil {
				w.t.Error(err)
			}
			if _, err := w.billing.Sync(w.ctx(), org); err != nil {
				w.t.Error(err)
			}
		}}
		slow, err := billing.New(w.db, gw, billing.Options{Clock: w.clock, Log: w.log(), WebhookSecret: secret})
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := slow.Sync(w.ctx(), org); err != nil {
			w.t.Fatal(err)
		}
		if got := w.on(org, "pro"); !got.CancelAtPeriodEnd {
			w.t.Errorf("the older answer was written last: %+v", got)
		}
		if gw.fetched != 2 {
			w.t.Errorf("fetched %d times", gw.fetched)
		}
	})
}
