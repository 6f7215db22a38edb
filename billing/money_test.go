package billing_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripefake"
	"parley/tenants"
)

// books asserts an organization's balances in US cents, and that they agree.
// Accounts that are not named must be empty.
func (w *world) books(org tenants.OrgID, want map[string]int64) {
	w.t.Helper()
	got := w.balances(org)
	maps.DeleteFunc(got, func(_ string, amount int64) bool { return amount == 0 })
	if !maps.Equal(got, want) {
		w.t.Errorf("the books say %v, want %v", got, want)
	}
}

func (w *world) balances(org tenants.OrgID) map[string]int64 {
	w.t.Helper()
	report, err := w.billing.VerifyBooks(w.ctx(), org)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range report.Faults {
		w.t.Errorf("books of %s: %s", org, f)
	}
	got := map[string]int64{}
	for _, b := range report.Balances {
		got[b.Account.String()+" "+b.Currency] = b.Amount
	}
	return got
}

func TestPaymentsAreBooked(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		w.stripe.Control.SetPolicy(stripefake.Policy{Repeat: 2})
		sub := w.buy(org, "pro", billing.Month)
		w.books(org, map[string]int64{"cash USD": 1299, "revenue:pro USD": 1299})
		w.clock.Advance(31 * 24 * time.Hour)
		w.stripe.Control.Tick()
		w.settle()
		w.books(org, map[string]int64{"cash USD": 2598, "revenue:pro USD": 2598})
		charges := w.stripe.Control.Charges(sub.CustomerID)
		if _, err := w.stripe.Control.Refund(charges[0], 300); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.books(org, map[string]int64{"cash USD": 2298, "revenue:pro USD": 2598, "refunds:pro USD": 300})
	})
}

func TestARefundThatComesBackIsBooked(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		sub := w.buy(org, "pro", billing.Month)
		refund, err := w.stripe.Control.Refund(w.stripe.Control.Charges(sub.CustomerID)[0], 1299)
		if err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.books(org, map[string]int64{"revenue:pro USD": 1299, "refunds:pro USD": 1299})
		if err := w.stripe.Control.FailRefund(refund); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.books(org, map[string]int64{"cash USD": 1299, "revenue:pro USD": 1299})
	})
}

// TestDisputesAreBooked: a dispute names a charge and no customer.
func TestDisputesAreBooked(t *testing.T) {
	for name, won := range map[string]bool{"won": true, "lost": false} {
		t.Run(name, func(t *testing.T) {
			scenario(t, func(w *world) {
				org := w.newOrg("acme")
				sub := w.buy(org, "business", billing.Month)
				dispute, err := w.stripe.Control.Dispute(w.stripe.Control.Charges(sub.CustomerID)[0])
				if err != nil {
					w.t.Fatal(err)
				}
				w.settle()
				w.books(org, map[string]int64{"disputed USD": 1899, "revenue:business USD": 1899})
				if err := w.stripe.Control.CloseDispute(dispute, won); err != nil {
					w.t.Fatal(err)
				}
				w.settle()
				want := map[string]int64{"revenue:business USD": 1899, "losses USD": 1899}
				if won {
					want = map[string]int64{"revenue:business USD": 1899, "cash USD": 1899}
				}
				w.books(org, want)
			})
		})
	}
}

// TestManyRefundsOfOneCharge: more than a charge carries in its own list.
func TestManyRefundsOfOneCharge(t *testing.T) {
	scenario(t, func(w *world) {
		org := w.newOrg("acme")
		sub := w.buy(org, "pro", billing.Month)
		w.stripe.Control.SetPolicy(stripefake.Policy{Drop: func(stripefake.Event) bool { return true }})
		for range 12 {
			if _, err := w.stripe.Control.Refund(w.stripe.Control.Charges(sub.CustomerID)[0], 10); err != nil {
				w.t.Fatal(err)
			}
		}
		if _, err := w.billing.Sync(w.ctx(), org); err != nil {
			w.t.Fatal(err)
		}
		w.books(org, map[string]int64{"cash USD": 1179, "revenue:pro USD": 1299, "refunds:pro USD": 120})
	})
}

func TestPaidTwiceIsBookedBack(t *testing.T) {
	scenario(t, func(w *world) {
		org, other := w.newOrg("acme"), w.newOrg("other")
		first := w.buy(org, "pro", billing.Month)
		w.clock.Advance(time.Hour)
		w.pay(w.pageFor(first.CustomerID, "pro", billing.Month))
		w.settle()
		w.books(org, map[string]int64{"cash USD": 1299, "revenue:pro USD": 2598, "refunds:pro USD": 1299})
		w.books(other, map[string]int64{})
		orgs, err := w.billing.Books(w.ctx(), "", 10)
		if fmt.Sprint(orgs, err) != fmt.Sprint([]tenants.OrgID{org}, nil) {
			w.t.Errorf("books of %v, %v", orgs, err)
		}
	})
}
