package billing_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
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

// lamePurse is a gateway that fails to give money back a few times.
type lamePurse struct {
	billing.Gateway
	failures int
}

// CancelAndRefund fails, then works.
func (g *lamePurse) CancelAndRefund(ctx context.Context, subscription string) error {
	if g.failures--; g.failures >= 0 {
		return errors.New("the line went dead")
	}
	return g.Gateway.CancelAndRefund(ctx, subscription)
}

// TestARefundThatFailedIsMadeUpFor: what was paid twice stays flagged until the
// money is back, whatever fails on the way.
func TestARefundThatFailedIsMadeUpFor(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		sub := w.buy(org, "pro", billing.Month)
		w.stripe.Control.SetPolicy(stripefake.Policy{Drop: func(stripefake.Event) bool { return true }})
		w.clock.Advance(time.Hour)
		w.pay(w.pageFor(sub.CustomerID, "pro", billing.Month))
		lame, err := billing.New(w.db, &lamePurse{w.gateway, 2}, billing.Options{Clock: w.clock, Log: w.log(), WebhookSecret: secret})
		if err != nil {
			w.t.Fatal(err)
		}
		paid := w.happened("checkout.session.completed")
		body, err := json.Marshal(paid[len(paid)-1])
		if err != nil {
			w.t.Fatal(err)
		}
		for try := range 4 {
			_, err := lame.HandleEvent(w.ctx(), body, stripefake.Sign(body, secret, w.clock.Now()))
			if (err != nil) != (try < 2) {
				w.t.Errorf("try %d: %v", try, err)
			}
			flags, err := lame.Duplicates(w.ctx(), org)
			if err != nil || len(flags) != 1 || (flags[0].SettledAt == nil) != (try < 2) {
				w.t.Errorf("try %d: flags %+v, %v", try, flags, err)
			}
		}
		if n := len(w.happened("charge.refunded")); n != 1 {
			w.t.Errorf("%d refunds", n)
		}
		w.on(org, "pro")
	})
}
