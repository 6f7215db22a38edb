package billing

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// tolerance is how far a webhook's timestamp may lie from our clock, in the
// past (a replay) as in the future (which the library would let through).
const tolerance = 5 * time.Minute

// decision is what an event makes us do.
type decision struct {
	mirror   bool   // fetch the customer's state and write it down
	customer string // whose
	charge   string // or of who paid this
	why      string // for the log, when nothing is done
}

// decide says what an event makes us do. It looks at the event only: no clock,
// no database, no Stripe.
func decide(e Event) decision {
	if !matters(e.Type) {
		return decision{why: "this type changes nothing of ours"}
	}
	if e.Customer == "" && e.Charge == "" {
		return decision{why: "it names no customer"}
	}
	return decision{mirror: true, customer: e.Customer, charge: e.Charge}
}

// matters reports whether a customer's subscriptions or payments may be others
// after an event than before. One too many costs a fetch; one too few is what
// Sync is for. Of the families also what Stripe may invent yet matters.
func matters(kind string) bool {
	if slices.Contains(WebhookEvents(), kind) {
		return true
	}
	for _, family := range []string{"customer.subscription.", "charge.dispute.", "charge.refund.", "refund."} {
		if strings.HasPrefix(kind, family) {
			return true
		}
	}
	return false
}

// fresh refuses a signature from another time.
func fresh(signed, now time.Time) error {
	if d := now.Sub(signed); d > tolerance || d < -tolerance {
		return fmt.Errorf("%w: signed %s away from now", ErrSignature, d.Round(time.Second))
	}
	return nil
}
