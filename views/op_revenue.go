package views

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/billing"
)

// RevenueModel is what the service earns.
type RevenueModel struct {
	billing.Revenue
	Choices []int        // months that one click shows
	Plans   []Choice     // the catalogue's plans, cheapest first: id and name
	Signups []Signups    // by month, as Months
	Unpaid  []UnpaidLine // whose payment failed
	CSV     string       // address of the figures as a file
}

// Signups is how many organizations were made in a month, and how many of those have paid since.
type Signups struct{ Made, Paid int }

// UnpaidLine is an organization whose payment failed.
type UnpaidLine struct {
	billing.Unpaid
	Name string // empty when the organization is gone
}

// percent is a share in whole per cent; "" of nothing.
func percent(part, whole int) string {
	if whole == 0 {
		return ""
	}
	return strconv.Itoa((part*100+whole/2)/whole) + "\u00a0%"
}

// last is the month that runs.
func (m RevenueModel) last() int { return len(m.Months) - 1 }

// monthWord is a month as a chart and a table name it: "Mar ’26".
func monthWord(p Page, at time.Time) string {
	return p.T("op_revenue.month_"+strconv.Itoa(int(at.Month()))) + "\u00a0" + "’" + strconv.Itoa(at.Year()%100)
}

// first is the earliest month of which there is something to say: before it nothing was written down, sold or made.
func (m RevenueModel) first() int {
	for i := range m.Months {
		said := m.known(i) || m.Signups[i].Made > 0
		for _, c := range m.Currencies {
			said = said || c.Months[i].Paid() != 0 || c.Months[i].Net() != 0
		}
		if said {
			return i
		}
	}
	return m.last()
}

// known reports whether what was paid for in a month is known: what was before the first change is not.
func (m RevenueModel) known(i int) bool {
	end := m.At
	if i < m.last() {
		end = m.Months[i+1].Start
	}
	return !m.Since.IsZero() && m.Since.Before(end)
}

// planWord is what a sale's reference is called: a plan by its name, else as the books have it.
func (m RevenueModel) planWord(p Page, ref string) string {
	for _, c := range m.Plans {
		if c.Value == ref {
			return c.Word
		}
	}
	if ref == "" {
		return p.T("op_revenue.rest")
	}
	if pack, is := strings.CutPrefix(ref, "pack:"); is {
		return p.T("op_revenue.pack", "Pack", pack)
	}
	return ref
}

// refs are what was sold or is paid for in a currency: plans in their order, then the rest.
func (m RevenueModel) refs(c billing.CurrencyRevenue, of func(billing.MonthRevenue) map[string]int64) (out []string) {
	seen := map[string]bool{}
	for _, month := range c.Months {
		for ref, n := range of(month) {
			seen[ref] = seen[ref] || n != 0
		}
	}
	for _, plan := range m.Plans {
		if seen[plan.Value] {
			out = append(out, plan.Value)
			seen[plan.Value] = false
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(seen)) {
		if seen[ref] {
			out = append(out, ref)
		}
	}
	return out
}

func byPlan(m billing.MonthRevenue) map[string]int64 { return m.ByPlan }
func sales(m billing.MonthRevenue) map[string]int64  { return m.Sales }

// stack is one part of a bar: its place in the drawing and whose it is.
type stack struct {
	bar
	Tone int
}

// stackedChart is a row of bars, one a month, each of parts that lie on another.
type stackedChart struct {
	ID, Title, Value, Text string
	Top                    int64 // minor units, of the upper line
	Parts                  []stack
	Legend                 []string
}

// charts are the two rows of bars of a currency: what recurs by plan, and what was paid by what was sold.
func (m RevenueModel) charts(p Page, c billing.CurrencyRevenue) []stackedChart {
	now := c.Months[m.last()]
	draw := func(id string, value int64, of func(billing.MonthRevenue) map[string]int64) stackedChart {
		out := stackedChart{ID: "revenue-" + id + "-" + strings.ToLower(c.Currency), Title: p.T("op_revenue.chart_" + id), Value: p.Texts.Money(value, c.Currency)}
		refs := m.refs(c, of)
		var most int64
		for _, month := range c.Months {
			var sum int64
			for _, n := range of(month) {
				sum += max(n, 0)
			}
			most = max(most, sum)
		}
		out.Top = int64(topOf(int((most+99)/100))) * 100
		var says []string
		for i, month := range c.Months {
			var below, sum int64
			for tone, ref := range refs {
				n := max(of(month)[ref], 0)
				sum += of(month)[ref]
				if n > 0 {
					out.Parts = append(out.Parts, stack{barOf(i, len(c.Months), below, n, out.Top), tone % 5})
				}
				below += n
			}
			says = append(says, monthWord(p, m.Months[i].Start)+": "+p.Texts.Money(sum, c.Currency))
		}
		out.Text = strings.Join(says, "; ")
		for _, ref := range refs {
			out.Legend = append(out.Legend, m.planWord(p, ref))
		}
		return out
	}
	return []stackedChart{draw("recurring", now.End, byPlan), draw("paid", now.Paid(), sales)}
}

// barOf places a part of a bar in a drawing that is 1000 wide and 200 high.
func barOf(i, n int, below, amount, top int64) bar {
	each := chartWidth / float64(n)
	h := chartHeight * float64(amount) / float64(top)
	y := chartHeight - chartHeight*float64(below)/float64(top) - h
	return bar{X: tenth(each*float64(i) + each*0.14), Y: tenth(y), W: tenth(each * 0.72), H: tenth(h)}
}

// change is how much more recurs than at the month's beginning, in per cent with its sign; "" when nothing did.
func change(m billing.MonthRevenue) string {
	if m.Start <= 0 {
		return ""
	}
	by := (m.End - m.Start) * 1000 / m.Start
	sign := "+"
	if by < 0 {
		sign, by = "\u2212", -by
	}
	return sign + strconv.FormatInt(by/10, 10) + "." + strconv.FormatInt(by%10, 10) + "\u00a0%"
}

// defined are the terms of the page and what they mean, in the order shown.
func revenueTerms() []string {
	return []string{"recurring", "new", "returned", "expansion", "contraction", "churn", "paid", "kept", "signups", "trials", "failed", "months"}
}

func changeTone(m billing.MonthRevenue) string {
	switch {
	case m.End > m.Start:
		return "success"
	case m.End < m.Start:
		return "danger"
	}
	return ""
}

// opOrg is what an organization is called on the operator's pages; one that is gone has no name any more.
func opOrg(p Page, name string) string {
	if name == "" {
		return p.T("op_revenue.gone")
	}
	return name
}
