package billing_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
	"parley/tenants"
)

func (w *world) logged(q billing.LogQuery) []billing.LoggedEvent {
	w.t.Helper()
	q.Limit = max(q.Limit, 200)
	events, total, err := w.billing.Webhooks(w.ctx(), q)
	if err != nil || total != len(events) {
		w.t.Fatalf("the log: %d of %d, %v", len(events), total, err)
	}
	return events
}

// TestEveryEventIsInTheLog: once each, with what became of it.
func TestEveryEventIsInTheLog(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		w.ask(http.MethodPost, "customers", map[string][]string{"name": {"a stranger"}})
		stranger := w.ask(http.MethodPost, "customers", nil)["id"].(string)
		if err := w.stripe.Control.DeleteCustomer(stranger); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		sent := w.stripe.Control.Events()
		events := w.logged(billing.LogQuery{})
		if len(events) != len(sent) {
			w.t.Errorf("%d events were sent, %d are in the log", len(sent), len(events))
		}
		outcomes := map[string]string{}
		for _, e := range events {
			outcomes[e.Type] = e.Outcome
			if e.Tries != 1 || e.Via != billing.ViaWebhook || e.Handled.IsZero() || e.Error != "" {
				w.t.Errorf("in the log: %+v", e)
			}
			if (e.Org == org) != (e.Outcome == billing.OutcomeHandled) {
				w.t.Errorf("whose it is: %+v", e)
			}
		}
		for kind, want := range map[string]string{
			"customer.subscription.created": billing.OutcomeHandled, "customer.created": billing.OutcomeIgnored, "customer.deleted": billing.OutcomeNobody,
		} {
			if outcomes[kind] != want {
				w.t.Errorf("%s: %q, want %q", kind, outcomes[kind], want)
			}
		}
		if _, err := w.stripe.Control.Deliver(w.ctx(), sent[0]); err != nil {
			w.t.Fatal(err)
		}
		if again := w.logged(billing.LogQuery{Text: sent[0].ID}); len(again) != 1 || again[0].Tries != 2 {
			w.t.Errorf("after it came again: %+v", again)
		}
		for text, some := range map[string]bool{"SUBSCRIPTION.created": true, "%": false, "nothing_like_it": false} {
			if got := w.logged(billing.LogQuery{Text: text}); (len(got) > 0) != some {
				w.t.Errorf("looking for %q finds %d", text, len(got))
			}
		}
		if mine := w.logged(billing.LogQuery{Orgs: []tenants.OrgID{org}}); len(mine) == 0 || len(mine) == len(events) {
			w.t.Errorf("of the organization: %d", len(mine))
		}
		w.clock.Advance(billing.LogMemory + time.Hour)
		w.reconcile()
		for _, e := range w.logged(billing.LogQuery{}) {
			if w.clock.Now().Sub(e.Received) > billing.LogMemory {
				w.t.Errorf("after ninety days it is left: %+v", e)
			}
		}
	})
}

// TestAForgedEventIsNotInTheLog: nobody fills it from outside.
func TestAForgedEventIsNotInTheLog(t *testing.T) {
	scenario(t, func(w *world) {
		w.buy(w.newOrg("acme"), "pro", billing.Month)
		e := w.stripe.Control.Events()[0]
		e.ID = "evt_forged"
		if status, err := w.stripe.Control.DeliverSigned(w.ctx(), e, "whsec_another", w.clock.Now()); err != nil || status != http.StatusBadRequest {
			w.t.Fatalf("a forgery is answered with %d, %v", status, err)
		}
		if got := w.logged(billing.LogQuery{Text: "evt_forged"}); len(got) != 0 {
			w.t.Errorf("in the log: %+v", got)
		}
	})
}

// TestReplay: what failed is handled, what was lost is caught up with, and what was
// handled changes nothing.
func TestReplay(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		page := w.upgrade(org, "pro", billing.Month)
		w.settle()
		w.stripe.Control.Hold()
		w.pay(page)
		lost := w.stripe.Control.Discard()
		w.on(org, billing.FreePlan)
		var id string
		for _, e := range lost {
			if e.Type == "customer.subscription.created" {
				id = e.ID
			}
		}
		for range 2 {
			change, err := w.billing.Replay(w.ctx(), id)
			if err != nil || change.Org != org || change.Plan != "pro" {
				w.t.Fatalf("replay: %+v, %v", change, err)
			}
		}
		w.on(org, "pro")
		if got := w.logged(billing.LogQuery{Text: id}); len(got) != 1 || got[0].Outcome != billing.OutcomeHandled || got[0].Tries != 2 {
			w.t.Errorf("in the log: %+v", got)
		}
		w.books(org, w.balances(org)) // sound, whatever was booked
		if _, err := w.billing.Replay(w.ctx(), "evt_unknown"); tenants.CodeOf(err) != tenants.CodeNotFound || tenants.KeyOf(err) != billing.KeyEventGone {
			w.t.Errorf("an event that Stripe does not know: %v", err)
		}
	})
}

// TestFailuresComeFirst: an event that fails says why, and is well again after a
// replay.
func TestFailuresComeFirst(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.buy(org, "pro", billing.Month)
		e := w.happened("customer.subscription.created")[0]
		failing, err := billing.New(w.db, brokenGateway{w.gateway}, billing.Options{Clock: w.clock, Log: w.log(), WebhookSecret: secret})
		if err != nil {
			w.t.Fatal(err)
		}
		w.clock.Advance(time.Minute)
		if _, err := failing.Replay(w.ctx(), e.ID); err == nil {
			w.t.Fatal("it did not fail")
		}
		events := w.logged(billing.LogQuery{})
		if first := events[0]; first.ID != e.ID || first.Outcome != billing.OutcomeFailed || first.Error != "Stripe is not itself" || first.Handled.IsZero() {
			w.t.Errorf("first in the log: %+v", first)
		}
		if health, err := w.billing.WebhookHealth(w.ctx()); err != nil || health.Failed != 1 {
			w.t.Errorf("health: %+v, %v", health, err)
		}
		if _, err := w.billing.Replay(w.ctx(), e.ID); err != nil {
			w.t.Fatal(err)
		}
		if failed := w.logged(billing.LogQuery{Outcome: billing.OutcomeFailed}); len(failed) != 0 {
			w.t.Errorf("still failed: %+v", failed)
		}
	})
}

// TestASilentEndpointShows: nothing came for long, and the hourly look found what
// should have.
func TestASilentEndpointShows(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.reconcile()
		w.stripe.Control.SetPolicy(stripefake.Policy{Drop: func(stripefake.Event) bool { return true }})
		w.pay(w.upgrade(org, "pro", billing.Month))
		if h, err := w.billing.WebhookHealth(w.ctx()); err != nil || h.Silent || h.Found > 0 {
			w.t.Errorf("before the look: %+v, %v", h, err)
		}
		w.clock.Advance(billing.ReconcileEvery + time.Minute)
		w.reconcile()
		h, err := w.billing.WebhookHealth(w.ctx())
		if err != nil || !h.Silent || h.Found == 0 {
			w.t.Errorf("after the look: %+v, %v", h, err)
		}
		w.stripe.Control.SetPolicy(stripefake.Policy{})
		w.buy(w.newOrg("other"), "pro", billing.Month)
		if h, err := w.billing.WebhookHealth(w.ctx()); err != nil || h.Silent {
			w.t.Errorf("when one came again: %+v, %v", h, err)
		}
	})
}

// brokenGateway is a Stripe that tells of events and of nothing else.
type brokenGateway struct{ billing.Gateway }

func (brokenGateway) Subscriptions(context.Context, string) ([]billing.RemoteSubscription, error) {
	return nil, errors.New("Stripe is\nnot itself")
}
