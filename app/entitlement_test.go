package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

// Nobody asks a plan what it allows but the one table.
func TestOnlyTheTableReadsAPlansLimits(t *testing.T) {
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "entitlement.go" {
			continue
		}
		text, err := os.ReadFile(file)
		must(t, err)
		if found := regexp.MustCompile(`(?i)\bplan\.Limits\b`).Find(text); found != nil {
			t.Errorf("%s reads %q: ask Server.may or Server.allowanceOf", file, found)
		}
	}
}

// An admin sees on the page of quotas what the organization may do, what of it is used, and who can lift what.
func TestThePageOfQuotasShowsWhatTheOrganizationMayDo(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		page := ann.get(org+"/quotas").status(200).has("What your organization may do", "500 MB", "choose a bigger plan under Plan and billing")
		row(page, "meeting_length").has("40 minutes", "Plan")
		row(page, "seats").has("No limit", ">1<")
		row(page, "audit_log").has("No")
		page.lacks("right-phone", "right-own_domain", "right-chat_days")
		ann.post(org+"/quotas", form("meeting_length", "20", "storage", "5")).status(303)
		page = ann.get(org + "/quotas")
		row(page, "meeting_length").has("20 minutes", "Quota", "raise the quota under Quotas")
		row(page, "storage").has("5 MB")
		w.business(org)
		page = ann.get(org + "/quotas")
		row(page, "audit_log").has("Yes")
		row(page, "no_ads").has("Yes")
		w.member(org, "Bob", tenants.RoleMember).get(org + "/quotas").status(403)
	})
}

// row is one line of the table.
func row(page *answer, right string) *answer { return testLine(page, "right-"+right) }

// testLine is one line of a table, by its test id.
func testLine(page *answer, id string) *answer {
	page.t.Helper()
	_, rest, found := strings.Cut(page.body, `data-testid="`+id+`"`)
	if !found {
		page.t.Fatalf("no line %s:\n%s", id, excerpt(page.body))
	}
	rest, _, _ = strings.Cut(rest, "</tr>")
	return &answer{t: page.t, what: page.what + ", " + id, body: rest}
}
