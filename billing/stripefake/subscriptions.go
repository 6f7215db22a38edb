package stripefake

import (
	"maps"
	"slices"
	"time"
)

// giveUp is how long Stripe tries to collect an invoice before it ends the
// subscription.
const giveUp = 21 * 24 * time.Hour

// subscribe starts what a session sells and charges its first period.
func (s *Server) subscribe(v *session) *subscription {
	now := s.now()
	sub := &subscription{
		ID: s.st.id("sub"), Object: "subscription", BillingCycleAnchor: now.Unix(), CollectionMethod: "charge_automatically",
		Created: now.Unix(), Currency: v.Currency, CurrentPeriodStart: now.Unix(), Customer: *v.Customer,
		Metadata: maps.Clone(s.st.SubMetadata[v.ID]), StartDate: now.Unix(), Status: "active",
		Items: list[subscriptionItem]{Object: "list", URL: "/v1/subscription_items"},
	}
	for _, li := range v.LineItems.Data {
		sub.Items.Data = append(sub.Items.Data, subscriptionItem{
			ID: s.st.id("si"), Object: "subscription_item", Created: now.Unix(), Metadata: map[string]string{},
			Price: li.Price, Quantity: li.Quantity, Subscription: sub.ID,
		})
	}
	sub.CurrentPeriodEnd = periodAfter(now, interval(sub), now).Unix()
	if s.st.TrialDays[v.ID] > 0 { // the cycle begins when the trial ends
		from, to := now.Unix(), s.trialEnds(v).Unix()
		sub.Status, sub.TrialStart, sub.TrialEnd, sub.CurrentPeriodEnd, sub.BillingCycleAnchor = "trialing", &from, &to, to, to
	}
	s.st.Subscriptions[sub.ID] = sub
	s.redeem(v, sub)
	s.bill(sub, "subscription_create")
	s.emit("customer.subscription.created", sub)
	return sub
}

func interval(sub *subscription) string { return sub.Items.Data[0].Price.Recurring.Interval }

func (sub *subscription) amount() int64 {
	var total int64
	for _, item := range sub.Items.Data {
		total += item.Quantity * item.Price.UnitAmount
	}
	return total
}

// periodAfter is the first boundary of the cycle after from. A cycle that began
// on the 31st ends on the last day of shorter months.
func periodAfter(anchor time.Time, interval string, from time.Time) time.Time {
	for n := 1; ; n++ {
		var at time.Time
		switch interval {
		case "day":
			at = anchor.AddDate(0, 0, n)
		case "week":
			at = anchor.AddDate(0, 0, 7*n)
		case "year":
			at = addMonths(anchor, 12*n)
		default:
			at = addMonths(anchor, n)
		}
		if at.After(from) {
			return at
		}
	}
}

func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month(), 1, t.Hour(), t.Minute(), t.Second(), 0, t.Location()).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// fallDue does what time brings: pages expire, periods end, patience ends.
func (s *Server) fallDue() {
	now := s.now()
	for _, v := range newest(s.st, s.st.Sessions, func(v *session) bool { return v.Status == "open" && v.ExpiresAt <= now.Unix() }) {
		s.expire(v)
	}
	s.expireCodes()
	alive := newest(s.st, s.st.Subscriptions, func(v *subscription) bool { return v.EndedAt == nil })
	slices.Reverse(alive)
	for _, sub := range alive {
		s.warnOfTrial(sub, now)
		for sub.EndedAt == nil && sub.CurrentPeriodEnd <= now.Unix() {
			s.renew(sub)
		}
		s.chase(sub, now)
	}
}

// trialNotice is how long before its end a trial is spoken of.
const trialNotice = 3 * 24 * time.Hour

// warnOfTrial says once that a trial ends soon.
func (s *Server) warnOfTrial(sub *subscription, now time.Time) {
	if sub.TrialEnd != nil && !s.st.TrialTold[sub.ID] && !now.Before(unixTime(*sub.TrialEnd).Add(-trialNotice)) {
		s.st.TrialTold[sub.ID] = true
		s.emit("customer.subscription.trial_will_end", sub)
	}
}

func unixTime(at int64) time.Time { return time.Unix(at, 0).UTC() }

// renew begins the next period, or ends what was cancelled for this moment.
func (s *Server) renew(sub *subscription) {
	if sub.CancelAtPeriodEnd {
		s.endAt(sub, sub.CurrentPeriodEnd)
		return
	}
	from := unixTime(sub.CurrentPeriodEnd)
	if sub.Status == "trialing" {
		sub.Status = "active"
	}
	sub.CurrentPeriodStart = sub.CurrentPeriodEnd
	sub.CurrentPeriodEnd = periodAfter(unixTime(sub.BillingCycleAnchor), interval(sub), from).Unix()
	if sub.Status != "unpaid" { // Stripe leaves drafts then, which nobody is asked to pay
		s.bill(sub, "subscription_cycle")
	}
	s.emit("customer.subscription.updated", sub)
}

func (s *Server) end(sub *subscription) { s.endAt(sub, s.now().Unix()) }

func (s *Server) endAt(sub *subscription, at int64) {
	sub.Status, sub.EndedAt = "canceled", &at
	if sub.CanceledAt == nil {
		sub.CanceledAt = &at
	}
	for _, in := range s.st.Invoices {
		if in.Subscription != nil && *in.Subscription == sub.ID && in.Status == "open" {
			in.Status = "void"
			s.giveCreditBack(in)
			s.emit("invoice.voided", in)
		}
	}
	s.emit("customer.subscription.deleted", sub)
}

func (s *Server) cancelLater(sub *subscription, yes bool) {
	if sub.CancelAtPeriodEnd == yes {
		return
	}
	sub.CancelAtPeriodEnd, sub.CancelAt, sub.CanceledAt = yes, nil, nil
	if yes {
		end, now := sub.CurrentPeriodEnd, s.now().Unix()
		sub.CancelAt, sub.CanceledAt = &end, &now
	}
	s.emit("customer.subscription.updated", sub)
}

func listSubscriptions(c *call) (any, error) {
	cus, status, pr := c.p.str("customer"), c.p.str("status"), c.p.str("price")
	if cus != "" {
		if _, err := c.customer(cus, "customer"); err != nil {
			return nil, err
		}
	}
	all := newest(c.st, c.st.Subscriptions, func(v *subscription) bool {
		if cus != "" && v.Customer != cus || pr != "" && v.Items.Data[0].Price.ID != pr {
			return false
		}
		switch status {
		case "all":
			return true
		case "":
			return v.Status != "canceled"
		case "ended":
			return v.EndedAt != nil
		default:
			return v.Status == status
		}
	})
	return page(c, "/v1/subscriptions", all, func(v *subscription) string { return v.ID })
}

func (c *call) subscription() (*subscription, error) {
	v, ok := c.st.Subscriptions[c.id]
	if !ok {
		return nil, missing("id", "subscription", c.id)
	}
	return v, nil
}

func getSubscription(c *call) (any, error) { return c.subscription() }

func updateSubscription(c *call) (any, error) {
	v, err := c.subscription()
	if err != nil {
		return nil, err
	}
	later, has, meta := c.p.yes("cancel_at_period_end"), c.p.has("cancel_at_period_end"), c.p.dict("metadata")
	items := c.p.array("items")
	for _, p := range items {
		_, _, _ = p.str("id"), p.str("quantity"), p.str("price")
	}
	behaviour, strict := c.p.str("proration_behavior"), c.p.str("payment_behavior") == "error_if_incomplete"
	at, err := c.p.num("proration_date", c.now().Unix())
	if err != nil {
		return nil, err
	}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if v.EndedAt != nil {
		return nil, refused("", "A canceled subscription can only update its cancellation_details and metadata.")
	}
	for _, p := range items {
		ch, err := c.readChange(v, p, at)
		if err == nil {
			err = c.changeItem(v, ch, behaviour, strict)
		}
		if err != nil {
			return nil, err
		}
	}
	maps.Copy(v.Metadata, meta)
	if has {
		c.cancelLater(v, later)
	}
	return v, nil
}

func cancelSubscription(c *call) (any, error) {
	v, err := c.subscription()
	if err != nil {
		return nil, err
	}
	_, _ = c.p.yes("invoice_now"), c.p.yes("prorate")
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if v.EndedAt != nil {
		return nil, missing("id", "subscription", c.id)
	}
	c.end(v)
	return v, nil
}
