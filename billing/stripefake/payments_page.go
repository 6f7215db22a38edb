package stripefake

import "net/http"

// paymentsPage is the model of the list of payments: of Stripe's dashboard as much
// as a demo needs, to give money back.
type paymentsPage struct {
	Frame    frame
	Base     string
	Payments []paymentLine
}

type paymentLine struct {
	ID, Token   string
	What, Who   string
	Date        string
	Amount      string
	Given, Away string // what was given back of it, and what is left to give
}

// paymentsMost is how many payments the page shows.
const paymentsMost = 50

func (p *pages) payments(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	page := paymentsPage{Frame: p.frame("Payments"), Base: p.base.Path}
	for _, ch := range newest(p.st, p.st.Charges, func(v *charge) bool { return v.Paid }) {
		if len(page.Payments) == paymentsMost {
			break
		}
		page.Payments = append(page.Payments, p.paymentLine(ch))
	}
	p.mu.Unlock()
	p.render(w, http.StatusOK, "payments.html", page)
}

// paymentLine is one payment. The state's lock is held.
func (p *pages) paymentLine(ch *charge) paymentLine {
	line := paymentLine{ID: ch.ID, Token: p.token(ch.ID), Date: date(ch.Created), Amount: money(ch.Amount, ch.Currency), What: "Subscription"}
	if pack := ch.Metadata["parley_pack"]; pack != "" {
		line.What = "Sticker pack " + pack
	}
	if ch.Customer != nil {
		if cus := p.st.Customers[*ch.Customer]; cus != nil {
			line.Who = deref(cus.Email)
		}
	}
	if ch.AmountRefunded > 0 {
		line.Given = money(ch.AmountRefunded, ch.Currency)
	}
	if left := ch.Amount - ch.AmountRefunded; left > 0 && !ch.Disputed {
		line.Away = money(left, ch.Currency)
	}
	return line
}

// refundNow gives a payment back whole.
func (p *pages) refundNow(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if !p.allowed(r, id) {
		p.forged(w)
		return
	}
	_ = p.change(func() error {
		if ch := p.st.Charges[id]; ch != nil && ch.Paid && !ch.Disputed && ch.AmountRefunded < ch.Amount {
			p.giveBack(ch, ch.Amount-ch.AmountRefunded, nil, nil)
		}
		return nil
	})
	http.Redirect(w, r, p.base.Path+"/payments", http.StatusSeeOther)
}
