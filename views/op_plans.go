package views

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"parley/billing"
	"parley/tenants"
)

// PlanEditions is a plan with all its versions, the newest first.
type PlanEditions struct {
	Current  billing.Plan
	Versions []billing.Edition
}

// older is how many organizations are on another version than the one that is sold now.
func (m PlanEditions) older() (n int) {
	for _, v := range m.Versions {
		if !v.Current {
			n += v.Bought + v.Given
		}
	}
	return n
}

// on is how many organizations have the plan.
func (m PlanEditions) on() (n int) {
	for _, v := range m.Versions {
		n += v.Bought + v.Given
	}
	return n
}

// PlanPageModel is one plan for its operator.
type PlanPageModel struct {
	PlanEditions
	Text   billing.PlanText  // as the form has it
	Errors map[string]string // message ids by field
	Older  []PlanHolder      // one page of who is on an older version
	List   ListPage
}

// PlanHolder is an organization that has a plan.
type PlanHolder struct {
	ID      tenants.OrgID
	Name    string
	Version int
}

// PlanVersionModel is a version that an operator is making.
type PlanVersionModel struct {
	Now      billing.Plan // sold now
	On       int          // organizations on any version
	Form     PlanVersionForm
	Errors   map[string]string // message ids by field
	Changes  []PlanDiff        // what differs, once the form was looked at
	Preview  bool
	Features []Choice // what may be said of a plan: message id and words
}

// PlanVersionForm is the form for a version, as it was typed.
type PlanVersionForm struct {
	Monthly, Yearly, Trial                             string
	Length, People, AtOnce, ChatDays, StorageMegabytes string
	Rights, Features                                   map[string]bool
}

// PlanDiff is one thing that a version changes.
type PlanDiff struct{ What, Was, Is string }

// planPath is the address of a plan's page.
func planPath(id string, rest string) string { return "/operator/plans/" + id + rest }

// cents writes an amount for a form, in the currency's units.
func cents(n int64) string { return strconv.FormatFloat(float64(n)/100, 'f', 2, 64) }

// PlanFormOf fills the form with what is sold now.
func PlanFormOf(plan billing.Plan) PlanVersionForm {
	f := PlanVersionForm{
		Monthly: cents(plan.MonthlyCents), Yearly: cents(plan.YearlyCents), Trial: itoa(plan.TrialDays),
		Length: itoa(int(plan.Limits.MeetingLength / time.Minute)), People: itoa(plan.Limits.Participants), AtOnce: itoa(plan.Limits.ConcurrentMeetings),
		ChatDays: itoa(plan.Limits.ChatDays), StorageMegabytes: itoa(int(plan.Limits.StorageBytes >> 20)),
		Rights: PlanRights(plan.Limits), Features: map[string]bool{},
	}
	for _, id := range plan.Features {
		f.Features[id] = true
	}
	return f
}

// PlanRights are a plan's rights by their names in the catalogue.
func PlanRights(l tenants.Limits) map[string]bool {
	return map[string]bool{"ads": l.Ads, "phone": l.Phone, "sso": l.SSO, "own_domain": l.OwnDomain, "audit_log": l.AuditLog, "dedicated_media": l.DedicatedMedia}
}

// planPrice writes what a version costs.
func planPrice(p Page, n int64, currency string) string {
	if n == 0 {
		return "\u2013"
	}
	return p.Texts.Money(n, currency)
}

// PlanChanges says what a version changes.
func PlanChanges(p Page, was, is billing.Plan) (out []PlanDiff) {
	add := func(what, before, after string) {
		if before != after {
			out = append(out, PlanDiff{what, before, after})
		}
	}
	yesNo := func(b bool) string {
		if b {
			return p.T("op_plans.yes")
		}
		return p.T("op_plans.no")
	}
	number := func(n int) string {
		if n == 0 {
			return p.T("plan.no_limit")
		}
		return p.Texts.Number(int64(n))
	}
	size := func(n int64) string {
		if n == 0 {
			return p.T("plan.no_limit")
		}
		return p.Texts.Size(n)
	}
	add(p.T("op_plans.monthly"), p.Texts.Money(was.MonthlyCents, was.Currency), p.Texts.Money(is.MonthlyCents, is.Currency))
	add(p.T("op_plans.yearly"), p.Texts.Money(was.YearlyCents, was.Currency), p.Texts.Money(is.YearlyCents, is.Currency))
	add(p.T("op_plans.trial"), p.N("op_plans.days", was.TrialDays), p.N("op_plans.days", is.TrialDays))
	add(p.T("op_plans.length"), p.Texts.Limit(was.Limits.MeetingLength), p.Texts.Limit(is.Limits.MeetingLength))
	add(p.T("op_plans.people"), p.Texts.Number(int64(was.Limits.Participants)), p.Texts.Number(int64(is.Limits.Participants)))
	add(p.T("op_plans.at_once"), number(was.Limits.ConcurrentMeetings), number(is.Limits.ConcurrentMeetings))
	add(p.T("op_plans.chat"), p.N("op_plans.days", was.Limits.ChatDays), p.N("op_plans.days", is.Limits.ChatDays))
	add(p.T("op_plans.storage"), size(was.Limits.StorageBytes), size(is.Limits.StorageBytes))
	before, after := PlanRights(was.Limits), PlanRights(is.Limits)
	for _, right := range billing.Rights() {
		add(p.T("op_plans.right_"+right), yesNo(before[right]), yesNo(after[right]))
	}
	said := map[string]bool{}
	for _, id := range is.Features {
		said[id] = true
	}
	had := map[string]bool{}
	for _, id := range was.Features {
		had[id] = true
		if !said[id] {
			out = append(out, PlanDiff{p.T("op_plans.said"), p.T(id), p.T("op_plans.dropped")})
		}
	}
	for _, id := range is.Features {
		if !had[id] {
			out = append(out, PlanDiff{p.T("op_plans.said"), p.T("op_plans.not_yet"), p.T(id)})
		}
	}
	return out
}

// fields are the form's fields and values again, so that what was looked at is what is made.
func (f PlanVersionForm) fields() []Choice {
	out := []Choice{
		{"monthly", f.Monthly}, {"yearly", f.Yearly}, {"trial", f.Trial}, {"length", f.Length}, {"people", f.People}, {"at_once", f.AtOnce},
		{"chat", f.ChatDays}, {"storage", f.StorageMegabytes},
	}
	for _, right := range billing.Rights() {
		if f.Rights[right] {
			out = append(out, Choice{"right", right})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Features)) {
		if f.Features[id] {
			out = append(out, Choice{"feature", id})
		}
	}
	return out
}
