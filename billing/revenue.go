package billing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"parley/billing/ledger"
	"parley/tenants"
)

// Revenue is what the service earns, by month (in UTC) and currency. What is
// recurring comes from [changeRow]s, what was paid from the books.
//
// Monthly recurring revenue is what running subscriptions bring in a month: seats
// by price, a yearly price counts a twelfth, discounts that last are taken off, a
// trial counts nothing, and a failed payment counts until its grace is over.
type Revenue struct {
	At         time.Time     // when it was looked
	Months     []MonthCounts // oldest first; the last one runs
	Currencies []CurrencyRevenue
	Trialing   int         // organizations in a trial now
	Unpaid     []Unpaid    // whose payment failed, oldest first
	Since      time.Time   // the first change that is known; months before are not known
	firstPaid  []firstPaid // for the conversion of sign-ups
}

// MonthCounts counts organizations in a month.
type MonthCounts struct {
	Start                                 time.Time
	Paying                                int // at its end
	FirstPaid                             int // paid for the first time
	TrialsStarted, TrialsWon, TrialsLost  int
	FailedPayments, Recovered, FellToFree int // payments that began to fail, were made up for, and were not
	Gained, Returned, Left, Grown, Shrunk int // between its beginning and its end
	FromFree                              int // FirstPaid that were not in a trial before
}

// CurrencyRevenue is what is earned in one currency.
type CurrencyRevenue struct {
	Currency string // ISO 4217
	Months   []MonthRevenue
}

// MonthRevenue is one month in one currency; amounts are minor units. Start, New,
// Returned, Expansion, Contraction and Churn sum to End; the last two are not
// positive.
type MonthRevenue struct {
	Start, New, Returned, Expansion, Contraction, Churn, End int64
	ByPlan                                                   map[string]int64 // End by plan
	Sales                                                    map[string]int64 // what was paid, by plan or what else was sold
	Refunds, Disputed, Losses                                int64
}

// Paid is all that was paid in the month.
func (m MonthRevenue) Paid() (sum int64) {
	for _, n := range m.Sales {
		sum += n
	}
	return sum
}

// Net is what stayed of it: paid, less what went back, is disputed or was lost.
func (m MonthRevenue) Net() int64 { return m.Paid() - m.Refunds - m.Disputed - m.Losses }

// Unpaid is an organization whose payment failed.
type Unpaid struct {
	Org      tenants.OrgID
	Plan     string
	Since    time.Time
	Until    time.Time // when its grace is over
	Cents    int64     // of one interval
	Currency string
}

// firstPaid is when an organization paid for the first time.
type firstPaid struct {
	org tenants.OrgID
	at  time.Time
}

// FirstPaid says which organizations have paid, and when for the first time.
func (r Revenue) FirstPaid() map[tenants.OrgID]time.Time {
	out := make(map[tenants.OrgID]time.Time, len(r.firstPaid))
	for _, f := range r.firstPaid {
		out[f.org] = f.at
	}
	return out
}

// monthsUpTo are the beginnings of n months, of which the last one runs.
func monthsUpTo(now time.Time, n int) []time.Time {
	y, m, _ := now.UTC().Date()
	out := make([]time.Time, n)
	for i := range out {
		out[i] = time.Date(y, m-time.Month(n-1-i), 1, 0, 0, 0, 0, time.UTC)
	}
	return out
}

// tally adds changes and the journal up.
type tally struct {
	now    time.Time
	starts []time.Time
	out    Revenue
	money  map[string][]MonthRevenue
}

func newTally(now time.Time, months int) *tally {
	t := &tally{now: now, starts: monthsUpTo(now, months), money: map[string][]MonthRevenue{}}
	t.out = Revenue{At: now, Months: make([]MonthCounts, months)}
	for i, start := range t.starts {
		t.out.Months[i].Start = start
	}
	return t
}

// end is the end of a month, or just after now.
func (t *tally) end(i int) time.Time {
	if i+1 < len(t.starts) {
		return t.starts[i+1]
	}
	return t.now.Add(time.Microsecond)
}

// at is the number of the month of a moment; -1 for one before them all.
func (t *tally) at(moment time.Time) int {
	for i := len(t.starts) - 1; i >= 0; i-- {
		if !moment.Before(t.starts[i]) {
			return i
		}
	}
	return -1
}

func (t *tally) in(currency string, month int) *MonthRevenue {
	if t.money[currency] == nil {
		all := make([]MonthRevenue, len(t.starts))
		for i := range all {
			all[i].ByPlan, all[i].Sales = map[string]int64{}, map[string]int64{}
		}
		t.money[currency] = all
	}
	return &t.money[currency][month]
}

// organization adds the changes of one, oldest first.
func (t *tally) organization(changes []changeRow) {
	if len(changes) == 0 {
		return
	}
	if first := changes[0].At; t.out.Since.IsZero() || first.Before(t.out.Since) {
		t.out.Since = first
	}
	t.steps(changes)
	paidBefore := false
	before := standing(changes, t.starts[0])
	for _, c := range changes {
		paidBefore = paidBefore || c.At.Before(t.starts[0]) && c.monthly() > 0
	}
	for i := range t.starts {
		end := t.end(i)
		now := standing(changes, end)
		t.moved(i, before, now, end, paidBefore)
		for _, c := range changes {
			paidBefore = paidBefore || c.At.Before(end) && c.monthly() > 0
		}
		before = now
	}
	t.present(changes[len(changes)-1])
}

// standing is what held just before a moment.
func standing(changes []changeRow, t time.Time) (held changeRow) {
	for _, c := range changes {
		if !c.At.Before(t) {
			break
		}
		held = c
	}
	return held
}

// moved books the difference between a month's beginning and its end.
func (t *tally) moved(month int, before, now changeRow, end time.Time, paidBefore bool) {
	counts := &t.out.Months[month]
	was, is := before.monthlyAt(t.starts[month]), now.monthlyAt(end)
	if is > 0 {
		counts.Paying++
	}
	if before.Currency != now.Currency && was > 0 && is > 0 { // rare: it left one currency and came to another
		t.difference(month, before.Currency, was, 0, paidBefore)
		t.difference(month, now.Currency, 0, is, true)
	} else if currency := cmp.Or(now.Currency, before.Currency); was > 0 || is > 0 {
		if is == 0 {
			currency = before.Currency
		}
		t.difference(month, currency, was, is, paidBefore)
	}
	switch {
	case was == 0 && is > 0 && !paidBefore:
		counts.Gained++
	case was == 0 && is > 0:
		counts.Returned++
	case was > 0 && is == 0:
		counts.Left++
	case is > was:
		counts.Grown++
	case is < was:
		counts.Shrunk++
	}
	if is > 0 {
		t.in(now.Currency, month).ByPlan[now.Plan] += is
	}
}

func (t *tally) difference(month int, currency string, was, is int64, paidBefore bool) {
	m := t.in(currency, month)
	m.Start, m.End = m.Start+was, m.End+is
	switch by := is - was; {
	case was == 0 && !paidBefore:
		m.New += by
	case was == 0:
		m.Returned += by
	case is == 0:
		m.Churn += by
	case by > 0:
		m.Expansion += by
	default:
		m.Contraction += by
	}
}

// steps counts what happened from one change to the next.
func (t *tally) steps(changes []changeRow) {
	var before changeRow
	paid := false
	for _, c := range changes {
		var counts MonthCounts // of what lies before the months that are shown
		m := &counts
		if i := t.at(c.At); i >= 0 {
			m = &t.out.Months[i]
		}
		trial, was := c.Status == StatusTrialing, before.Status == StatusTrialing
		switch {
		case trial && !was:
			m.TrialsStarted++
		case was && !trial && c.monthly() > 0 && c.Status == StatusActive:
			m.TrialsWon++
		case was && !trial:
			m.TrialsLost++
		}
		if c.Status == StatusPastDue && before.Status != StatusPastDue {
			m.FailedPayments++
		}
		if before.Status == StatusPastDue && c.Status == StatusActive {
			m.Recovered++
		}
		if !paid && c.monthly() > 0 && c.Status == StatusActive {
			paid = true
			m.FirstPaid++
			if !was {
				m.FromFree++
			}
			t.out.firstPaid = append(t.out.firstPaid, firstPaid{c.OrgID, c.At})
		}
		before = c
	}
	t.fell(changes)
}

// fell counts the ends of graces that nobody paid in.
func (t *tally) fell(changes []changeRow) {
	for i, c := range changes {
		if c.Status != StatusPastDue || c.CountsUntil == nil || c.CountsUntil.After(t.now) {
			continue
		}
		if i+1 < len(changes) && !changes[i+1].At.After(*c.CountsUntil) {
			continue
		}
		if m := t.at(*c.CountsUntil); m >= 0 {
			t.out.Months[m].FellToFree++
		}
	}
}

// present looks at how an organization stands now.
func (t *tally) present(c changeRow) {
	switch c.Status {
	case StatusTrialing:
		t.out.Trialing++
	case StatusPastDue, StatusUnpaid:
		u := Unpaid{Org: c.OrgID, Plan: c.Plan, Cents: max(c.UnitCents*int64(c.Seats)-c.OffCents, 0), Currency: c.Currency, Since: c.At.UTC()}
		if c.PastDueSince != nil {
			u.Since = c.PastDueSince.UTC()
		}
		if c.CountsUntil != nil {
			u.Until = c.CountsUntil.UTC()
		}
		t.out.Unpaid = append(t.out.Unpaid, u)
	}
}

// booked adds what the journal says.
func (t *tally) booked(sums []ledger.MonthSum) {
	for _, s := range sums {
		month := slices.IndexFunc(t.starts, func(start time.Time) bool { return ledger.MonthOf(start) == s.Month })
		if month < 0 {
			continue
		}
		m := t.in(s.Currency, month)
		switch s.Account.Kind {
		case ledger.Revenue:
			m.Sales[s.Account.Ref] += s.Amount
		case ledger.Refunds:
			m.Refunds += s.Amount
		case ledger.Disputed:
			m.Disputed += s.Amount
		case ledger.Losses:
			m.Losses += s.Amount
		}
	}
}

func (t *tally) result() Revenue {
	for _, currency := range slices.Sorted(maps.Keys(t.money)) {
		t.out.Currencies = append(t.out.Currencies, CurrencyRevenue{currency, t.money[currency]})
	}
	slices.SortFunc(t.out.Unpaid, func(a, b Unpaid) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Org, b.Org)) })
	return t.out
}
