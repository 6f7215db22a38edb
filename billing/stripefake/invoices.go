package stripefake

import (
	"fmt"
	"maps"
)

// bill writes the invoice of a subscription's present period and collects it.
func (s *Server) bill(sub *subscription, reason string) *invoice {
	return s.charge(sub, reason, s.regular(sub), sub.CurrentPeriodStart)
}

// regular are the lines of a whole period, or of a trial.
func (s *Server) regular(sub *subscription) (lines []invoiceLine) {
	for _, item := range sub.Items.Data {
		if sub.trialing(sub.CurrentPeriodStart) {
			l := s.line(sub, item.Price, item.Quantity, 0, false)
			l.Description = "Trial period for " + s.st.Products[item.Price.Product].Name
			lines = append(lines, l)
			continue
		}
		lines = append(lines, s.line(sub, item.Price, item.Quantity, item.Quantity*item.Price.UnitAmount, false))
	}
	return lines
}

// line is what an invoice says of a part of a subscription. A proration is for
// what is left of the period.
func (s *Server) line(sub *subscription, p price, quantity, amount int64, proration bool) invoiceLine {
	l := invoiceLine{
		ID: s.st.id("il"), Object: "line_item", Amount: amount, Currency: sub.Currency, Price: p, Proration: proration, Quantity: quantity,
		Description: fmt.Sprintf("%d × %s (at %s / %s)", quantity, s.st.Products[p.Product].Name, money(p.UnitAmount, p.Currency), p.Recurring.Interval),
		Period:      period{sub.CurrentPeriodStart, sub.CurrentPeriodEnd}, Subscription: sub.ID, Type: "subscription",
	}
	if proration {
		l.Period.Start, l.Type = s.now().Unix(), "invoiceitem"
		l.Description = fmt.Sprintf("Remaining time on %d × %s", quantity, s.st.Products[p.Product].Name)
		if amount < 0 {
			l.Description = fmt.Sprintf("Unused time on %d × %s", quantity, s.st.Products[p.Product].Name)
		}
	}
	return l
}

// draft is the invoice of lines, with discount and credit taken off, before anybody
// is charged. It changes nothing.
func (s *Server) draft(sub *subscription, reason string, lines []invoiceLine, created int64) *invoice {
	in := &invoice{
		Object: "invoice", BillingReason: reason, Created: created, Currency: sub.Currency, Customer: sub.Customer,
		Metadata: map[string]string{}, PeriodStart: sub.CurrentPeriodStart, PeriodEnd: sub.CurrentPeriodEnd,
		Status: "open", Subscription: &sub.ID, TotalDiscountAmounts: []discountAmount{},
		Lines: list[invoiceLine]{Object: "list", URL: "/v1/invoices/lines", Data: lines},
	}
	for _, l := range lines {
		in.Subtotal += l.Amount
	}
	sub.discounted(in)
	in.StartingBalance = s.st.Customers[sub.Customer].Balance
	in.AmountDue = max(0, in.Total+in.StartingBalance)
	in.AmountRemaining = in.AmountDue
	return in
}

// charge makes an invoice of lines and tries to collect it. What a customer has to
// get is kept as its balance and taken off the next invoices.
func (s *Server) charge(sub *subscription, reason string, lines []invoiceLine, created int64) *invoice {
	in := s.draft(sub, reason, lines, created)
	in.ID = s.st.id("in")
	in.Number = fmt.Sprintf("DEMO-%05d", s.st.Serial)
	page := s.base.String() + "/invoice/" + in.ID
	pdf := page + "/pdf"
	in.HostedInvoiceURL, in.InvoicePDF = &page, &pdf
	in.EndingBalance = in.StartingBalance + in.Total - in.AmountDue
	s.st.Customers[sub.Customer].Balance = in.EndingBalance
	s.st.Invoices[in.ID] = in
	sub.LatestInvoice = &in.ID
	s.spend(sub, in)
	s.emit("invoice.created", in)
	s.collect(in)
	return in
}

// giveCreditBack undoes what a voided invoice took from, or gave to, the balance.
func (s *Server) giveCreditBack(in *invoice) {
	s.st.Customers[in.Customer].Balance -= in.EndingBalance - in.StartingBalance
}

// collect charges the customer's card, and moves the subscription between
// active and past_due by what comes of it. An invoice of nothing is paid.
func (s *Server) collect(in *invoice) bool {
	in.Attempted = true
	in.AttemptCount++
	sub := s.st.Subscriptions[*in.Subscription]
	if in.AmountDue > 0 {
		if s.st.Declining[in.Customer] {
			sub.Status = "past_due"
			s.emit("invoice.payment_failed", in)
			return false
		}
		pi := s.intent(in.AmountDue, in.Currency, in.Customer, &in.ID, nil)
		in.PaymentIntent = &pi.ID
	}
	in.Paid, in.Status, in.AmountPaid, in.AmountRemaining = true, "paid", in.AmountDue, 0
	if s.oldestOpen(sub.ID) == nil && sub.Status != "trialing" {
		sub.Status = "active"
	}
	s.emit("invoice.paid", in)
	return true
}

// intent takes money: a payment intent that succeeded, and its charge, which has a
// copy of its metadata.
func (s *Server) intent(amount int64, currency, customer string, invoice *string, meta map[string]string) *paymentIntent {
	now := s.now().Unix()
	if meta == nil {
		meta = map[string]string{}
	}
	pi := &paymentIntent{
		ID: s.st.id("pi"), Object: "payment_intent", Amount: amount, AmountReceived: amount, Created: now,
		Currency: currency, Customer: &customer, Invoice: invoice, Metadata: meta, Status: "succeeded",
	}
	ch := &charge{
		ID: s.st.id("ch"), Object: "charge", Amount: amount, AmountCaptured: amount, Captured: true, Created: now, Currency: currency, Customer: &customer,
		Invoice: invoice, Metadata: maps.Clone(meta), Paid: true, PaymentIntent: pi.ID, Status: "succeeded",
	}
	pi.LatestCharge = &ch.ID
	s.st.Intents[pi.ID], s.st.Charges[ch.ID] = pi, ch
	s.emit("charge.succeeded", ch)
	return pi
}

func (s *Server) oldestOpen(sub string) *invoice {
	var oldest *invoice
	for _, in := range s.st.Invoices {
		if in.Status == "open" && in.Subscription != nil && *in.Subscription == sub && (oldest == nil || in.Created < oldest.Created) {
			oldest = in
		}
	}
	return oldest
}

// payOpen tries every unpaid invoice of a customer again.
func (s *Server) payOpen(customer string) {
	open := newest(s.st, s.st.Invoices, func(v *invoice) bool { return v.Customer == customer && v.Status == "open" })
	for i := len(open) - 1; i >= 0; i-- {
		if s.collect(open[i]) {
			s.emit("customer.subscription.updated", s.st.Subscriptions[*open[i].Subscription])
		}
	}
}

func listInvoices(c *call) (any, error) {
	cus, sub, status := c.p.str("customer"), c.p.str("subscription"), c.p.str("status")
	all := newest(c.st, c.st.Invoices, func(v *invoice) bool {
		return (cus == "" || v.Customer == cus) && (sub == "" || v.Subscription != nil && *v.Subscription == sub) && (status == "" || v.Status == status)
	})
	return page(c, "/v1/invoices", all, func(v *invoice) string { return v.ID })
}

func getInvoice(c *call) (any, error) {
	v, ok := c.st.Invoices[c.id]
	if !ok {
		return nil, missing("invoice", "invoice", c.id)
	}
	return v, nil
}

func payInvoice(c *call) (any, error) {
	v, ok := c.st.Invoices[c.id]
	if !ok {
		return nil, missing("invoice", "invoice", c.id)
	}
	if v.Status != "open" {
		return nil, refused("", "Invoice is already %s", v.Status)
	}
	if !c.collect(v) {
		return nil, errDeclined()
	}
	c.emit("customer.subscription.updated", c.st.Subscriptions[*v.Subscription])
	return v, nil
}

func getIntent(c *call) (any, error) {
	v, ok := c.st.Intents[c.id]
	if !ok {
		return nil, missing("intent", "payment_intent", c.id)
	}
	return v, nil
}

func listCharges(c *call) (any, error) {
	cus, pi := c.p.str("customer"), c.p.str("payment_intent")
	all := newest(c.st, c.st.Charges, func(v *charge) bool {
		return (cus == "" || v.Customer != nil && *v.Customer == cus) && (pi == "" || v.PaymentIntent == pi)
	})
	return page(c, "/v1/charges", all, func(v *charge) string { return v.ID })
}

// refundsOf is the list that a charge carries when it is asked for, newest first.
func (c *call) refundsOf(charge string) any {
	all := newest(c.st, c.st.Refunds, func(v *refund) bool { return v.Charge == charge })
	more := len(all) > 10
	if more {
		all = all[:10]
	}
	return list[*refund]{Object: "list", URL: "/v1/charges/" + charge + "/refunds", HasMore: more, Data: append([]*refund{}, all...)}
}

func getCharge(c *call) (any, error) {
	v, ok := c.st.Charges[c.id]
	if !ok {
		return nil, missing("charge", "charge", c.id)
	}
	return v, nil
}

func createRefund(c *call) (any, error) {
	pi, chargeID := c.p.str("payment_intent"), c.p.str("charge")
	reason, meta := c.p.opt("reason"), c.p.dict("metadata")
	if in, ok := c.st.Intents[pi]; ok {
		chargeID = *in.LatestCharge
	} else if pi != "" {
		return nil, missing("payment_intent", "payment_intent", pi)
	}
	ch, ok := c.st.Charges[chargeID]
	if !ok {
		return nil, missing("charge", "charge", chargeID)
	}
	amount, err := c.p.num("amount", ch.Amount-ch.AmountRefunded)
	if err != nil {
		return nil, err
	}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if ch.Refunded {
		return nil, refused("charge_already_refunded", "Charge %s has already been refunded.", ch.ID)
	}
	if amount < 1 || amount > ch.Amount-ch.AmountRefunded {
		return nil, invalid("amount", "amount_too_large", "Refund amount is greater than unrefunded amount on charge.")
	}
	return c.giveBack(ch, amount, reason, meta), nil
}

// giveBack refunds a part of a charge, or all of it.
func (s *Server) giveBack(ch *charge, amount int64, reason *string, meta map[string]string) *refund {
	v := &refund{
		ID: s.st.id("re"), Object: "refund", Amount: amount, Charge: ch.ID, Created: s.now().Unix(), Currency: ch.Currency,
		Metadata: maps.Clone(meta), PaymentIntent: ch.PaymentIntent, Reason: reason, Status: "succeeded",
	}
	s.st.Refunds[v.ID] = v
	ch.AmountRefunded += amount
	ch.Refunded = ch.AmountRefunded == ch.Amount
	s.emit("charge.refunded", ch)
	return v
}

func listRefunds(c *call) (any, error) {
	pi, ch := c.p.str("payment_intent"), c.p.str("charge")
	all := newest(c.st, c.st.Refunds, func(v *refund) bool {
		return (pi == "" || v.PaymentIntent == pi) && (ch == "" || v.Charge == ch)
	})
	return page(c, "/v1/refunds", all, func(v *refund) string { return v.ID })
}
