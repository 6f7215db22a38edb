package stripefake

import "fmt"

// dispute opens one over the whole charge: the bank takes the money at once.
func (s *Server) dispute(ch *charge) *dispute {
	v := &dispute{
		ID: s.st.id("dp"), Object: "dispute", Amount: ch.Amount, Charge: ch.ID, Created: s.now().Unix(), Currency: ch.Currency,
		IsChargeRefundable: false, Metadata: map[string]string{}, PaymentIntent: ch.PaymentIntent, Reason: "fraudulent", Status: "needs_response",
	}
	v.move(s, -v.Amount)
	ch.Disputed = true
	s.st.Disputes[v.ID] = v
	s.emit("charge.dispute.created", v)
	s.emit("charge.dispute.funds_withdrawn", v)
	return v
}

// move notes that the bank took money, or gave it back.
func (v *dispute) move(s *Server, amount int64) {
	v.BalanceTransactions = append(v.BalanceTransactions, balanceTransaction{
		ID: s.st.id("txn"), Object: "balance_transaction", Amount: amount, Created: s.now().Unix(), Currency: v.Currency, Net: amount,
		Source: v.ID, Status: "available", Type: "adjustment",
	})
}

func (s *Server) closeDispute(v *dispute, won bool) {
	v.Status = "lost"
	if won {
		v.Status = "won"
		v.move(s, v.Amount)
		s.emit("charge.dispute.funds_reinstated", v)
	}
	s.emit("charge.dispute.closed", v)
}

func listDisputes(c *call) (any, error) {
	ch, pi := c.p.str("charge"), c.p.str("payment_intent")
	all := newest(c.st, c.st.Disputes, func(v *dispute) bool {
		return (ch == "" || v.Charge == ch) && (pi == "" || v.PaymentIntent == pi)
	})
	return page(c, "/v1/disputes", all, func(v *dispute) string { return v.ID })
}

func getDispute(c *call) (any, error) {
	v, ok := c.st.Disputes[c.id]
	if !ok {
		return nil, missing("dispute", "dispute", c.id)
	}
	return v, nil
}

// Charges lists the ids of a customer's charges that took money, oldest first.
func (c *Control) Charges(customer string) (ids []string) {
	_ = c.s.change(func() error {
		all := newest(c.s.st, c.s.st.Charges, func(v *charge) bool { return v.Paid && v.Customer != nil && *v.Customer == customer })
		for i := len(all) - 1; i >= 0; i-- {
			ids = append(ids, all[i].ID)
		}
		return nil
	})
	return ids
}

// Dispute does what the customer's bank does: it questions a charge and takes
// the money back.
func (c *Control) Dispute(charge string) (id string, err error) {
	err = c.s.change(func() error {
		ch, ok := c.s.st.Charges[charge]
		if !ok || !ch.Paid || ch.Disputed {
			return fmt.Errorf("stripefake: no charge %s that could be disputed", charge)
		}
		id = c.s.dispute(ch).ID
		return nil
	})
	return id, err
}

// CloseDispute decides a dispute; won means that the money comes back.
func (c *Control) CloseDispute(id string, won bool) error {
	return c.s.change(func() error {
		v, ok := c.s.st.Disputes[id]
		if !ok || v.Status == "won" || v.Status == "lost" {
			return fmt.Errorf("stripefake: no open dispute %s", id)
		}
		c.s.closeDispute(v, won)
		return nil
	})
}

// Refund does what the button in Stripe's dashboard does.
func (c *Control) Refund(charge string, amount int64) (id string, err error) {
	err = c.s.change(func() error {
		ch, ok := c.s.st.Charges[charge]
		if !ok || amount < 1 || amount > ch.Amount-ch.AmountRefunded {
			return fmt.Errorf("stripefake: %s cannot give back %d", charge, amount)
		}
		id = c.s.giveBack(ch, amount, nil, nil).ID
		return nil
	})
	return id, err
}

// FailRefund makes a refund come back, as when the card's account is closed.
func (c *Control) FailRefund(id string) error {
	return c.s.change(func() error {
		v, ok := c.s.st.Refunds[id]
		if !ok || v.Status != "succeeded" {
			return fmt.Errorf("stripefake: no refund %s that could fail", id)
		}
		v.Status = "failed"
		ch := c.s.st.Charges[v.Charge]
		ch.AmountRefunded -= v.Amount
		ch.Refunded = false
		c.s.emit("charge.refund.updated", v)
		return nil
	})
}
