package stripefake

import "net/http"

// portalPage is the model of the billing portal.
type portalPage struct {
	Frame    frame
	Base, ID string
	Token    string
	Name     string
	Back     string
	Subs     []portalSub
	Invoices []portalInvoice
	Open     string // what is unpaid, "" for nothing
	Failed   bool
}

type portalSub struct {
	ID, Plan, Price  string
	When             string
	Leaving, PastDue bool
}

type portalInvoice struct{ Number, Date, Amount, Status string }

func (p *pages) portal(w http.ResponseWriter, r *http.Request) {
	p.Control.Tick()
	p.showPortal(w, r, http.StatusOK, false)
}

func (p *pages) showPortal(w http.ResponseWriter, r *http.Request, status int, failed bool) {
	page, ok := p.portalModel(r.PathValue("id"))
	if !ok {
		p.say(w, http.StatusNotFound, nothingHere(""))
		return
	}
	page.Failed = failed
	p.render(w, status, "portal.html", page, page.Back)
}

func (p *pages) portalModel(id string) (portalPage, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.st.Portals[id]
	if !ok {
		return portalPage{}, false
	}
	page := portalPage{Frame: p.frame("Your subscription"), Base: p.base.Path, ID: id, Token: p.token(id), Back: v.ReturnURL}
	if cus := p.st.Customers[v.Customer]; cus != nil {
		page.Name = deref(cus.Name)
	}
	mine := newest(p.st, p.st.Subscriptions, func(s *subscription) bool { return s.Customer == v.Customer && s.EndedAt == nil })
	for _, sub := range mine {
		page.Subs = append(page.Subs, p.portalSub(sub))
	}
	var open int64
	for _, in := range newest(p.st, p.st.Invoices, func(in *invoice) bool { return in.Customer == v.Customer }) {
		page.Invoices = append(page.Invoices, portalInvoice{in.Number, date(in.Created), money(in.Total, in.Currency), p.invoiceState(in)})
		if in.Status == "open" {
			open += in.AmountRemaining
			page.Open = money(open, in.Currency)
		}
	}
	return page, true
}

func (p *pages) portalSub(sub *subscription) portalSub {
	item := sub.Items.Data[0]
	out := portalSub{
		ID: sub.ID, Plan: p.st.Products[item.Price.Product].Name, Leaving: sub.CancelAtPeriodEnd, PastDue: sub.Status == "past_due",
		Price: count(item.Quantity, "seat", "seats") + ", " + money(sub.amount(), sub.Currency) + " a " + interval(sub),
		When:  "Renews on " + date(sub.CurrentPeriodEnd),
	}
	if out.Leaving {
		out.When = "Ends on " + date(sub.CurrentPeriodEnd)
	}
	return out
}

func (p *pages) invoiceState(in *invoice) string {
	if in.PaymentIntent != nil {
		if pi := p.st.Intents[*in.PaymentIntent]; pi != nil && p.st.Charges[*pi.LatestCharge].Refunded {
			return "Refunded"
		}
	}
	switch in.Status {
	case "paid":
		return "Paid"
	case "open":
		return "Unpaid"
	default:
		return "Void"
	}
}

// portalAct does what a button of the portal says.
func (p *pages) portalAct(w http.ResponseWriter, r *http.Request) {
	id, action := r.PathValue("id"), r.PathValue("action")
	if !p.allowed(r, id) {
		p.forged(w)
		return
	}
	known, failed := true, false
	_ = p.change(func() error {
		v, ok := p.st.Portals[id]
		if !ok {
			known = false
			return nil
		}
		switch sub := p.st.Subscriptions[r.PostFormValue("subscription")]; {
		case action == "pay":
			delete(p.st.Declining, v.Customer) // a good card was just entered
			p.payOpen(v.Customer)
		case sub == nil || sub.Customer != v.Customer || sub.EndedAt != nil:
			failed = true
		case action == "cancel" || action == "resume":
			p.cancelLater(sub, action == "cancel")
		default:
			known = false
		}
		return nil
	})
	switch {
	case !known:
		p.say(w, http.StatusNotFound, nothingHere(""))
	case failed:
		p.showPortal(w, r, http.StatusConflict, true)
	default:
		http.Redirect(w, r, p.base.Path+"/portal/"+id, http.StatusSeeOther)
	}
}
