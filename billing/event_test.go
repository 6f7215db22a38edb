package billing

import (
	"errors"
	"testing"
	"time"
)

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		kind, customer string
		mirror         bool
	}{
		{"checkout.session.completed", "cus_1", true},
		{"checkout.session.async_payment_succeeded", "cus_1", true},
		{"checkout.session.async_payment_failed", "cus_1", true},
		{"checkout.session.expired", "cus_1", true},
		{"customer.subscription.created", "cus_1", true},
		{"customer.subscription.updated", "cus_1", true},
		{"customer.subscription.deleted", "cus_1", true},
		{"customer.subscription.paused", "cus_1", true},
		{"customer.subscription.resumed", "cus_1", true},
		{"customer.subscription.trial_will_end", "cus_1", true},
		{"invoice.paid", "cus_1", true},
		{"invoice.payment_failed", "cus_1", true},
		{"charge.refunded", "cus_1", true},
		{"charge.dispute.created", "cus_1", true},
		{"customer.deleted", "cus_1", true},
		{"invoice.paid", "", false},
		{"customer.created", "cus_1", false},
		{"product.updated", "", false},
		{"something.new", "cus_1", false},
		{"", "cus_1", false},
	} {
		got := decide(Event{ID: "evt_1", Type: c.kind, Customer: c.customer})
		if got.mirror != c.mirror {
			t.Errorf("%q of %q: mirror = %v, want %v", c.kind, c.customer, got.mirror, c.mirror)
		}
		if got.mirror && got.customer != c.customer {
			t.Errorf("%q: customer = %q, want %q", c.kind, got.customer, c.customer)
		}
		if !got.mirror && got.why == "" {
			t.Errorf("%q of %q: nothing is done and nobody is told why", c.kind, c.customer)
		}
	}
}

func TestSignatureFromAnotherTime(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		away time.Duration
		ok   bool
	}{
		{0, true}, {5 * time.Minute, true}, {-5 * time.Minute, true},
		{5*time.Minute + time.Second, false}, {-5*time.Minute - time.Second, false},
		{24 * time.Hour, false}, {-24 * time.Hour, false},
	} {
		err := fresh(now.Add(c.away), now)
		if (err == nil) != c.ok {
			t.Errorf("signed %v from now: %v", c.away, err)
		}
		if err != nil && !errors.Is(err, ErrSignature) {
			t.Errorf("signed %v from now: %v is no ErrSignature", c.away, err)
		}
	}
}

func TestTwoTimestampsAreRefused(t *testing.T) {
	for header, ok := range map[string]bool{
		"t=1700000000,v1=ab":              true,
		"v1=ab,t=1700000000":              true,
		"t=1,t=1700000000,v1=ab":          false,
		"v1=ab":                           false,
		"t=soon,v1=ab":                    false,
		"":                                false,
		"t=99999999999999999999999,v1=ab": false,
	} {
		if _, err := signedAt(header); (err == nil) != ok {
			t.Errorf("%q: %v", header, err)
		}
	}
}

func FuzzReadEvent(f *testing.F) {
	f.Add([]byte(`{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1","object":"invoice","customer":"cus_1"}}}`))
	f.Add([]byte(`{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1","customer":{"id":"cus_1"}}}}`))
	f.Add([]byte(`{"id":1}`))
	f.Add([]byte(`{"data":{"object":{"customer":null}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := readEvent(body, "t=1700000000,v1=00")
		if err == nil && (e.ID == "" || e.Type == "") {
			t.Fatalf("read an event without a name from %q", body)
		}
	})
}
