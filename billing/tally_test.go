package billing

import (
	"testing"
	"time"
)

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 12, 0, 0, 0, time.UTC) }

// TestTrialsAndOddStates holds what the stand-in does not play.
func TestTrialsAndOddStates(t *testing.T) {
	pro := func(at time.Time, status string) changeRow {
		return changeRow{OrgID: "o", At: at, Plan: "pro", Status: status, PayInterval: Month, Seats: 2, UnitCents: 1000, Currency: "EUR"}
	}
	until := func(c changeRow, end time.Time) changeRow { c.CountsUntil = &end; return c }
	for name, c := range map[string]struct {
		changes        []changeRow
		may            MonthCounts
		end            int64
		new, churn     int64
		trialing, owed int
	}{
		"a trial that is paid":         {[]changeRow{pro(day(time.April, 20), StatusTrialing), pro(day(time.May, 4), StatusActive)}, MonthCounts{Paying: 1, FirstPaid: 1, TrialsWon: 1, Gained: 1}, 2000, 2000, 0, 0, 0},
		"a trial that runs":            {[]changeRow{pro(day(time.May, 4), StatusTrialing)}, MonthCounts{TrialsStarted: 1}, 0, 0, 0, 1, 0},
		"a trial that ends":            {[]changeRow{pro(day(time.May, 4), StatusTrialing), pro(day(time.May, 5), StatusCanceled)}, MonthCounts{TrialsStarted: 1, TrialsLost: 1}, 0, 0, 0, 0, 0},
		"paid and gone in a month":     {[]changeRow{pro(day(time.May, 4), StatusActive), pro(day(time.May, 5), StatusCanceled)}, MonthCounts{FirstPaid: 1, FromFree: 1}, 0, 0, 0, 0, 0},
		"a grace that goes on":         {[]changeRow{pro(day(time.April, 1), StatusActive), until(pro(day(time.May, 9), StatusPastDue), day(time.May, 16))}, MonthCounts{Paying: 1, FailedPayments: 1}, 2000, 0, 0, 0, 1},
		"a grace that is over":         {[]changeRow{pro(day(time.April, 1), StatusActive), until(pro(day(time.May, 1), StatusPastDue), day(time.May, 8))}, MonthCounts{FailedPayments: 1, FellToFree: 1, Left: 1}, 0, 0, -2000, 0, 1},
		"a grace that is made up for":  {[]changeRow{pro(day(time.April, 1), StatusActive), until(pro(day(time.May, 1), StatusPastDue), day(time.May, 8)), pro(day(time.May, 3), StatusActive)}, MonthCounts{Paying: 1, FailedPayments: 1, Recovered: 1}, 2000, 0, 0, 0, 0},
		"a state of Stripe's, to come": {[]changeRow{until(pro(day(time.April, 1), "mothballed"), day(time.June, 1))}, MonthCounts{Paying: 1}, 2000, 0, 0, 0, 0},
		"nobody pays it any more":      {[]changeRow{pro(day(time.April, 1), StatusActive), pro(day(time.May, 2), StatusUnpaid)}, MonthCounts{Left: 1}, 0, 0, -2000, 0, 1},
	} {
		tally := newTally(day(time.May, 10), 2)
		tally.organization(c.changes)
		r := tally.result()
		c.may.Start = r.Months[1].Start
		if r.Months[1] != c.may {
			t.Errorf("%s:\n got %+v\nwant %+v", name, r.Months[1], c.may)
		}
		var m MonthRevenue
		if len(r.Currencies) > 0 {
			m = r.Currencies[0].Months[1]
		}
		if m.End != c.end || m.New != c.new || m.Churn != c.churn || r.Trialing != c.trialing || len(r.Unpaid) != c.owed {
			t.Errorf("%s: %+v, trialing %d, unpaid %v", name, m, r.Trialing, r.Unpaid)
		}
	}
}

// TestWhatCountsAMonth: a year counts a twelfth to the nearest cent, discounts that
// last are off.
func TestWhatCountsAMonth(t *testing.T) {
	for _, c := range []struct {
		row  changeRow
		want int64
	}{
		{changeRow{Status: StatusActive, PayInterval: Month, Seats: 3, UnitCents: 1299}, 3897},
		{changeRow{Status: StatusActive, PayInterval: Year, Seats: 1, UnitCents: 12468}, 1039},
		{changeRow{Status: StatusActive, PayInterval: Year, Seats: 1, UnitCents: 12463}, 1039},
		{changeRow{Status: StatusActive, PayInterval: Year, Seats: 1, UnitCents: 12461}, 1038},
		{changeRow{Status: StatusActive, PayInterval: Month, Seats: 2, UnitCents: 1000, OffCents: 500}, 1500},
		{changeRow{Status: StatusActive, PayInterval: Month, Seats: 1, UnitCents: 1000, OffCents: 5000}, 0},
		{changeRow{Status: StatusTrialing, PayInterval: Month, Seats: 1, UnitCents: 1000}, 0},
		{changeRow{Status: StatusPaused, PayInterval: Month, Seats: 1, UnitCents: 1000}, 0},
		{changeRow{GivenPlan: "pro"}, 0},
	} {
		if got := c.row.monthly(); got != c.want {
			t.Errorf("%+v brings %d a month, want %d", c.row, got, c.want)
		}
	}
}
