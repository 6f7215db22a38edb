package views

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/tenants"
)

// What the choice of something that is had or not sends; empty is as the plan says.
const (
	ChoiceYes = "yes"
	ChoiceNo  = "no"
)

// ExceptionForm is an exception as it stands in the form: by right what was typed, in minutes and megabytes, or chosen.
type ExceptionForm struct {
	Rights        map[tenants.Right]string
	Until, Reason string // Until as a datetime-local field has it
	Zone          string // IANA name of the zone that it is in
}

// tenantLimit is one line of what an organization may do, for the operator.
type tenantLimit struct {
	right                        tenants.Right
	plan, quota, exception, used string // empty for nothing said
	holds                        tenants.Entitlement
}

// tenantLimits puts what the plan says, what an exception and a quota change of it, and what holds beside each other.
func tenantLimits(t *Texts, terms tenants.Terms, used tenants.Used) (out []tenantLimit) {
	plain := tenants.Terms{Plan: terms.Plan, Bought: terms.Bought, Seats: terms.Seats}
	for _, e := range shownRights(terms.Table(used)) {
		line := tenantLimit{right: e.Right, plan: t.entitled(plain.May(e.Right, used)), used: t.usedWords(e), holds: e}
		line.quota, line.exception = t.quotaOf(terms.Quota, e.Right), t.exceptionOf(terms.Exception, e.Right)
		out = append(out, line)
	}
	return out
}

// quotaOf is what an organization's admins have set for a right; empty where they have set nothing.
func (t *Texts) quotaOf(q tenants.Quota, right tenants.Right) string {
	switch {
	case right == tenants.RightLength && q.MeetingLength != nil:
		return t.amount(right, int64(*q.MeetingLength/time.Second))
	case right == tenants.RightParticipants && q.Participants != nil:
		return t.amount(right, int64(*q.Participants))
	case right == tenants.RightMeetings && q.ConcurrentMeetings != nil:
		return t.amount(right, int64(*q.ConcurrentMeetings))
	case right == tenants.RightMonthMinutes && q.MonthMinutes != nil:
		return t.amount(right, int64(*q.MonthMinutes))
	case right == tenants.RightStorage && q.StorageBytes != nil:
		return t.amount(right, *q.StorageBytes)
	}
	return ""
}

// exceptionOf is what an exception says of a right; empty where it leaves what the plan says.
func (t *Texts) exceptionOf(x *tenants.Exception, right tenants.Right) string {
	if x == nil {
		return ""
	}
	if is, said := exceptedSwitch(x, right); said {
		return t.entitled(tenants.Entitlement{Switch: true, Allowed: is})
	}
	n, said := exceptedNumber(x, right)
	switch {
	case !said:
		return ""
	case n == 0 && right != tenants.RightChatDays:
		return t.T("entitlement.open")
	}
	return t.amount(right, n)
}

// exceptedNumber is what an exception says of a right that is counted, in what the right counts; false where it says nothing.
func exceptedNumber(x *tenants.Exception, right tenants.Right) (int64, bool) {
	number := func(n *int) (int64, bool) {
		if n == nil {
			return 0, false
		}
		return int64(*n), true
	}
	switch right {
	case tenants.RightLength:
		if x.MeetingLength != nil {
			return int64(*x.MeetingLength / time.Second), true
		}
	case tenants.RightStorage:
		if x.StorageBytes != nil {
			return *x.StorageBytes, true
		}
	case tenants.RightParticipants:
		return number(x.Participants)
	case tenants.RightMeetings:
		return number(x.ConcurrentMeetings)
	case tenants.RightSeats:
		return number(x.Seats)
	case tenants.RightChatDays:
		return number(x.ChatDays)
	}
	return 0, false
}

// exceptedSwitch is what an exception says of a right that is had or not; false where it says nothing.
func exceptedSwitch(x *tenants.Exception, right tenants.Right) (is, said bool) {
	set := map[tenants.Right]*bool{
		tenants.RightNoAds: x.Ads, tenants.RightSSO: x.SSO, tenants.RightAuditLog: x.AuditLog, tenants.RightPhone: x.Phone,
		tenants.RightOwnDomain: x.OwnDomain, tenants.RightDedicatedMedia: x.DedicatedMedia,
	}[right]
	if set == nil {
		return false, false
	}
	return *set != (right == tenants.RightNoAds), true
}

// exceptionNumbers and exceptionSwitches are the lines that an exception can change. The minutes of a month are a quota only.
func exceptionNumbers(t *Texts, m TenantModel) []tenantLimit {
	return slices.DeleteFunc(tenantLimits(t, m.Terms, m.Used), func(l tenantLimit) bool { return l.holds.Switch || l.right == tenants.RightMonthMinutes })
}

func exceptionSwitches(t *Texts, m TenantModel) []tenantLimit {
	return slices.DeleteFunc(tenantLimits(t, m.Terms, m.Used), func(l tenantLimit) bool { return !l.holds.Switch })
}

// exceptionTitle names an exception: until when, and who has set it.
func exceptionTitle(p Page, x *tenants.Exception) string {
	if x.Until.IsZero() {
		return p.T("entitlement.lift.operator")
	}
	return p.T("entitlement.lift.operator_until", "Day", p.Texts.Date(x.Until))
}

// exceptionMaker is who has set an exception.
func exceptionMaker(p Page, x *tenants.LimitException) string {
	if x.Operator == "" {
		return p.T("operator.at_terminal")
	}
	return x.Operator
}

// exceptionLabel is the name of a field, with what it is counted in.
func exceptionLabel(p Page, right tenants.Right) string {
	switch right {
	case tenants.RightLength:
		return p.T("exception.field.meeting_length")
	case tenants.RightStorage:
		return p.T("exception.field.storage")
	case tenants.RightChatDays:
		return p.T("exception.field.chat_days")
	}
	return p.T("entitlement.name." + string(right))
}

// exceptionHint says beside a field what the plan says, and what 0 means.
func exceptionHint(p Page, l tenantLimit) string {
	hint := p.T("exception.plan_says", "Plan", l.plan)
	if l.right != tenants.RightParticipants && l.right != tenants.RightChatDays {
		hint += " " + p.T("op_plans.none_is_zero")
	}
	return hint
}

// exceptionChoices are what a switch can be set to.
func exceptionChoices(p Page, l tenantLimit) []Choice {
	return []Choice{{"", p.T("exception.as_plan", "Plan", l.plan)}, {ChoiceYes, p.T("entitlement.has")}, {ChoiceNo, p.T("entitlement.has_not")}}
}

// exceptionNames are the limits of an exception as the log writes them.
var exceptionNames = []struct {
	written string
	right   tenants.Right
}{
	{"meeting length ", tenants.RightLength}, {"participants ", tenants.RightParticipants}, {"meetings at once ", tenants.RightMeetings},
	{"days of chat ", tenants.RightChatDays}, {"bytes stored ", tenants.RightStorage}, {"seats ", tenants.RightSeats}, {"ads ", tenants.RightNoAds},
	{"phone ", tenants.RightPhone}, {"sso ", tenants.RightSSO}, {"own domain ", tenants.RightOwnDomain}, {"audit log ", tenants.RightAuditLog},
	{"dedicated media ", tenants.RightDedicatedMedia},
}

// exception reads "participants 200, ads no until TIME: REASON".
func exception(t *Texts, detail string) (string, bool) {
	limits, rest, ok1 := strings.Cut(detail, " until ")
	at, reason, ok2 := strings.Cut(rest, ": ")
	until, err := time.Parse(time.RFC3339, at)
	if !ok1 || !ok2 || err != nil {
		return "", false
	}
	var said []string
	for part := range strings.SplitSeq(limits, ", ") {
		text, ok := exceptedWord(t, part)
		if !ok {
			return "", false
		}
		said = append(said, text)
	}
	return t.T("exception.detail", "Limits", strings.Join(said, ", "), "Until", moment(until, "moment"), "Reason", reason), true
}

func exceptedWord(t *Texts, part string) (string, bool) {
	for _, one := range exceptionNames {
		value, is := strings.CutPrefix(part, one.written)
		if !is {
			continue
		}
		name := t.T("entitlement.name."+string(one.right)) + ": "
		if value == ChoiceYes || value == ChoiceNo {
			has := (value == ChoiceYes) != (one.right == tenants.RightNoAds)
			return name + t.entitled(tenants.Entitlement{Switch: true, Allowed: has}), true
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if one.right == tenants.RightLength {
			var d time.Duration
			d, err = time.ParseDuration(value)
			n = int64(d / time.Second)
		}
		if n == 0 {
			return name + t.T("entitlement.open"), err == nil
		}
		return name + t.amount(one.right, n), err == nil
	}
	return "", false
}
