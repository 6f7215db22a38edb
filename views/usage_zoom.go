package views

// usageZoom is what the page's script draws of when somebody looks closer: one entry a day in each list.
type usageZoom struct {
	Days   []string         `json:"days"`
	Values map[string][]int `json:"values"` // by the chart's ID
	Texts  usageZoomTexts   `json:"texts"`
	Lang   string           `json:"lang"` // BCP 47, for numbers
}

type usageZoomTexts struct {
	Range  string `json:"range"`
	Value  string `json:"value"`
	Failed string `json:"failed"`
}

// zoomDays is from how many days on a chart can be looked at closer: fewer are as near as they get.
const zoomDays = 15

func (m UsageModel) zooms() bool { return len(m.Days) >= zoomDays }

func (m UsageModel) zoom(p Page) usageZoom {
	out := usageZoom{
		Days: make([]string, len(m.Days)), Values: map[string][]int{}, Lang: p.Texts.Lang(),
		Texts: usageZoomTexts{Range: p.T("usage.zoom_range"), Value: p.T("usage.zoom_value"), Failed: p.T("usage.zoom_failed")},
	}
	for i, d := range m.Days {
		out.Days[i] = m.date(p, d.Day)
		for id, n := range map[string]int{"usage-meetings": d.Meetings, "usage-minutes": d.Minutes, "usage-people": d.People, "usage-peak": d.Peak} {
			out.Values[id] = append(out.Values[id], n)
		}
	}
	return out
}
