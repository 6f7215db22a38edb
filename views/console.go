package views

import "strings"

// navSection is a part of the console's navigation with a word over it.
type navSection struct {
	Head  string // message id; empty for the first part
	Items []navItem
}

// navItem is one page of the console. Who may not open it does not see it.
type navItem struct {
	Path, Icon string
	Word       string // message id
}

// consoleSections is the console's navigation for the person who looks at it. A new page of the console is one line here.
func consoleSections(p Page) []navSection {
	at := func(rest string) string { return orgPath(p.Org.Slug, rest) }
	sections := []navSection{{Items: []navItem{{at(""), "house", "nav.home"}, {at("/colleagues"), "users-round", "colleagues.title"}}}}
	if p.Org.Manages {
		sections = append(sections,
			navSection{Head: "nav.measure", Items: []navItem{
				{at("/meetings"), "calendar-days", "meetings.title"},
				{at("/usage"), "chart-column", "usage.title"},
			}},
			navSection{Head: "nav.control", Items: []navItem{
				{at("/people"), "users", "nav.people"},
				{at("/policies"), "shield-check", "nav.policies"},
				{at("/stickers"), "smile", "emoji.title"},
				{at("/quotas"), "gauge", "nav.quotas"},
				{at("/settings"), "settings", "nav.settings"},
				{at("/settings/sign-in"), "log-in", "sso.title"},
				{at("/audit"), "scroll-text", "audit.title"},
				{at("/settings/isolation"), "shield-check", "isolation.title"},
				{at("/settings/data"), "download", "orgdata.title"},
				{at("/settings/support"), "eye", "support.title"},
				{at("/developers"), "key-round", "developers.title"},
				{at("/billing"), "credit-card", "nav.plan"},
			}})
	} else {
		if p.Org.Role == "billing" {
			sections[0].Items = append(sections[0].Items, navItem{at("/usage"), "chart-column", "usage.title"})
		}
		sections[0].Items = append(sections[0].Items, navItem{at("/billing"), "credit-card", "nav.plan"})
	}
	if p.Demo {
		last := &sections[len(sections)-1]
		last.Items = append(last.Items, navItem{"/dev/mail", "mail", "nav.demo_mail"})
	}
	return sections
}

// onPage reports whether a link of the navigation leads to this page or to the part of the console that it is in, and no other link leads
// nearer to it.
func onPage(p Page, path string) bool {
	if p.Operator != nil {
		return onOperatorPage(p, path)
	}
	if p.Org != nil && path == orgPath(p.Org.Slug, "/people") && strings.HasPrefix(p.Path, orgPath(p.Org.Slug, "/invitations")) {
		return true // the other tab of the same page
	}
	if p.Path == path || p.Org == nil || !within(p.Path, path) {
		return p.Path == path
	}
	for _, section := range consoleSections(p) {
		for _, item := range section.Items {
			if item.Path != path && within(p.Path, item.Path) && within(item.Path, path) {
				return false
			}
		}
	}
	return path != orgPath(p.Org.Slug)
}

// within reports whether a page is another one or lies below it.
func within(page, path string) bool { return page == path || strings.HasPrefix(page, path+"/") }

// orgInitial is the letter in an organization's mark.
func orgInitial(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	return firstLetter(words[0])
}

// roleWord is the message id of a role.
func roleWord(role string) string {
	switch role {
	case "owner":
		return "role.owner"
	case "admin":
		return "role.admin"
	case "billing":
		return "role.billing"
	}
	return "role.member"
}
