package stripefake

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// sessionLife is how long a payment page stays open unless the request says.
const sessionLife = 24 * time.Hour

func createSession(c *call) (any, error) {
	v, err := c.readSession()
	if err != nil {
		return nil, err
	}
	data := c.p.at("subscription_data")
	days, err := data.num("trial_period_days", 0)
	if err != nil {
		return nil, err
	}
	if has := data.has("trial_period_days"); has && (days < 1 || days > 730 || v.Mode != "subscription") {
		return nil, invalid("subscription_data[trial_period_days]", "parameter_invalid_integer", "The trial must last 1 to 730 days.")
	}
	meta := data.dict("metadata")
	if v.Mode == "payment" {
		meta = c.p.at("payment_intent_data").dict("metadata")
	}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	v.ID = "cs_test_" + strings.TrimPrefix(c.st.id("x"), "x_")
	c.st.Serial++
	c.st.Order[v.ID] = c.st.Serial
	page := c.base.String() + "/checkout/" + v.ID
	v.URL = &page
	c.st.Sessions[v.ID], c.st.SubMetadata[v.ID] = v, meta
	if days > 0 {
		c.st.TrialDays[v.ID] = days
	}
	c.total(v)
	return v, nil
}

func (c *call) readSession() (*session, error) {
	success, err := c.p.need("success_url")
	if err != nil {
		return nil, err
	}
	now := c.now()
	v := &session{
		Object: "checkout.session", CancelURL: c.p.opt("cancel_url"), ClientReferenceID: c.p.opt("client_reference_id"),
		Created: now.Unix(), Customer: c.p.opt("customer"), CustomerEmail: c.p.opt("customer_email"),
		AllowPromotionCodes: c.p.yes("allow_promotion_codes"), Metadata: c.p.dict("metadata"), Mode: c.p.str("mode"), PaymentStatus: "unpaid", Status: "open", SuccessURL: success,
	}
	for param, raw := range map[string]*string{"success_url": &success, "cancel_url": v.CancelURL} {
		if raw == nil {
			continue
		}
		if u, err := url.Parse(*raw); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, invalid(param, "url_invalid", "Not a valid URL")
		}
	}
	if v.Mode != "subscription" && v.Mode != "payment" {
		return nil, invalid("mode", "", "Invalid mode: must be one of payment or subscription")
	}
	if v.ExpiresAt, err = c.p.num("expires_at", now.Add(sessionLife).Unix()); err != nil {
		return nil, err
	}
	if left := v.ExpiresAt - now.Unix(); left < 30*60 || left > 24*60*60 {
		return nil, invalid("expires_at", "", "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.")
	}
	if v.Customer != nil {
		if cus, ok := c.st.Customers[*v.Customer]; !ok || cus.Deleted {
			return nil, missing("customer", "customer", *v.Customer)
		}
	}
	return v, c.readLineItems(v)
}

func (c *call) readLineItems(v *session) error {
	v.LineItems = &list[lineItem]{Object: "list", URL: "/v1/checkout/sessions/line_items"}
	for _, p := range c.p.array("line_items") {
		pr, ok := c.st.Prices[p.str("price")]
		if !ok {
			return missing(p.path+"[price]", "price", p.str("price"))
		}
		n, err := p.num("quantity", 1)
		if err != nil {
			return err
		}
		if n < 1 || n > 100_000 {
			return invalid(p.path+"[quantity]", "parameter_invalid_integer", "This value must be between 1 and 100000.")
		}
		if !pr.Active {
			return invalid(p.path+"[price]", "", "The price specified is inactive. This field only accepts active prices.")
		}
		if (v.Mode == "subscription") != (pr.Recurring != nil) {
			return invalid(p.path+"[price]", "", "You specified `%s` mode but passed a price of type %s.", v.Mode, pr.Type)
		}
		if v.Currency != "" && v.Currency != pr.Currency {
			return invalid(p.path+"[price]", "", "All prices on a Checkout Session must have the same currency.")
		}
		v.Currency = pr.Currency
		total := n * pr.UnitAmount
		v.LineItems.Data = append(v.LineItems.Data, lineItem{
			ID: c.st.id("li"), Object: "item", AmountSubtotal: total, AmountTotal: total, Currency: pr.Currency,
			Description: c.st.Products[pr.Product].Name, Price: *pr, Quantity: n,
		})
	}
	if len(v.LineItems.Data) == 0 {
		return invalid("line_items", "parameter_missing", "Missing required param: line_items.")
	}
	return nil
}

func (s *Server) session(id string) (*session, error) {
	v, ok := s.st.Sessions[id]
	if !ok {
		return nil, missing("session", "checkout.session", id)
	}
	return v, nil
}

func getSession(c *call) (any, error) { return c.session(c.id) }

func getLineItems(c *call) (any, error) {
	v, err := c.session(c.id)
	if err != nil {
		return nil, err
	}
	return v.LineItems, nil
}

func listSessions(c *call) (any, error) {
	cus, sub := c.p.str("customer"), c.p.str("subscription")
	all := newest(c.st, c.st.Sessions, func(v *session) bool {
		return (cus == "" || v.Customer != nil && *v.Customer == cus) && (sub == "" || v.Subscription != nil && *v.Subscription == sub)
	})
	return page(c, "/v1/checkout/sessions", all, func(v *session) string { return v.ID })
}

func expireSession(c *call) (any, error) {
	v, err := c.session(c.id)
	if err != nil {
		return nil, err
	}
	if v.Status != "open" {
		return nil, refused("", "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of %s.", v.Status)
	}
	c.expire(v)
	return v, nil
}

func (s *Server) expire(v *session) {
	v.Status, v.URL = "expired", nil
	s.emit("checkout.session.expired", v)
}

// errDeclined is the card's answer, not the server's fault.
func errDeclined() error {
	return &apiError{status: http.StatusPaymentRequired, Type: "card_error", Code: "card_declined", Message: "Your card was declined."}
}

// pay is what the button on the hosted page does. A session is paid once.
func (s *Server) pay(v *session) error {
	if v.Status != "open" {
		return refused("checkout_"+v.Status, "This session is %s.", v.Status)
	}
	if id, typed := s.st.SessionCodes[v.ID]; typed && !s.st.PromotionCodes[id].Active {
		_ = s.useCode(v, "")
		return refused("promotion_code_invalid", "This code is invalid.")
	}
	if v.Customer == nil {
		cus := &customer{ID: s.st.id("cus"), Object: "customer", Created: s.now().Unix(), Email: v.CustomerEmail, Metadata: map[string]string{}}
		s.st.Customers[cus.ID] = cus
		v.Customer = &cus.ID
		s.emit("customer.created", cus)
	}
	if cus := s.st.Customers[*v.Customer]; cus.Deleted {
		return missing("customer", "customer", cus.ID)
	}
	delete(s.st.Declining, *v.Customer) // a good card was just entered
	if v.Mode == "payment" {
		in := s.intent(v.AmountTotal, v.Currency, *v.Customer, nil, s.st.SubMetadata[v.ID])
		v.PaymentIntent = &in.ID
	} else {
		sub := s.subscribe(v)
		v.Subscription, v.Invoice = &sub.ID, sub.LatestInvoice
	}
	v.Status, v.PaymentStatus, v.URL = "complete", "paid", nil
	if v.AmountTotal == 0 {
		v.PaymentStatus = "no_payment_required"
	}
	s.emit("checkout.session.completed", v)
	return nil
}

// decline is what a bad card does: the session stays open, nothing is made.
func (s *Server) decline(v *session) {
	ch := &charge{ID: s.st.id("ch"), Object: "charge", Amount: v.AmountTotal, Created: s.now().Unix(), Currency: v.Currency, Customer: v.Customer, Status: "failed"}
	s.st.Charges[ch.ID] = ch
	s.emit("charge.failed", ch)
}
