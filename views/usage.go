package views

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// UsageModel is what an organization used in some days.
type UsageModel struct {
	Path                 string
	Preset               int // days up to today; 0 when two dates were chosen
	Refused              bool
	First, Last          time.Time
	From, Until          string // as the date fields have them
	Zone                 string // IANA name of the zone that days are in
	Days                 []UsageDayLine
	People               []UsagePersonLine // one page of them
	MostMinutes          int               // of any person
	List                 ListPage
	MonthUsed, MonthMost int // minutes of this month; MonthMost 0 is no limit
	DaysCSV, PeopleCSV   string
}

// UsageDayLine is what was used on one day.
type UsageDayLine struct {
	Day                             time.Time
	Meetings, People, Minutes, Peak int
}

// UsagePersonLine is what one person used. ID is empty for guests, all together, and with Deleted for who has been deleted, all together;
// Name is empty for who is gone too.
type UsagePersonLine struct {
	ID, Name             string
	Deleted              bool
	Meetings, Minutes    int
	MonthUsed, MonthMost int // of a quota of their own; MonthMost 0 is none
}

// usagePresets are the times that one click chooses, in days.
func usagePresets() []int { return []int{7, 30, 90} }

func (m UsageModel) presetPath(days int) string { return m.Path + "?days=" + strconv.Itoa(days) }

// used reports whether anything was.
func (m UsageModel) used() bool {
	for _, d := range m.Days {
		if d.Meetings > 0 || d.Minutes > 0 {
			return true
		}
	}
	return false
}

// anyQuota reports whether somebody on this page has a quota of their own.
func (m UsageModel) anyQuota() bool {
	return slices.ContainsFunc(m.People, func(one UsagePersonLine) bool { return one.MonthMost > 0 })
}

// meetingsOf is the address of the meetings that somebody was in.
func (m UsageModel) meetingsOf(p Page, name string) string {
	q := url.Values{"person": {name}, "from": {m.First.Format(time.DateOnly)}, "until": {m.Last.Format(time.DateOnly)}}
	return orgPath(p.Org.Slug, "/meetings?", q.Encode())
}

// chart is a row of bars, one a day, as it is drawn: labels stand outside of the drawing, so that they keep their size.
type chart struct {
	ID, Title, Value, Text string
	Top                    int // the value of the upper line; there is one at half of it too
	Bars                   []bar
}

// bar is one day, in a drawing that is 1000 wide and 200 high.
type bar struct {
	X, Y, W, H string
	Most       bool // the highest of all
}

const (
	chartWidth  = 1000.0
	chartHeight = 200.0
)

// charts are the four rows of bars of the page.
func (m UsageModel) charts(p Page) []chart {
	pick := func(of func(UsageDayLine) int) (values []int, sum, most int) {
		for _, d := range m.Days {
			values, sum, most = append(values, of(d)), sum+of(d), max(most, of(d))
		}
		return values, sum, most
	}
	var out []chart
	add := func(id string, of func(UsageDayLine) int, total bool) {
		values, sum, most := pick(of)
		value := most
		if total {
			value = sum
		}
		out = append(out, chart{
			ID: "usage-" + id, Title: p.T("usage.chart_" + id), Value: p.Texts.Number(int64(value)),
			Text: p.T("usage.chart_text", "Title", p.T("usage.chart_"+id), "First", m.date(p, m.First), "Last", m.date(p, m.Last), "Most", p.Texts.Number(int64(most)), "Day", m.date(p, m.dayOf(values, most))),
			Top:  topOf(most), Bars: bars(values, topOf(most), most),
		})
	}
	add("meetings", func(d UsageDayLine) int { return d.Meetings }, true)
	add("minutes", func(d UsageDayLine) int { return d.Minutes }, true)
	add("people", func(d UsageDayLine) int { return d.People }, true)
	add("peak", func(d UsageDayLine) int { return d.Peak }, false)
	return out
}

func (m UsageModel) dayOf(values []int, value int) time.Time {
	for i, v := range values {
		if v == value {
			return m.Days[i].Day
		}
	}
	return m.First
}

// date writes a day without its year: "3 November", "3. November". Days are in the zone of the page.
func (m UsageModel) date(p Page, day time.Time) string {
	return p.T("usage.date", "Day", day.Day(), "Month", p.T("usage.month_"+strconv.Itoa(int(day.Month()))))
}

// middle is the day between the first and the last.
func (m UsageModel) middle() time.Time { return m.First.AddDate(0, 0, (len(m.Days)-1)/2) }

// topOf is a round number that is not below the highest value, and whose half is whole.
func topOf(most int) int {
	for unit := 1; ; unit *= 10 {
		for _, n := range []int{1, 2, 4, 6, 8} {
			if top := n * unit; top >= most && top >= 2 && top%2 == 0 {
				return top
			}
		}
	}
}

func bars(values []int, top, most int) []bar {
	out := make([]bar, 0, len(values))
	each := chartWidth / float64(max(len(values), 1))
	for i, v := range values {
		if v == 0 {
			continue
		}
		h := chartHeight * float64(v) / float64(top)
		out = append(out, bar{X: tenth(each*float64(i) + each*0.1), Y: tenth(chartHeight - h), W: tenth(each * 0.8), H: tenth(h), Most: v == most})
	}
	return out
}

func tenth(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
