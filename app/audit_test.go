package app_test

import (
	"encoding/csv"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

// business puts an organization on a plan that shows everything.
func (w *world) business(org string) tenants.Organization {
	w.t.Helper()
	found, err := w.store.OrgBySlug(w.t.Context(), strings.TrimPrefix(org, "/o/"))
	must(w.t, err)
	must(w.t, w.billing.SetPlan(w.t.Context(), found.ID, "business"))
	return found
}

func TestAnAdminReadsTheAuditLog(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		_, room, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		ann.post(org+"/rooms/"+string(room.ID)+"/archive", form()).status(303)

		ann.get(org + "/audit").status(200).has("Your plan does not show the audit log").lacks("Archived a room")
		ann.get(org + "/audit.csv").status(403)
		w.business(org)
		ann.get(org+"/audit").status(200).has("Archived a room", "Kitchen refit", "Ann", "127.0.0.1", "Created the organization")
		ann.get(org + "/audit?about=organization").status(200).has("Created the organization").lacks("Archived a room")
		ann.get(org+"/audit?person=nobody").status(200).has("Nothing here", "Show everything").lacks("Archived a room")
		ann.get(org + "/audit?from=x&before=y&after=-&about=%00&person=%FF%00").status(200)
	})
}

func TestTheAuditLogKeepsItsPlaceAndIsTakenAway(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	acme := w.business(org)
	for range 120 {
		_, err := w.store.Org(acme.ID).CreateKey(t.Context(), "=HYPERLINK(\"evil\")")
		must(t, err)
	}
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	first := ann.get(org + "/audit?about=key").status(200)
	second := ann.get(strings.ReplaceAll(next.FindStringSubmatch(first.body)[1], "&amp;", "&")).status(200)
	third := ann.get(strings.ReplaceAll(next.FindStringSubmatch(second.body)[1], "&amp;", "&")).status(200)
	for i, page := range []*answer{first, second, third} {
		if n := strings.Count(page.body, `data-testid="audit-line"`); n != []int{50, 50, 20}[i] {
			t.Errorf("page %d has %d lines", i+1, n)
		}
	}
	prev := regexp.MustCompile(`rel="prev" href="([^"]+)"`).FindStringSubmatch(third.body)
	if back := ann.get(strings.ReplaceAll(prev[1], "&amp;", "&")).status(200); lines(back) != lines(second) {
		t.Error("the way back does not lead to the same lines")
	}
	file := ann.get(org + "/audit.csv?about=key").status(200)
	rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	must(t, err)
	if len(rows) != 121 || !strings.Contains(file.header.Get("Content-Disposition"), "-audit.csv") || rows[1][9] != "'=HYPERLINK(\"evil\")" {
		t.Errorf("%d rows, %v, %v", len(rows), file.header, rows[1])
	}
}

// lines are the lines of a page of the audit log, as one text.
func lines(a *answer) string {
	return strings.Join(regexp.MustCompile(`(?s)<tbody>.*</tbody>`).FindAllString(a.body, -1), "")
}

func TestMembersDoNotReadTheAuditLog(t *testing.T) {
	w := newWorld(t)
	_, org := w.owner("Ann")
	acme := w.business(org)
	_, err := w.store.CreateUser(t.Context(), tenants.CreateUserInput{Org: acme.ID, Email: "mia@parley.example", Name: "Mia", Password: "two chairs and a lamp", Role: tenants.RoleMember})
	must(t, err)
	mia := w.browser()
	mia.get("/login")
	mia.post("/login", form("email", "mia@parley.example", "password", "two chairs and a lamp")).status(303)
	mia.get(org).status(200).lacks(org + "/audit")
	mia.get(org + "/audit").status(403)
	mia.get(org + "/audit.csv").status(403)
}
