package views

import "strconv"

// FieldModel is one labelled input.
type FieldModel struct {
	Name         string
	ID           string // Name when empty
	Label        string
	Type         string // text when empty
	Value        string
	Hint         string
	Error        string
	Optional     string // a word beside the label
	Placeholder  string
	Autocomplete string
	ShowWord     string // of the password's eye
	HideWord     string
	Max          int // characters; 0 is no limit
	Required     bool
	Autofocus    bool
	Code         bool // a meeting code: fixed width, no capitals forced
}

func (f FieldModel) id() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

func (f FieldModel) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f FieldModel) max() string { return strconv.Itoa(f.Max) }

// describedBy names the line under the field that a screen reader adds to the label.
func (f FieldModel) describedBy() string {
	switch {
	case f.Error != "":
		return f.id() + "-error"
	case f.Hint != "":
		return f.id() + "-hint"
	}
	return ""
}

func noticeIcon(kind string) string {
	switch kind {
	case "success":
		return "circle-check"
	case "warning":
		return "triangle-alert"
	case "danger":
		return "circle-alert"
	case "lamp":
		return "armchair"
	}
	return "info"
}

// meterTone says how near the end a meter is: amber from nine tenths, red at the end.
func meterTone(now, most int) string {
	switch {
	case most > 0 && now >= most:
		return "meter-full"
	case now*10 >= most*9:
		return "meter-near"
	}
	return ""
}

// meterWidth is the filled part in thousandths.
func meterWidth(now, most int) int {
	if most <= 0 {
		return 0
	}
	return min(max(now*1000/most, 0), 1000)
}

func itoa(n int) string { return strconv.Itoa(n) }
