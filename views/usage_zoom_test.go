package views

import (
	"testing"
	"time"
)

// A long time can be looked at closer: each chart has a figure for each day, under the name that the script asks for.
func TestAChartHasItsFiguresForLookingCloser(t *testing.T) {
	p := Page{}
	m := UsageModel{First: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	for i := range zoomDays {
		if m.zooms() {
			t.Errorf("%d days can be looked at closer", i)
		}
		m.Days = append(m.Days, UsageDayLine{Day: m.First.AddDate(0, 0, i), Meetings: i, People: 2 * i, Minutes: 3 * i, Peak: 4 * i})
	}
	got := m.zoom(p)
	if !m.zooms() || len(got.Days) != zoomDays {
		t.Fatalf("%d days", len(got.Days))
	}
	for i, c := range m.charts(p) {
		if values := got.Values[c.ID]; len(values) != zoomDays || values[3] == 0 || values[3] != []int{3, 9, 6, 12}[i] {
			t.Errorf("%s: %v", c.ID, values)
		}
	}
}
