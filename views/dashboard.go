package views

import "time"

// dashLine is the sentence under the greeting: what is on right now.
func dashLine(p Page, m DashboardModel) string {
	switch {
	case m.Welcome:
		return p.T("dashboard.welcome", "Organization", p.Org.Name)
	case m.Live > 0:
		return p.N("dashboard.live", m.Live)
	}
	return p.T("dashboard.quiet")
}

// roomTone lights a live room's icon and gives the others a colour each.
func roomTone(room RoomCard) string {
	if room.Live {
		return "tone-lamp"
	}
	return tone(room.ID)
}

// firstFew are the people whose initials fit on a room's card.
func firstFew(names []string) []string {
	return names[:min(len(names), 3)]
}

// moment writes a point in time for readers without script: in UTC, and in figures that every language reads (ISO 8601).
func moment(at time.Time, style string) string {
	switch style {
	case "time":
		return at.UTC().Format("15:04 UTC")
	case "moment":
		return at.UTC().Format("2006-01-02 15:04 UTC")
	}
	return at.UTC().Format(time.DateOnly)
}
