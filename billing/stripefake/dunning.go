package stripefake

import (
	"fmt"
	"slices"
	"time"
)

// When an invoice that was not paid is tried again, from its date on; after giveUp
// Stripe tries no more (https://docs.stripe.com/billing/revenue-recovery/smart-retries).
var retryAfter = []time.Duration{3 * 24 * time.Hour, 8 * 24 * time.Hour, 15 * 24 * time.Hour}

// What becomes of a subscription whose invoice nobody has paid in the end: a
// setting of the account.
const (
	AfterCancel  = "cancel" // it ends, and its invoices are void
	AfterUnpaid  = "unpaid" // it stays, is billed no more, and comes back with the payment
	AfterPastDue = "past_due"
)

// chase tries unpaid invoices again when it is time, and gives up in the end.
func (s *Server) chase(sub *subscription, now time.Time) {
	if sub.EndedAt != nil || sub.Status == "unpaid" {
		return
	}
	open := newest(s.st, s.st.Invoices, func(in *invoice) bool {
		return in.Status == "open" && in.Subscription != nil && *in.Subscription == sub.ID
	})
	slices.Reverse(open)
	for _, in := range open {
		for in.Status == "open" && in.AttemptCount < attempts(now.Sub(time.Unix(in.Created, 0))) {
			if s.collect(in) {
				s.emit("customer.subscription.updated", sub)
			}
		}
	}
	if oldest := s.oldestOpen(sub.ID); oldest != nil && now.Sub(time.Unix(oldest.Created, 0)) >= giveUp {
		s.abandon(sub)
	}
}

// attempts is how often an invoice of an age has been tried.
func attempts(age time.Duration) int64 {
	n := int64(1)
	for _, after := range retryAfter {
		if age >= after {
			n++
		}
	}
	return n
}

func (s *Server) abandon(sub *subscription) {
	switch s.st.AfterRetries {
	case AfterPastDue:
	case AfterUnpaid:
		sub.Status = "unpaid"
		s.emit("customer.subscription.updated", sub)
	default:
		s.end(sub)
	}
}

// SetAfterRetries chooses what becomes of a subscription that nobody pays:
// [AfterCancel], which is the default, [AfterUnpaid] or [AfterPastDue].
func (c *Control) SetAfterRetries(what string) {
	_ = c.s.change(func() error {
		c.s.st.AfterRetries = what
		return nil
	})
}

// LetPass has time pass for one customer alone: everything of its subscriptions and
// invoices is that much longer ago, and what falls due by that happens. The time
// that others live by stays, so that a demo can wait for a month.
func (c *Control) LetPass(customer string, d time.Duration) error {
	return c.s.change(func() error { return c.s.letPass(customer, d) })
}

func (s *Server) letPass(customer string, d time.Duration) error {
	if _, ok := s.st.Customers[customer]; !ok || d < 0 {
		return fmt.Errorf("stripefake: no time passes for %s", customer)
	}
	back := int64(d / time.Second)
	for _, in := range s.st.Invoices {
		if in.Customer == customer {
			in.Created, in.PeriodStart, in.PeriodEnd = in.Created-back, in.PeriodStart-back, in.PeriodEnd-back
		}
	}
	var mine []*subscription
	for _, sub := range s.st.Subscriptions {
		if sub.Customer == customer && sub.EndedAt == nil {
			mine = append(mine, sub)
			sub.age(back)
		}
	}
	s.fallDue()
	for _, sub := range mine {
		if sub.EndedAt == nil {
			s.emit("customer.subscription.updated", sub)
		}
	}
	return nil
}

// age makes everything of a subscription that many seconds longer ago.
func (sub *subscription) age(back int64) {
	for _, at := range []*int64{&sub.Created, &sub.StartDate, &sub.BillingCycleAnchor, &sub.CurrentPeriodStart, &sub.CurrentPeriodEnd} {
		*at -= back
	}
	for _, at := range []**int64{&sub.CancelAt, &sub.CanceledAt, &sub.TrialStart, &sub.TrialEnd} {
		if *at != nil {
			then := **at - back
			*at = &then
		}
	}
}

// untilRenewal is how long the present period of a customer's subscription lasts
// yet; false when there is none.
func (s *Server) untilRenewal(customer string) (time.Duration, bool) {
	for _, sub := range s.st.Subscriptions {
		if sub.Customer == customer && sub.EndedAt == nil {
			return max(time.Unix(sub.CurrentPeriodEnd, 0).Sub(s.now()), 0) + time.Second, true
		}
	}
	return 0, false
}
