package app

import (
	"context"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// revenueChoices are how many months the revenue page shows, and the first is what one gets without asking.
var revenueChoices = []int{12, 6, 24, 36}

func revenueMonths(c *fiber.Ctx) int {
	if n := c.QueryInt("months"); slices.Contains(revenueChoices, n) {
		return n
	}
	return revenueChoices[0]
}

// operatorRevenue shows what the service earns.
func (s *Server) operatorRevenue(c *fiber.Ctx) error {
	m, err := s.revenueModel(c.UserContext(), revenueMonths(c))
	if err != nil {
		return err
	}
	m.Choices = slices.Sorted(slices.Values(revenueChoices))
	m.CSV = "/operator/revenue.csv?months=" + strconv.Itoa(len(m.Months))
	return s.render(c, views.OperatorRevenue(s.operatorPage(c, "op_revenue.title"), m))
}

func (s *Server) revenueModel(ctx context.Context, months int) (m views.RevenueModel, err error) {
	if m.Revenue, err = s.billing.Revenue(ctx, months); err != nil {
		return m, err
	}
	plans, err := s.billing.Plans(ctx)
	if err != nil {
		return m, err
	}
	for _, p := range plans {
		m.Plans = append(m.Plans, views.Choice{Value: p.ID, Word: p.Name})
	}
	made, err := s.tenants.OrgsMade(ctx, m.Months[0].Start)
	if err != nil {
		return m, err
	}
	m.Signups = signups(m.Months, made, m.FirstPaid())
	ids := make([]tenants.OrgID, len(m.Revenue.Unpaid))
	for i, u := range m.Revenue.Unpaid {
		ids[i] = u.Org
	}
	named, err := s.tenants.OrgsByID(ctx, ids)
	for _, u := range m.Revenue.Unpaid {
		m.Unpaid = append(m.Unpaid, views.UnpaidLine{Unpaid: u, Name: named[u.Org].Name})
	}
	return m, err
}

// signups counts organizations by the month in which they were made.
func signups(months []billing.MonthCounts, made, paid map[tenants.OrgID]time.Time) []views.Signups {
	out := make([]views.Signups, len(months))
	for org, at := range made {
		for i := len(months) - 1; i >= 0; i-- {
			if at.Before(months[i].Start) {
				continue
			}
			out[i].Made++
			if _, ever := paid[org]; ever {
				out[i].Paid++
			}
			break
		}
	}
	return out
}

// operatorRevenueCSV is one line a month and currency. Amounts are minor units.
func (s *Server) operatorRevenueCSV(c *fiber.Ctx) error {
	months := revenueMonths(c)
	return s.download(c, "revenue.csv", "text/csv; charset=utf-8", func(ctx context.Context, w io.Writer) error {
		r, err := s.billing.Revenue(ctx, months)
		if err != nil {
			return err
		}
		out := csvTo(w)
		err = out.Write([]string{"month", "currency", "start", "new", "returned", "expansion", "contraction", "churn", "end", "paid", "refunds", "disputed", "losses", "kept",
			"paying_organizations", "first_paid", "trials_started", "trials_won", "trials_lost", "failed_payments", "fell_to_free"})
		if err != nil {
			return err
		}
		for _, in := range r.Currencies {
			for i, m := range in.Months {
				row := []string{r.Months[i].Start.Format("2006-01"), in.Currency}
				for _, n := range []int64{m.Start, m.New, m.Returned, m.Expansion, m.Contraction, m.Churn, m.End, m.Paid(), m.Refunds, m.Disputed, m.Losses, m.Net()} {
					row = append(row, strconv.FormatInt(n, 10))
				}
				k := r.Months[i]
				for _, n := range []int{k.Paying, k.FirstPaid, k.TrialsStarted, k.TrialsWon, k.TrialsLost, k.FailedPayments, k.FellToFree} {
					row = append(row, strconv.Itoa(n))
				}
				if err := out.Write(row); err != nil {
					return err
				}
			}
		}
		out.Flush()
		return out.Error()
	})
}
