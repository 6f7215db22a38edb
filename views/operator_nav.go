package views

import "strings"

// operatorSections is the navigation of the operator's console. A new page is one line here; a part without pages is not shown.
func operatorSections() []navSection {
	return []navSection{
		{Items: []navItem{
			{"/operator", "house", "operator.overview"},
		}},
		{Head: "operator.nav_customers", Items: []navItem{
			{"/operator/tenants", "building-2", "operator.tenants"},
			{"/operator/people", "users", "operator.people"},
		}},
		{Head: "operator.nav_money", Items: []navItem{
			{"/operator/revenue", "chart-column", "op_revenue.title"},
			{"/operator/plans", "credit-card", "op_plans.title"},
			{"/operator/promotions", "ticket-percent", "op_promo.title"},
			{"/operator/events", "webhook", "op_events.title"},
		}},
		{Head: "operator.nav_shown", Items: []navItem{
			{"/operator/campaigns", "image", "campaigns.title"},
			{"/operator/packs", "smile", "oppacks.title"},
			{"/operator/announcements", "megaphone", "op_announce.title"},
		}}, // what people see: advertisements, sticker packs, announcements
		{Head: "operator.nav_machines", Items: []navItem{
			{"/operator/nodes", "server", "op_nodes.title"},
			{"/operator/health", "activity", "op_health.title"},
		}},
		{Head: "operator.nav_safety", Items: []navItem{
			{"/operator/audit", "scroll-text", "operator.audit_title"},
		}},
	}
}

// operatorFamilies are the kinds of deeds in the operators' log that one can filter by: the first part of their actions, and the last of the
// messages under "operator.family". What a deed is called stands under "operator.did", with its dot as a "_".
func operatorFamilies() []string {
	return []string{
		"campaign",
		"pack",
		"tenant",
		"person",
		"support",
		"operator",
		"plan", "promotion", "event", "announcement", "node", "books",
	}
}

// onOperatorPage reports whether a link of the navigation leads to this page or to the part of the console that it is in, and no other link
// leads nearer to it.
func onOperatorPage(p Page, path string) bool {
	if p.Path == path || path == "/operator" || !within(p.Path, path) {
		return p.Path == path
	}
	for _, section := range operatorSections() {
		for _, item := range section.Items {
			if item.Path != path && within(p.Path, item.Path) && within(item.Path, path) {
				return false
			}
		}
	}
	return true
}

// operatorDid says what was done: "Suspended an organization". A deed that nobody has put into words yet is shown by its id.
func operatorDid(p Page, action string) string {
	id := "operator.did." + strings.NewReplacer(".", "_", "-", "_").Replace(action)
	if p.Texts.Has(id) {
		return p.T(id)
	}
	return action
}

// operatorDetail is what a line of the operators' log says beside what was done. It is written in English, for good; what is of a known form
// is put into the reader's words.
func operatorDetail(t *Texts, l OperatorLine) string {
	if strings.HasPrefix(l.Action, "tenant.exception") {
		if text, ok := exception(t, l.Detail); ok {
			return text
		}
	}
	return l.Detail
}
