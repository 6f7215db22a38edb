package billing_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
)

func TestWebhookRepeated(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.SetPolicy(stripefake.Policy{Repeat: 3})
		w.buy(org, "pro", billing.Month)
		for _, e := range w.stripe.Control.Events() {
			if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
				w.t.Errorf("repeating %s: %d %v", e.Type, status, err)
			}
		}
		w.on(org, "pro")
		changed := 0
		for _, c := range w.changes {
			if c.Changed {
				changed++
			}
		}
		if changed != 1 {
			w.t.Errorf("the plan changed %d times", changed)
		}
		if last := w.changes[len(w.changes)-1]; last.Changed || last.Org != org || last.Plan != "pro" {
			w.t.Errorf("a repeat says %+v", last)
		}
	})
}

func TestWebhookReordered(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold()
		w.pay(w.upgrade(org, "pro", billing.Month))
		if err := w.stripe.Control.CancelAtPeriodEnd(w.subscription(org), true); err != nil {
			w.t.Fatal(err)
		}
		events := w.stripe.Control.Discard()
		for i := len(events) - 1; i >= 0; i-- {
			if status, err := w.stripe.Control.Deliver(w.ctx(), events[i]); err != nil || status != http.StatusOK {
				w.t.Fatalf("%s: %d %v", events[i].Type, status, err)
			}
		}
		if sub := w.on(org, "pro"); !sub.CancelAtPeriodEnd {
			w.t.Errorf("an older event won: %+v", sub)
		}
	})
}

func TestWebhookDelayed(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold()
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.on(org, billing.FreePlan)
		w.clock.Advance(3 * time.Hour)
		w.stripe.Control.Release()
		w.settle()
		w.on(org, "pro")
	})
}

func TestWebhookDropped(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.SetPolicy(stripefake.Policy{Drop: func(stripefake.Event) bool { return true }})
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.settle()
		w.on(org, billing.FreePlan)
		change, err := w.billing.Sync(w.ctx(), org) // the page after the payment
		if err != nil || !change.Changed || change.Plan != "pro" || change.Org != org {
			w.t.Errorf("Sync: %+v, %v", change, err)
		}
		w.on(org, "pro")
		if change, err = w.billing.Sync(w.ctx(), org); err != nil || change.Changed {
			w.t.Errorf("Sync again: %+v, %v", change, err)
		}
	})
}

func TestWebhookForged(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold()
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.stripe.Control.Discard()
		e := w.happened("checkout.session.completed")[0]
		body, err := json.Marshal(e)
		if err != nil {
			w.t.Fatal(err)
		}
		now := w.clock.Now()
		good := stripefake.Sign(body, secret, now)
		for name, c := range map[string]struct {
			body []byte
			sig  string
		}{
			"no signature":     {body, ""},
			"another secret":   {body, stripefake.Sign(body, "whsec_other", now)},
			"empty secret":     {body, stripefake.Sign(body, "", now)},
			"changed body":     {append([]byte(" "), body...), good},
			"old":              {body, stripefake.Sign(body, secret, now.Add(-6*time.Minute))},
			"from the future":  {body, stripefake.Sign(body, secret, now.Add(6*time.Minute))},
			"two timestamps":   {body, "t=1," + good},
			"not a header":     {body, "nonsense"},
			"signature of old": {body, "v0=" + good[len("t=1772355600,v1="):]},
		} {
			status, err := w.stripe.Control.DeliverRaw(w.ctx(), c.body, c.sig)
			if err != nil || status != http.StatusBadRequest {
				w.t.Errorf("%s: %d %v", name, status, err)
			}
		}
		w.on(org, billing.FreePlan)
		if status, err := w.stripe.Control.DeliverRaw(w.ctx(), body, good); err != nil || status != http.StatusOK {
			w.t.Errorf("the true one: %d %v", status, err)
		}
		w.on(org, "pro")
	})
}

func TestWebhookSaysWhatIsNotSo(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.upgrade(org, "pro", billing.Month)
		customer := w.on(org, billing.FreePlan).CustomerID
		lie := stripefake.Event{ID: "evt_lie", Type: "customer.subscription.created", Data: stripefake.EventData{Object: json.RawMessage(
			`{"id":"sub_none","object":"subscription","status":"active","customer":"` + customer + `","metadata":{"parley_org":"` + string(org) + `","parley_plan":"enterprise"}}`)}}
		if status, err := w.stripe.Control.Deliver(w.ctx(), lie); err != nil || status != http.StatusOK {
			w.t.Fatalf("%d %v", status, err)
		}
		w.on(org, billing.FreePlan)
	})
}

func TestAnotherOrganizationsCustomer(t *testing.T) {
	scenario(t, func(w *world) {
		acme, other := w.newOrg("acme"), w.newOrg("other")
		w.upgrade(other, "pro", billing.Month)
		sub := w.buy(acme, "pro", billing.Month)
		// An event about acme's customer that claims to be other's.
		claim := stripefake.Event{ID: "evt_claim", Type: "customer.subscription.updated", Data: stripefake.EventData{Object: json.RawMessage(
			`{"id":"` + sub.SubscriptionID + `","object":"subscription","customer":{"id":"` + sub.CustomerID + `"},"metadata":{"parley_org":"` + string(other) + `"}}`)}}
		before := len(w.changes)
		if status, err := w.stripe.Control.Deliver(w.ctx(), claim); err != nil || status != http.StatusOK {
			w.t.Fatalf("%d %v", status, err)
		}
		if c := w.changes[before]; c.Org != acme {
			w.t.Errorf("the event went to %q", c.Org)
		}
		w.on(other, billing.FreePlan)
		w.on(acme, "pro")
		// A customer that nobody has.
		nobody := stripefake.Event{ID: "evt_nobody", Type: "customer.subscription.updated", Data: stripefake.EventData{Object: json.RawMessage(`{"id":"sub_x","object":"subscription","customer":"cus_nobody"}`)}}
		if status, err := w.stripe.Control.Deliver(w.ctx(), nobody); err != nil || status != http.StatusOK {
			w.t.Errorf("nobody's customer: %d %v", status, err)
		}
		if c := w.changes[len(w.changes)-1]; c.Org != "" || c.Changed {
			w.t.Errorf("nobody's customer changed %+v", c)
		}
	})
}

// TestEventsAtTheSameTime: handlers that fetch at once must not leave an older
// answer behind.
func TestEventsAtTheSameTime(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.Hold()
		w.pay(w.upgrade(org, "pro", billing.Month))
		var wg sync.WaitGroup
		for i := range 6 {
			if err := w.stripe.Control.CancelAtPeriodEnd(w.subscription(org), i%2 == 0); err != nil {
				w.t.Fatal(err)
			}
			for _, e := range w.stripe.Control.Discard() {
				wg.Go(func() {
					if status, err := w.stripe.Control.Deliver(context.Background(), e); err != nil || status != http.StatusOK {
						w.t.Errorf("%s: %d %v", e.Type, status, err)
					}
				})
			}
		}
		wg.Wait()
		if sub := w.on(org, "pro"); sub.CancelAtPeriodEnd {
			w.t.Errorf("an older answer was written last: %+v", sub)
		}
	})
}

func TestAnEmptySecretIsRefused(t *testing.T) {
	scenario(t, func(w *world) {
		gw, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_x"})
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := billing.New(w.db, gw, billing.Options{Clock: w.clock, Log: w.log()}); err == nil {
			w.t.Error("an empty webhook secret was accepted")
		}
		if _, err := billing.NewStripe(billing.StripeConfig{}); err == nil {
			w.t.Error("an empty key was accepted")
		}
	})
}

func TestStripeDoesNotAnswer(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		gone, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_x", HTTP: &http.Client{Transport: unreachable{}}})
		if err != nil {
			w.t.Fatal(err)
		}
		alone, err := billing.New(w.db, gone, billing.Options{Clock: w.clock, Log: w.log(), WebhookSecret: secret})
		if err != nil {
			w.t.Fatal(err)
		}
		e := w.happened("invoice.paid")[0]
		e.ID = "evt_new"
		body, err := json.Marshal(e)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := alone.HandleEvent(w.ctx(), body, stripefake.Sign(body, secret, w.clock.Now())); err == nil || errors.Is(err, billing.ErrSignature) {
			w.t.Errorf("an event whose state could not be fetched: %v", err)
		}
		if p, _, err := alone.PlanOf(w.ctx(), org); err != nil || p.ID != "pro" {
			w.t.Errorf("while Stripe is away: %v, %v", p.ID, err)
		}
		// Stripe is back and sends the event again: it was not taken for done.
		before := len(w.changes)
		if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
			w.t.Fatalf("%d %v", status, err)
		}
		if c := w.changes[before]; c.Org != org || c.Plan != "pro" {
			w.t.Errorf("the second time: %+v", c)
		}
	})
}

// unreachable is a network that is down.
type unreachable struct{}

// RoundTrip fails in a way that is not worth trying again.
func (unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("unsupported protocol scheme")
}
