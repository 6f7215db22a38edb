package views

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// onFront are the plans that the front page shows: those with a price, at most three.
func onFront(plans []Plan) []Plan {
	var shown []Plan
	for _, plan := range plans {
		if !plan.Contact && len(shown) < 3 {
			shown = append(shown, plan)
		}
	}
	return shown
}

// buyURL is where a plan is bought: in the console for who is signed in, else after signing up.
func buyURL(p Page, plan Plan, interval string) templ.SafeURL {
	if p.User != nil && p.User.Billing != "" {
		return templ.SafeURL(p.User.Billing + "?interval=" + url.QueryEscape(interval))
	}
	return templ.SafeURL("/signup?plan=" + url.QueryEscape(plan.ID) + "&interval=" + url.QueryEscape(interval))
}

// people writes how many people a plan's meetings hold; a plan by contract may hold more.
func (plan Plan) people(p Page) string {
	if plan.Contact {
		return p.T("plan.people_more", "People", plan.Participants)
	}
	return p.T("plan.people", "People", plan.Participants)
}

// concurrent writes how many meetings may run at once.
func (plan Plan) concurrent(p Page) string {
	if plan.ConcurrentMeetings == 0 {
		return p.T("plan.no_limit")
	}
	return p.N("plan.at_once", plan.ConcurrentMeetings)
}

// freeURL is where the free plan leads: the console for who is signed in, else signing up.
func freeURL(p Page) templ.SafeURL {
	if p.User != nil {
		return templ.SafeURL(p.User.Home)
	}
	return "/signup"
}

// compareRow is one line of the comparison: a cell for each plan.
type compareRow struct {
	What  string
	Cells []string
}

// yes is a cell with a tick, no one with a dash.
const (
	yes = "\u2713"
	no  = "\u2013"
)

func row(what string, plans []Plan, cell func(Plan) string) compareRow {
	r := compareRow{What: what}
	for _, plan := range plans {
		r.Cells = append(r.Cells, cell(plan))
	}
	return r
}

// limitRows are the limits of the catalogue that hold today, and what each plan has of them.
func limitRows(p Page, plans []Plan) []compareRow {
	return []compareRow{
		row(p.T("pricing.people"), plans, func(plan Plan) string { return plan.people(p) }),
		row(p.T("pricing.length"), plans, func(plan Plan) string { return p.Texts.Limit(plan.MeetingLength) }),
		row(p.T("pricing.at_once"), plans, func(plan Plan) string { return plan.concurrent(p) }),
		row(p.T("pricing.storage"), plans, func(plan Plan) string { return plan.storage(p) }),
		row(p.T("pricing.no_ads"), plans, right(func(plan Plan) bool { return !plan.Ads })),
		row(p.T("pricing.sso"), plans, right(func(plan Plan) bool { return plan.SSO })),
		row(p.T("pricing.audit"), plans, right(func(plan Plan) bool { return plan.AuditLog })),
	}
}

// storage writes how much an organization may keep.
func (plan Plan) storage(p Page) string {
	if plan.StorageBytes == 0 {
		return p.T("plan.no_limit")
	}
	return p.Texts.Size(plan.StorageBytes)
}

// allOf begins the feature that stands for everything of another plan, which its id ends.
const allOf = "plan.feature." + "all"

// featureRows are what the catalogue says of the plans, a line for each feature, in the order in which the plans name them. Who has
// everything of another plan has that plan's features too; they are not a line of their own.
func featureRows(p Page, plans []Plan) []compareRow {
	has := map[string]map[string]bool{} // plan, feature
	var order []string
	for _, plan := range plans {
		mine := map[string]bool{}
		for _, feature := range plan.Features {
			if other, all := strings.CutPrefix(feature, allOf); all {
				maps.Copy(mine, has[other])
				continue
			}
			mine[feature] = true
			if !slices.Contains(order, feature) {
				order = append(order, feature)
			}
		}
		has[plan.ID] = mine
	}
	rows := make([]compareRow, len(order))
	for i, feature := range order {
		rows[i] = row(p.T(feature), plans, right(func(plan Plan) bool { return has[plan.ID][feature] }))
	}
	return rows
}

// right is a cell with a tick where a plan has something.
func right(has func(Plan) bool) func(Plan) string {
	return func(plan Plan) string {
		if has(plan) {
			return yes
		}
		return no
	}
}

func priceRows(p Page, plans []Plan) []compareRow {
	price := func(cents func(Plan) int64) func(Plan) string {
		return func(plan Plan) string {
			if plan.Contact {
				return p.T("plan.by_contract_cell")
			}
			return p.Texts.Money(cents(plan), plan.Currency)
		}
	}
	return []compareRow{
		row(p.T("pricing.by_month"), plans, price(func(plan Plan) int64 { return plan.MonthlyCents })),
		row(p.T("pricing.by_year"), plans, price(func(plan Plan) int64 { return plan.YearlyCents })),
	}
}
