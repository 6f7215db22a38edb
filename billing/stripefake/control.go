package stripefake

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Control is what a test or a demo may do that Stripe would not let you: hold
// webhooks back and mistreat them, make cards decline, move time.
type Control struct{ s *Server }

// SetPolicy decides how webhooks travel from now on.
func (c *Control) SetPolicy(p Policy) {
	c.s.courier.mu.Lock()
	c.s.courier.policy = p
	c.s.courier.mu.Unlock()
}

// Hold keeps webhooks back, to be sent by Deliver in whatever order, or not.
func (c *Control) Hold() {
	c.s.courier.mu.Lock()
	c.s.courier.held = true
	c.s.courier.mu.Unlock()
}

// Release sends what was held back and holds no more.
func (c *Control) Release() {
	c.s.courier.mu.Lock()
	c.s.courier.held = false
	c.s.courier.mu.Unlock()
	c.s.courier.nudge()
}

// Discard loses everything that waits, and tells what it was.
func (c *Control) Discard() []Event {
	c.s.courier.mu.Lock()
	defer c.s.courier.mu.Unlock()
	var lost []Event
	for _, p := range c.s.courier.queue {
		lost = append(lost, p.event)
	}
	c.s.courier.queue = nil
	return lost
}

// Events lists everything that ever happened, oldest first.
func (c *Control) Events() []Event {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return slices.Clone(c.s.st.Events)
}

// Deliver sends one event now, past the queue, and returns the answer's status.
func (c *Control) Deliver(ctx context.Context, e Event) (int, error) {
	return c.s.courier.post(ctx, e, c.s.cfg.WebhookSecret, c.s.cfg.Clock.Now())
}

// DeliverSigned sends an event signed with any secret at any time: a forgery,
// a replay, a clock that is wrong.
func (c *Control) DeliverSigned(ctx context.Context, e Event, secret string, at time.Time) (int, error) {
	return c.s.courier.post(ctx, e, secret, at)
}

// DeliverRaw sends any body under any signature.
func (c *Control) DeliverRaw(ctx context.Context, body []byte, signature string) (int, error) {
	return c.s.courier.postRaw(ctx, body, signature)
}

// Advance moves the time that objects live by, like Stripe's test clocks, and
// does what falls due on the way.
func (c *Control) Advance(d time.Duration) {
	_ = c.s.change(func() error {
		c.s.st.Advanced += int64(d)
		c.s.fallDue()
		return nil
	})
}

// Tick does what has fallen due by the clock.
func (c *Control) Tick() { _ = c.s.change(func() error { return nil }) }

// DeclineCard makes the next charges of a customer fail, or work again.
func (c *Control) DeclineCard(customer string, declines bool) {
	_ = c.s.change(func() error {
		delete(c.s.st.Declining, customer)
		if declines {
			c.s.st.Declining[customer] = true
		}
		return nil
	})
}

// PayOpen tries a customer's unpaid invoices again.
func (c *Control) PayOpen(customer string) {
	_ = c.s.change(func() error {
		c.s.payOpen(customer)
		return nil
	})
}

// CancelAtPeriodEnd does what the button in the billing portal does; false
// resumes.
func (c *Control) CancelAtPeriodEnd(subscription string, yes bool) error {
	return c.s.change(func() error {
		sub, ok := c.s.st.Subscriptions[subscription]
		if !ok || sub.EndedAt != nil {
			return fmt.Errorf("stripefake: no running subscription %s", subscription)
		}
		c.s.cancelLater(sub, yes)
		return nil
	})
}

// SetStatus puts a subscription into any state, also one that Stripe has not
// invented yet.
func (c *Control) SetStatus(subscription, status string) error {
	return c.s.change(func() error {
		sub, ok := c.s.st.Subscriptions[subscription]
		if !ok {
			return fmt.Errorf("stripefake: no subscription %s", subscription)
		}
		sub.Status = status
		c.s.emit("customer.subscription.updated", sub)
		return nil
	})
}

// DeleteCustomer does what the button in Stripe's dashboard does: the customer
// and all subscriptions end.
func (c *Control) DeleteCustomer(id string) error {
	return c.s.change(func() error {
		_, err := deleteCustomer(&call{Server: c.s, p: &params{}, id: id})
		return err
	})
}
