package stripefake

import (
	"net/http"
	"slices"
)

// change is what somebody wants a subscription's item to be.
type change struct {
	item     int // its place
	price    price
	quantity int64
	at       int64 // the moment that prorations count from
}

// readChange reads one item of a request; p is where it lies.
func (c *call) readChange(v *subscription, p *params, at int64) (change, error) {
	id := p.str("id")
	ch := change{item: slices.IndexFunc(v.Items.Data, func(i subscriptionItem) bool { return i.ID == id }), at: at}
	if ch.item < 0 {
		return ch, missing(p.path+"[id]", "subscription item", id)
	}
	item := v.Items.Data[ch.item]
	var err error
	if ch.quantity, err = p.num("quantity", item.Quantity); err != nil {
		return ch, err
	}
	if ch.quantity < 1 || ch.quantity > 100_000 {
		return ch, invalid(p.path+"[quantity]", "parameter_invalid_integer", "This value must be between 1 and 100000.")
	}
	ch.price = item.Price
	if id := p.str("price"); id != "" && id != item.Price.ID {
		pr, ok := c.st.Prices[id]
		if !ok {
			return ch, missing(p.path+"[price]", "price", id)
		}
		if pr.Recurring == nil || pr.Currency != v.Currency || !pr.Active {
			return ch, invalid(p.path+"[price]", "", "The price must be active, recurring, and in the currency of the subscription.")
		}
		ch.price = *pr
	}
	if at < v.CurrentPeriodStart || at > v.CurrentPeriodEnd {
		return ch, invalid("proration_date", "", "The proration date must lie within the subscription's current period.")
	}
	return ch, nil
}

func (v *subscription) trialing(now int64) bool { return v.TrialEnd != nil && now < *v.TrialEnd }

// newInterval reports whether the change begins a period of another length.
func (ch change) newInterval(v *subscription) bool {
	return ch.price.Recurring.Interval != v.Items.Data[ch.item].Price.Recurring.Interval
}

func (ch change) nothing(v *subscription) bool {
	item := v.Items.Data[ch.item]
	return ch.price.ID == item.Price.ID && ch.quantity == item.Quantity
}

// prorations are what a change charges and credits: what is left of the period is
// given back at the old price and charged at the new one, each rounded to the cent.
// With another interval a whole new period is charged. In a trial nothing is.
// https://docs.stripe.com/billing/subscriptions/prorations
func (s *Server) prorations(v *subscription, ch change) []invoiceLine {
	now := s.now()
	if ch.nothing(v) || v.trialing(now.Unix()) {
		return nil
	}
	item := v.Items.Data[ch.item]
	left, whole := v.CurrentPeriodEnd-ch.at, v.CurrentPeriodEnd-v.CurrentPeriodStart
	rest := func(amount int64) int64 { return (2*amount*left + whole) / (2 * whole) }
	unused := s.line(v, item.Price, item.Quantity, -rest(item.Quantity*item.Price.UnitAmount), true)
	unused.Period = period{ch.at, v.CurrentPeriodEnd}
	amount := ch.quantity * ch.price.UnitAmount
	if ch.newInterval(v) {
		full := s.line(v, ch.price, ch.quantity, amount, false)
		full.Period = period{now.Unix(), periodAfter(now, ch.price.Recurring.Interval, now).Unix()}
		return []invoiceLine{unused, full}
	}
	remaining := s.line(v, ch.price, ch.quantity, rest(amount), true)
	remaining.Period = period{ch.at, v.CurrentPeriodEnd}
	return []invoiceLine{unused, remaining}
}

// put makes the item what the change says. Another interval begins a new cycle.
func (s *Server) put(v *subscription, ch change) {
	again := ch.newInterval(v)
	v.Items.Data[ch.item].Price, v.Items.Data[ch.item].Quantity = ch.price, ch.quantity
	if now := s.now(); again && !v.trialing(now.Unix()) {
		v.BillingCycleAnchor, v.CurrentPeriodStart = now.Unix(), now.Unix()
		v.CurrentPeriodEnd = periodAfter(now, ch.price.Recurring.Interval, now).Unix()
	}
}

// changeItem makes a subscription's item another one. behaviour is "always_invoice",
// which charges or credits the difference at once, or "none". strict refuses the
// change when the charge fails.
func (c *call) changeItem(v *subscription, ch change, behaviour string, strict bool) error {
	if ch.nothing(v) {
		return nil
	}
	if behaviour != "always_invoice" {
		if behaviour != "none" || ch.newInterval(v) {
			return invalid("proration_behavior", "", "The stand-in changes an item with always_invoice, or within one interval with none.")
		}
		c.put(v, ch)
		c.emit("customer.subscription.updated", v)
		return nil
	}
	lines := c.prorations(v, ch)
	if due := c.draft(v, "subscription_update", lines, c.now().Unix()).AmountDue; due > 0 && strict && c.st.Declining[v.Customer] {
		return &apiError{status: http.StatusPaymentRequired, Type: "card_error", Code: "card_declined", Message: "Your card was declined."}
	}
	c.put(v, ch)
	if len(lines) > 0 {
		c.charge(v, "subscription_update", lines, c.now().Unix())
	}
	c.emit("customer.subscription.updated", v)
	return nil
}

// upcomingInvoice previews the invoice of a change that is charged at once, or of
// the next period.
// https://docs.stripe.com/api/invoices/upcoming?api-version=2023-10-16
func upcomingInvoice(c *call) (any, error) {
	id, cus, behaviour := c.p.str("subscription"), c.p.str("customer"), c.p.str("subscription_proration_behavior")
	items := c.p.array("subscription_items")
	for _, p := range items {
		_, _, _ = p.str("id"), p.str("price"), p.str("quantity")
	}
	at, err := c.p.num("subscription_proration_date", c.now().Unix())
	if err != nil {
		return nil, err
	}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	v, ok := c.st.Subscriptions[id]
	switch {
	case !ok || cus != "" && v.Customer != cus:
		return nil, missing("subscription", "subscription", id)
	case v.EndedAt != nil:
		return nil, &apiError{status: http.StatusNotFound, Type: "invalid_request_error", Code: "invoice_upcoming_none", Message: "No upcoming invoices for subscription: " + id}
	}
	after := *v
	after.Items.Data = slices.Clone(v.Items.Data)
	for _, p := range items {
		ch, err := c.readChange(v, p, at)
		if err != nil {
			return nil, err
		}
		lines := c.prorations(v, ch)
		if behaviour == "always_invoice" && len(lines) > 0 {
			return c.preview(v, lines, at), nil
		}
		if len(lines) > 0 {
			return nil, invalid("subscription_proration_behavior", "", "The stand-in previews changes with always_invoice only.")
		}
		after.Items.Data[ch.item].Price, after.Items.Data[ch.item].Quantity = ch.price, ch.quantity
	}
	after.CurrentPeriodStart = v.CurrentPeriodEnd
	end := unixTime(v.CurrentPeriodEnd)
	after.CurrentPeriodEnd = periodAfter(end, interval(&after), end).Unix()
	return c.preview(&after, c.regular(&after), at), nil
}

func (c *call) preview(v *subscription, lines []invoiceLine, at int64) *invoice {
	in := c.draft(v, "upcoming", lines, c.now().Unix())
	in.Status, in.SubscriptionProrationDate = "draft", &at
	return in
}
