package stripefake

import (
	"net/http"
	"strconv"
	"time"
)

// deskPage is the model of the page on which somebody who tries the product out
// does what cards and time do.
type deskPage struct {
	Frame     frame
	Base      string
	Customers []deskCustomer
}

type deskCustomer struct {
	ID, Token, Name string
	State, Until    string // of the subscription; "" for none
	Declines        bool
}

// deskDays is the longest time that passes at once, in days.
const deskDays = 400

func (p *pages) desk(w http.ResponseWriter, _ *http.Request) {
	p.Control.Tick()
	p.render(w, http.StatusOK, "desk.html", p.deskModel())
}

func (p *pages) deskModel() deskPage {
	p.mu.Lock()
	defer p.mu.Unlock()
	page := deskPage{Frame: p.frame("Cards and time"), Base: p.base.Path}
	for _, cus := range newest(p.st, p.st.Customers, func(v *customer) bool { return !v.Deleted }) {
		one := deskCustomer{ID: cus.ID, Token: p.token(cus.ID), Name: deref(cus.Name), Declines: p.st.Declining[cus.ID]}
		for _, sub := range newest(p.st, p.st.Subscriptions, func(v *subscription) bool { return v.Customer == cus.ID && v.EndedAt == nil }) {
			one.State, one.Until = sub.Status, date(sub.CurrentPeriodEnd)
		}
		page.Customers = append(page.Customers, one)
	}
	return page
}

// deskAct does what a button of the desk says.
func (p *pages) deskAct(w http.ResponseWriter, r *http.Request) {
	id, action := r.PathValue("id"), r.PathValue("action")
	if !p.allowed(r, id) {
		p.forged(w)
		return
	}
	days, err := strconv.Atoi(r.PostFormValue("days"))
	if action == "pass" && (err != nil || days < 1 || days > deskDays) {
		p.say(w, http.StatusBadRequest, message{Head: "How many days?", Text: "Write a number from 1 to 400.", Link: p.base.String() + "/desk", Label: "Back"})
		return
	}
	err = p.change(func() error {
		switch action {
		case "decline":
			p.st.Declining[id] = true
		case "accept":
			delete(p.st.Declining, id)
		case "pass":
			return p.letPass(id, time.Duration(days)*24*time.Hour)
		case "renew":
			if left, ok := p.untilRenewal(id); ok {
				return p.letPass(id, left)
			}
		}
		return nil
	})
	if err != nil {
		p.say(w, http.StatusNotFound, nothingHere(""))
		return
	}
	http.Redirect(w, r, p.base.Path+"/desk", http.StatusSeeOther)
}
