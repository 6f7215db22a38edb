package views

import "github.com/a-h/templ"

// afterTitle is the heading after a meeting: what happened, seen from this person.
func afterTitle(p Page, m AfterModel) string {
	switch m.Reason {
	case "left":
		return p.T("after.title_left")
	case "removed", "banned":
		return p.T("after.title_removed")
	case "duplicate":
		return p.T("after.title_duplicate")
	}
	return p.T("after.title_ended")
}

// afterReason is the sentence under it: why, and whose side it is on.
func afterReason(p Page, m AfterModel) string {
	switch m.Reason {
	case "limit":
		if m.own() {
			return m.say(p, "after.reason_limit", "Limit", p.Texts.Limit(m.Limit))
		}
		if m.Member {
			return p.T("after.reason_limit_member", "Plan", m.Plan, "Limit", p.Texts.Limit(m.Limit))
		}
		return p.T("after.reason_limit_guest", "Limit", p.Texts.Limit(m.Limit))
	case "left":
		if m.EndedAt.IsZero() {
			return p.T("after.reason_left_on")
		}
		return p.T("after.reason_left")
	case "host", "own", "removed", "banned", "empty", "duplicate", "shutdown", "suspended":
		return p.T("after.reason_" + m.Reason)
	}
	return p.T("after.reason_failed")
}

// afterKind picks the closing words.
func afterKind(p Page, m AfterModel) string {
	switch {
	case m.Reason == "limit" && !m.RestUntil.IsZero():
		return "rest"
	case m.Reason == "failed" || m.Reason == "shutdown":
		return "sorry"
	case p.User == nil:
		return "guest"
	}
	return "member"
}

// fullText says how many people are in, and whose limit that is.
func fullText(p Page, m FullModel) string {
	return m.say(p, "full.text", "Room", m.Room, "People", m.Participants)
}

func endedText(p Page, m EndedModel) string {
	if m.Reason == "limit" {
		return m.say(p, "ended.limit", "Room", m.Room, "Limit", p.Texts.Limit(m.Limit))
	}
	return p.T("ended.host", "Room", m.Room)
}

// problemText is the sentence for a problem, or the general one for its kind when the key has none.
func problemText(p Page, m ProblemModel, part string) string {
	if part == "text" && m.Detail != "" && p.Texts.Has(m.Detail) {
		return p.T(m.Detail)
	}
	if id := "problem." + m.Key + "." + part; p.Texts.Has(id) {
		return p.T(id)
	}
	if m.Status >= 500 {
		return p.T("problem.internal." + part)
	}
	return p.T("problem.bad_request." + part)
}

func problemHome(m ProblemModel) templ.SafeURL {
	if m.Home == "" {
		return "/"
	}
	return templ.SafeURL(m.Home)
}
