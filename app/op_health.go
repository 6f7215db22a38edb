package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// operatorHealth shows how the service is.
func (s *Server) operatorHealth(c *fiber.Ctx) error {
	page := s.operatorPage(c, "op_health.title")
	m, err := s.healthModel(c.UserContext(), page)
	if err != nil {
		return err
	}
	return s.render(c, views.OperatorHealth(page, m))
}

// operatorCheckBooks recomputes all books.
func (s *Server) operatorCheckBooks(c *fiber.Ctx) error {
	found, err := s.billing.CheckBooks(c.UserContext())
	if err != nil {
		return err
	}
	detail := fmt.Sprintf("%d books, %d transactions, %d faults", found.Books, found.Transactions, found.Faults)
	if err := s.operatorDid(c.UserContext(), "books.check", "", detail); err != nil {
		return err
	}
	return s.operatorDone(c, "/health", "books_checked")
}

const (
	booksPause = 10 * time.Minute // between two looks whether the books are due for a check
	healthTime = 5 * time.Second  // for one thing that is looked at
	mailLate   = 15 * time.Minute // a mail that waits longer is a sign
)

// watchBooks checks the books once a day, until the context ends.
func (s *Server) watchBooks(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.clock.After(booksPause):
		}
		if err := s.checkBooksIfDue(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the books were not checked", "err", err)
		}
	}
}

func (s *Server) checkBooksIfDue(ctx context.Context) error {
	last, err := s.billing.LastBooksCheck(ctx)
	if err != nil || s.clock.Now().Sub(last.At) < billing.BooksEvery {
		return err
	}
	found, err := s.billing.CheckBooks(ctx)
	if err == nil && found.Faults > 0 {
		err = errors.New(found.FirstFault)
	}
	return err
}

// Surrounding is something around the process that the operator looks at: what it is, how it is, and the mend when it is not well.
type Surrounding struct {
	Name, Detail, Mend string
	Warn               bool // it is near to being a fault
	Err                error
}

// healthModel looks at everything. What does not answer in time is a fault and holds nothing up.
func (s *Server) healthModel(ctx context.Context, p views.Page) (m views.HealthModel, err error) {
	m.At = s.clock.Now()
	for _, check := range s.checks {
		m.Lines = append(m.Lines, s.checked(ctx, p, check))
	}
	backlog, err := s.tenants.Backlog(ctx)
	if err != nil {
		return m, err
	}
	m.Lines = append(m.Lines, mailLine(p, backlog, m.At), jobsLine(p, backlog, m.At))
	stripe, err := s.stripeLines(ctx, p)
	if err != nil {
		return m, err
	}
	m.Lines = append(m.Lines, stripe...)
	if s.around != nil {
		for _, one := range s.around(ctx) {
			m.Lines = append(m.Lines, surroundingLine(one))
		}
	}
	last, err := s.billing.LastBooksCheck(ctx)
	m.BooksKnown = !last.At.IsZero()
	m.Books = views.HealthBooks{At: last.At, Books: last.Books, Transactions: last.Transactions, Faults: last.Faults, FirstFault: last.FirstFault}
	return m, err
}

func (s *Server) checked(ctx context.Context, p views.Page, check Check) views.HealthLine {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	line := views.HealthLine{Name: check.Name, Level: "ok"}
	if id := "op_health.part_" + check.Name; p.Texts.Has(id) {
		line.Name = p.T(id)
	}
	if err := check.Ok(ctx); err != nil {
		line.Level, line.Detail = "failed", err.Error()
	}
	return line
}

func mailLine(p views.Page, b tenants.Backlog, now time.Time) views.HealthLine {
	line := views.HealthLine{Name: p.T("op_health.mail"), Level: "ok", Detail: p.N("op_health.mail_waiting", b.Mails)}
	if !b.OldestAt.IsZero() && now.Sub(b.OldestAt) > mailLate {
		line.Level, line.Mend = "warning", p.T("op_health.mail_mend", "Length", p.Texts.Length(now.Sub(b.OldestAt)))
	}
	if b.GivenUp > 0 {
		line.Level, line.Detail = "warning", line.Detail+" "+p.N("op_health.mail_lost", b.GivenUp)
	}
	return line
}

func jobsLine(p views.Page, b tenants.Backlog, now time.Time) views.HealthLine {
	if b.Overdue == 0 {
		return views.HealthLine{Name: p.T("op_health.jobs"), Level: "ok", Detail: p.T("op_health.jobs_none")}
	}
	return views.HealthLine{
		Name: p.T("op_health.jobs"), Level: "warning", Detail: p.N("op_health.jobs_late", b.Overdue),
		Mend: p.T("op_health.jobs_mend", "Length", p.Texts.Length(now.Sub(b.OverdueAt))),
	}
}

// stripeLines say whether we reach Stripe, and Stripe us.
func (s *Server) stripeLines(ctx context.Context, p views.Page) ([]views.HealthLine, error) {
	if !s.cfg.Selling {
		return []views.HealthLine{{Name: "Stripe", Level: "ok", Detail: p.T("op_events.no_sales")}}, nil
	}
	reach := views.HealthLine{Name: "Stripe", Level: "ok", Detail: p.T("op_health.stripe_answers")}
	asking, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	if err := s.billing.Reach(asking); err != nil {
		reach.Level, reach.Detail, reach.Mend = "failed", err.Error(), p.T("op_health.stripe_mend")
	}
	h, err := s.billing.WebhookHealth(ctx)
	hook := views.HealthLine{Name: p.T("op_health.webhook"), Level: "ok", Link: "/operator/events"}
	switch {
	case h.Silent:
		hook.Level, hook.Detail, hook.Mend = "failed", p.N("op_events.silent_text", h.Found), p.T("op_health.webhook_mend")
	case h.Failed > 0:
		hook.Level, hook.Detail = "warning", p.N("op_events.failed_text", h.Failed)
	case h.Last.IsZero():
		hook.Detail = p.T("op_health.webhook_never")
	default:
		hook.Detail = p.T("op_health.webhook_last", "Length", p.Texts.Length(s.clock.Now().Sub(h.Last)))
	}
	return []views.HealthLine{reach, hook}, err
}

func surroundingLine(one Surrounding) views.HealthLine {
	line := views.HealthLine{Name: one.Name, Level: "ok", Detail: one.Detail}
	if one.Warn {
		line.Level, line.Mend = "warning", one.Mend
	}
	if one.Err != nil {
		line.Level, line.Detail, line.Mend = "failed", one.Err.Error(), one.Mend
	}
	return line
}
