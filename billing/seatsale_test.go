package billing_test

import (
	"errors"
	"net/http"
	"testing"

	"parley/billing"
	"parley/tenants"
)

func TestSeats(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		in := w.input(org, "pro", billing.Month)
		in.Seats = 5
		five, err := w.billing.StartCheckout(w.ctx(), in)
		if err != nil {
			w.t.Fatal(err)
		}
		in.Seats = 7
		seven, err := w.billing.StartCheckout(w.ctx(), in)
		if err != nil || seven == five {
			w.t.Fatalf("another number of seats on the same page: %v", err)
		}
		if status, _ := w.open(five); status != http.StatusGone {
			w.t.Errorf("the page with the old number is still open: %d", status)
		}
		w.pay(seven)
		w.settle()
		if sub := w.on(org, "pro"); sub.Seats != 7 {
			w.t.Errorf("mirror: %+v", sub)
		}
	})
}

func TestSeatsOfARunningSubscription(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		if _, err := w.billing.SetSeats(w.ctx(), org, 3); !errors.Is(err, billing.ErrNeverPaid) {
			w.t.Errorf("seats without a subscription: %v", err)
		}
		sub := w.buy(org, "pro", billing.Month)
		paid := len(w.happened("invoice.paid"))
		for _, seats := range []int{27, 27} { // pressed twice
			if _, err := w.billing.SetSeats(w.ctx(), org, seats); err != nil {
				w.t.Fatal(err)
			}
		}
		w.settle()
		if sub := w.on(org, "pro"); sub.Seats != 27 {
			w.t.Errorf("mirror: %+v", sub)
		}
		if now := len(w.happened("invoice.paid")); now != paid+1 {
			w.t.Errorf("%d invoices for one change", now-paid)
		}
		w.stripe.Control.DeclineCard(sub.CustomerID, true)
		if _, err := w.billing.SetSeats(w.ctx(), org, 40); tenants.Fields(err)["seats"] != billing.KeySeatsPayment {
			w.t.Errorf("a refused card: %v", err)
		}
		if sub := w.on(org, "pro"); sub.Seats != 27 || sub.Status != billing.StatusActive {
			w.t.Errorf("after a refused card: %+v", sub)
		}
		if _, err := w.billing.SetSeats(w.ctx(), org, 5); err != nil { // fewer cost nothing
			w.t.Errorf("fewer seats: %v", err)
		}
		if sub := w.on(org, "pro"); sub.Seats != 5 {
			w.t.Errorf("mirror: %+v", sub)
		}
		for _, wrong := range []int{0, -1, billing.SeatsMax + 1} {
			if _, err := w.billing.SetSeats(w.ctx(), org, wrong); tenants.Fields(err)["seats"] != billing.KeySeatsNumber {
				w.t.Errorf("%d seats: %v", wrong, err)
			}
		}
	})
}
