package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/tenants"
)

// keptChat is what is kept of an organization's chats.
func (w *world) keptChat(id tenants.OrgID) string {
	w.t.Helper()
	var texts []string
	for _, list := range tenants.ExportLists() {
		if list.Name == "chat" {
			rows, _, err := w.store.Org(id).ExportPage(w.t.Context(), list, nil)
			must(w.t, err)
			for _, row := range rows {
				texts = append(texts, row[slices.Index(list.Columns, "text")].(string))
			}
		}
	}
	return strings.Join(texts, "; ")
}

// Every day what the plan no longer keeps is taken away, by the plan of that day.
func TestOldChatIsTakenAway(t *testing.T) {
	onBothAhead(t, func(t *testing.T, w *world, clock *ahead) {
		ids, limits := map[string]tenants.OrgID{}, map[string]time.Duration{}
		for name, plan := range map[string]string{"Ann": "free", "Bea": "business"} {
			b, org := w.owner(name)
			found, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
			must(t, err)
			must(t, w.billing.SetPlan(t.Context(), found.ID, plan))
			code := b.room(org)
			connected(t, b, code, name)
			b.says(code, "message-1", "Hello of "+name).status(200)
			now, _, err := w.billing.PlanOf(t.Context(), found.ID)
			must(t, err)
			ids[name], limits[name] = found.ID, time.Duration(now.Limits.ChatDays)*day
		}
		if limits["Ann"] != 30*day || limits["Bea"] < 90*day {
			t.Fatalf("plans keep chats for %v", limits)
		}
		// Looks come each day; none before Free's last day takes anything.
		clock.put(29 * day)
		if got := w.keptChat(ids["Ann"]); got != "Hello of Ann" {
			t.Errorf("after 29 days Free keeps %q", got)
		}
		clock.put(2 * day)
		eventually(t, "Free lets go of it", func() bool { return w.keptChat(ids["Ann"]) == "" })
		if got := w.keptChat(ids["Bea"]); got != "Hello of Bea" {
			t.Errorf("after 31 days Business keeps %q", got)
		}
		// Who goes to a smaller plan keeps what that one keeps, from the next look on.
		must(t, w.billing.SetPlan(t.Context(), ids["Bea"], "free"))
		clock.put(2 * day)
		eventually(t, "after the smaller plan it is gone", func() bool { return w.keptChat(ids["Bea"]) == "" })
	})
}
