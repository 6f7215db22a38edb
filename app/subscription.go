package app

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// changePage shows what a running subscription would cost as another plan, at another interval or for other seats.
func (s *Server) changePage(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	return s.showQuote(c, nil)
}

// acceptChange makes the change that was shown, for the amount that was shown. It lifts meetings that run.
func (s *Server) acceptChange(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	org := theOrg(c)
	if err := s.mayBuy(c, org.ID); err != nil {
		return err
	}
	want, err := s.order(c)
	if err != nil {
		return s.showBilling(c, 0, c.FormValue("seats"), err)
	}
	at, _ := strconv.ParseInt(c.FormValue("at"), 10, 64)
	today, badAmount := strconv.ParseInt(c.FormValue("today"), 10, 64)
	if badAmount != nil {
		today = -1 // never what it costs
	}
	change, err := s.billing.AcceptQuote(c.UserContext(), org.ID, want, time.Unix(at, 0), today)
	if errors.Is(err, billing.ErrQuoteOver) || tenants.KeyOf(err) == billing.KeyChangePayment {
		return s.showQuote(c, err)
	}
	if err == nil {
		err = s.lift(c.UserContext(), change)
	}
	if err != nil {
		return err
	}
	if c.FormValue("return") == "meeting" {
		return c.Redirect("/o/"+org.Slug+"/billing/done?from=meeting", fiber.StatusSeeOther)
	}
	return s.done(c, "/billing", "plan_changed")
}

// showQuote shows the price of what is asked for; why says why it is shown again.
func (s *Server) showQuote(c *fiber.Ctx, why error) error {
	want, err := s.order(c)
	var quote billing.Quote
	if err == nil {
		quote, err = s.billing.Quote(c.UserContext(), theOrg(c).ID, want)
	}
	askAnew(c.UserContext()) // Stripe was asked, and the mirror may be another
	if errors.Is(err, billing.ErrSame) {
		err = &tenants.Error{Code: tenants.CodeInvalid, Field: "seats", Key: billing.KeySame}
	}
	if tenants.Fields(err) != nil {
		return s.showBilling(c, 0, c.FormValue("seats"), err)
	}
	if err != nil {
		return err
	}
	m, err := s.quoteModel(c, quote)
	if err != nil {
		return err
	}
	if why != nil {
		m.Fault = tenants.KeyOf(why)
		c.Status(fiber.StatusConflict)
	}
	page, err := s.orgPage(c, "change.title")
	if err != nil {
		return err
	}
	return s.render(c, views.ChangePlan(page, m))
}

// order reads what a subscription shall be; what is not said stays as it is.
func (s *Server) order(c *fiber.Ctx) (billing.Order, error) {
	_, sub, err := s.planOf(c.UserContext(), theOrg(c).ID)
	if err != nil {
		return billing.Order{}, err
	}
	o := billing.Order{Plan: sub.Plan, Interval: sub.Interval, Seats: sub.Seats}
	if plan := c.FormValue("plan"); plan != "" {
		o.Plan = plan
	}
	if interval := c.FormValue("interval"); interval != "" {
		o.Interval = interval
	}
	if typed := strings.TrimSpace(c.FormValue("seats")); typed != "" {
		o.Seats, err = s.seatsAsked(c, typed)
	}
	return o, err
}

// mayBuy refuses to sell to an organization that is about to be deleted.
func (s *Server) mayBuy(c *fiber.Ctx, org tenants.OrgID) error {
	_, err := s.tenants.Org(org).Deletion(c.UserContext())
	switch {
	case err == nil:
		return errGoing
	case isCode(err, tenants.CodeNotFound):
		return nil
	}
	return err
}

func (s *Server) quoteModel(c *fiber.Ctx, q billing.Quote) (views.QuoteModel, error) {
	now, sub, err := s.planOf(c.UserContext(), theOrg(c).ID)
	if err != nil {
		return views.QuoteModel{}, err
	}
	plans, err := s.plans(c.UserContext())
	if err != nil {
		return views.QuoteModel{}, err
	}
	names := map[string]string{}
	for _, p := range plans {
		names[p.ID] = p.Name
	}
	m := views.QuoteModel{
		From: planModel(now), To: planModel(q.Plan), FromInterval: q.From.Interval, ToInterval: q.To.Interval, FromSeats: q.From.Seats, ToSeats: q.To.Seats,
		Today: q.Today, Credit: q.Credit, Then: q.Then, At: q.At.Unix(), RenewsAt: q.RenewsAt, Trial: q.Trial, Cheaper: q.Cheaper,
		Discount: discountModel(sub.Discount), InMeeting: c.FormValue("return") == "meeting",
	}
	var sum int64
	for _, l := range q.Lines {
		sum += l.Amount
		m.Lines = append(m.Lines, views.QuoteLine{Plan: names[l.Plan], Seats: l.Seats, Rest: l.Proration, Amount: l.Amount})
	}
	if m.Other = q.Today - sum; q.Today == 0 && q.Credit > 0 {
		m.Other = -q.Credit - sum
	}
	return m, nil
}

func discountModel(d billing.AppliedDiscount) *views.Discount {
	if d.Discount == (billing.Discount{}) {
		return nil
	}
	return &views.Discount{Label: d.Label, BasisPoints: d.BasisPoints, AmountOff: d.AmountOff, Currency: d.Currency, Once: d.Once, Until: d.Until}
}

// cancelPage says what happens when an organization stops paying.
func (s *Server) cancelPage(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	plan, sub, err := s.planOf(c.UserContext(), theOrg(c).ID)
	if err != nil {
		return err
	}
	if !sub.Running() {
		return &tenants.Error{Code: tenants.CodeNotFound, Key: billing.KeyNeverPaid}
	}
	plans, err := s.plans(c.UserContext())
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "cancel.title")
	if err != nil {
		return err
	}
	m := views.CancelModel{Plan: planModel(plan), Ends: sub.PeriodEnd, Trial: !sub.TrialEnds().IsZero(), Ending: sub.CancelAtPeriodEnd}
	for _, p := range plans {
		if p.ID == billing.FreePlan {
			m.Free = planModel(p)
		}
	}
	return s.render(c, views.CancelPlan(page, m))
}

func (s *Server) cancelPlan(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	if err := s.billing.CancelAtEnd(c.UserContext(), theOrg(c).ID); err != nil {
		return err
	}
	return s.done(c, "/billing", "plan_cancelled")
}

// resumePlan lets a subscription renew itself again. One of an organization that is to be deleted stays as it is: keeping the organization
// brings it back.
func (s *Server) resumePlan(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	if err := s.mayBuy(c, theOrg(c).ID); err != nil {
		return err
	}
	if err := s.billing.KeepRunning(c.UserContext(), theOrg(c).ID); err != nil {
		return err
	}
	return s.done(c, "/billing", "plan_resumed")
}

const (
	invoicesShown  = 5  // on the page of the plan
	invoicesListed = 20 // on their own
	invoicesWait   = 8 * time.Second
)

func (s *Server) invoicesPage(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	page, err := s.orgPage(c, "invoices.title")
	if err != nil {
		return err
	}
	after := c.Query("after")
	if len(after) > 80 {
		return errNotFound
	}
	m := s.invoices(c, after, invoicesListed)
	m.Later = after != ""
	return s.render(c, views.Invoices(page, m))
}

// invoices asks Stripe. That it does not answer is said on the page, and keeps nobody from the rest of it.
func (s *Server) invoices(c *fiber.Ctx, after string, limit int) views.InvoicesModel {
	ctx, done := context.WithTimeout(c.UserContext(), invoicesWait)
	defer done()
	all, more, err := s.billing.Invoices(ctx, theOrg(c).ID, after, limit)
	if err != nil {
		s.log.Warn("invoices not listed", "org", theOrg(c).ID, "err", err)
		return views.InvoicesModel{Down: true}
	}
	m := views.InvoicesModel{}
	for _, in := range all {
		m.Invoices = append(m.Invoices, views.Invoice{
			Number: in.Number, At: in.At, Total: in.Total, Currency: in.Currency, Status: in.Status, URL: s.here(c, in.URL), PDF: s.here(c, in.PDF),
		})
	}
	if more && len(all) > 0 {
		m.Next = all[len(all)-1].ID
	}
	return m
}
