package billing_test

import (
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
		sub := w.buy(org, "pro", billing.Month)
		paid := len(w.happened("invoice.paid"))
		seats := func(n int) billing.Quote { return w.quoted(org, "pro", billing.Month, n) }
		more := seats(27)
		for range 2 { // pressed twice
			if err := w.accept(org, more); err != nil {
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
		if err := w.accept(org, seats(40)); tenants.KeyOf(err) != billing.KeyChangePayment {
			w.t.Errorf("a refused card: %v", err)
		}
		if sub := w.on(org, "pro"); sub.Seats != 27 || sub.Status != billing.StatusActive {
			w.t.Errorf("after a refused card: %+v", sub)
		}
		if err := w.accept(org, seats(5)); err != nil { // fewer cost nothing
			w.t.Errorf("fewer seats: %v", err)
		}
		if sub := w.on(org, "pro"); sub.Seats != 5 {
			w.t.Errorf("mirror: %+v", sub)
		}
		for _, wrong := range []int{0, -1, billing.SeatsMax + 1} {
			_, err := w.billing.Quote(w.ctx(), org, billing.Order{Plan: "pro", Interval: billing.Month, Seats: wrong})
			if tenants.Fields(err)["seats"] != billing.KeySeatsNumber {
				w.t.Errorf("%d seats: %v", wrong, err)
			}
		}
	})
}
