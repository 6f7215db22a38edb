package views

import (
	"strconv"
	"strings"
	"time"
)

// MinuteMark is how somebody's connection was in one minute.
type MinuteMark struct {
	At               time.Time
	Score            int // tenths, 10 to 50; 0 = no connection
	LossUp, LossDown int // thousandths
	RTT, Jitter      int // milliseconds
	Layer, Size      int // of the smallest picture that was sent to them: spatial layer, -1 for none; shorter side in pixels, 0 if not known
	Held             string
	Cause            string
}

// level is how good a minute was.
type level int

const (
	goodMinute level = iota
	fairMinute
	badMinute
)

// level goes by the scores at which people are told GOOD and POOR.
func (m MinuteMark) level() level {
	switch {
	case m.Score >= 42:
		return goodMinute
	case m.Score >= 32:
		return fairMinute
	}
	return badMinute
}

// stripBars is how many bars a strip has at most: of a longer meeting, one bar is several minutes, and shows the worst of them.
const stripBars = 120

// strip is a person's row of bars. Paths are in a drawing of Bars by 100.
type strip struct {
	Name                string
	seat                SeatLine
	Good, Fair, Bad     string // paths
	Minutes             int
	FairCount, BadCount int
}

// begin is the first minute of the meeting.
func (m PastMeetingModel) begin() time.Time { return m.StartedAt.UTC().Truncate(time.Minute) }

// minutes is how many minutes the meeting touched.
func (m PastMeetingModel) minutes() int {
	return int(m.StartedAt.Add(m.Length).Sub(m.begin())/time.Minute) + 1
}

// perBar is how many minutes one bar stands for.
func (m PastMeetingModel) perBar() int { return (m.minutes() + stripBars - 1) / stripBars }

func (m PastMeetingModel) bars() int { return (m.minutes() + m.perBar() - 1) / m.perBar() }

// middle is the time in the middle of the strip.
func (m PastMeetingModel) middle() time.Time { return m.StartedAt.Add(m.Length / 2) }

// strips are the rows of bars of those of whom something is known.
func (m PastMeetingModel) strips() (out []strip) {
	for _, seat := range m.Seats {
		if len(seat.Minutes) > 0 {
			out = append(out, m.strip(seat))
		}
	}
	return out
}

func (m PastMeetingModel) strip(seat SeatLine) strip {
	s := strip{Name: seat.Name, seat: seat, Minutes: len(seat.Minutes)}
	worst := map[int]level{}
	for _, minute := range seat.Minutes {
		l := minute.level()
		switch l {
		case fairMinute:
			s.FairCount++
		case badMinute:
			s.BadCount++
		}
		at := int(minute.At.Sub(m.begin())/time.Minute) / m.perBar()
		if was, known := worst[at]; !known || l > was {
			worst[at] = l
		}
	}
	var paths [3]strings.Builder
	heights := [3]string{"0", "45", "74"} // good fills the row, fair 55 per cent of it, bad 26
	for at := range m.bars() {
		if l, known := worst[at]; known {
			x := strconv.Itoa(at)
			paths[l].WriteString("M" + x + ".08 100V" + heights[l] + "H" + x + ".92V100Z")
		}
	}
	s.Good, s.Fair, s.Bad = paths[0].String(), paths[1].String(), paths[2].String()
	return s
}

// worst is the message id and the number of minutes that say how it was for somebody.
func (s strip) worst() (id string, minutes int) {
	switch {
	case s.BadCount > 0:
		return "quality.bad_for", s.BadCount
	case s.FairCount > 0:
		return "quality.fair_for", s.FairCount
	}
	return "quality.good_for", s.Minutes
}

// tone is the class of that word.
func (s strip) tone() string {
	switch {
	case s.BadCount > 0:
		return "quality-bad-word"
	case s.FairCount > 0:
		return "quality-fair-word"
	}
	return "soft"
}

// spell is a time without a break in which somebody's connection was not good for one cause.
type spell struct {
	Name, Cause string
	From, Last  time.Time // first and last minute
	Worst       level
	Loss, RTT   int // the most: per cent, milliseconds
}

// spellsShown is how many of them the page tells of.
const spellsShown = 24

// spells are when it was not good, person by person in the order they came, and how many more there are.
func (m PastMeetingModel) spells() (out []spell, more int) {
	for _, seat := range m.Seats {
		var now *spell
		for _, minute := range seat.Minutes {
			if minute.level() == goodMinute {
				now = nil
				continue
			}
			if now == nil || now.Cause != minute.Cause || minute.At.Sub(now.Last) > time.Minute {
				out = append(out, spell{Name: seat.Name, Cause: minute.Cause, From: minute.At})
				now = &out[len(out)-1]
			}
			now.add(minute)
		}
	}
	more = max(len(out)-spellsShown, 0)
	return out[:len(out)-more], more
}

func (s *spell) add(minute MinuteMark) {
	loss := minute.LossDown
	if s.Cause == "uplink" {
		loss = minute.LossUp
	}
	s.Last, s.Worst = minute.At, max(s.Worst, minute.level())
	s.Loss, s.RTT = max(s.Loss, (loss+5)/10), max(s.RTT, minute.RTT)
}

// minutes is how long it was.
func (s spell) minutes() int { return int(s.Last.Sub(s.From)/time.Minute) + 1 }

// whose says on whose side the cause was: a message id and the badge's colour.
func (s spell) whose() (id, badge string) {
	switch s.Cause {
	case "uplink", "downlink":
		return "quality.whose_network", "badge-danger"
	case "layer":
		return "quality.whose_decision", "badge-info"
	case "lost":
		return "quality.whose_lost", "badge-danger"
	}
	return "quality.whose_unknown", ""
}

// why says what happened and what helps.
func (s spell) why(p Page) string {
	switch s.Cause {
	case "uplink":
		return p.T("quality.why_uplink", "Name", s.Name, "Loss", s.Loss)
	case "downlink":
		return p.T("quality.why_downlink", "Name", s.Name, "Loss", s.Loss, "RTT", s.RTT)
	case "layer":
		return p.T("quality.why_layer", "Name", s.Name)
	case "lost":
		return p.T("quality.why_lost", "Name", s.Name)
	}
	return p.T("quality.why_unknown", "Name", s.Name)
}
