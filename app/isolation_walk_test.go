package app_test

import (
	"strings"
	"testing"
	"time"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// isolationReport starts a test by the button and gives the page with its report.
func isolationReport(t *testing.T, b *browser, org string) *answer {
	t.Helper()
	page := org + "/settings/isolation"
	b.get(page).status(200).has("Test our isolation", "No test yet")
	b.post(page, form()).status(303).location(page)
	for deadline := time.Now().Add(5 * time.Minute); ; <-time.After(300 * time.Millisecond) {
		seen := b.get(page).status(200)
		if strings.Contains(seen.body, "isolation-report") {
			return seen
		}
		if strings.Contains(seen.body, "broke off") || time.Now().After(deadline) {
			t.Fatalf("no report came: %s", excerpt(seen.body))
		}
	}
}

// mustBeAlone sees that no throw-away organization is left.
func mustBeAlone(t *testing.T, w *world, want int) {
	t.Helper()
	eventually(t, "no throw-away organization", func() bool {
		all, err := w.store.Orgs(t.Context(), "", 100)
		must(t, err)
		return len(all) == want
	})
}

func TestAdminsTestTheirIsolation(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		bob := w.member(org, "Bob", tenants.RoleMember)
		bob.get(org + "/settings/isolation").status(403)
		w.browser().get(org + "/settings/isolation").status(303)
		found, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
		must(t, err)

		report := isolationReport(t, ann, org)
		report.has("Nothing came through", "A program with another organization’s API key", "Rooms", "People").lacks("were not as they should be", "Isolation test owner")
		mustBeAlone(t, w, 1)
		rooms, err := w.store.Org(found.ID).Rooms(t.Context(), tenants.RoomList{})
		if err != nil || len(rooms.Rooms) != 1 || rooms.Rooms[0].Code != code || rooms.Rooms[0].Live != nil {
			t.Errorf("the organization's rooms are others: %+v, %v", rooms, err)
		}
		people, err := w.store.Org(found.ID).MemberCount(t.Context())
		if err != nil || people != 2 {
			t.Errorf("%d people, %v", people, err)
		}
		ann.get(org + "/settings/isolation").status(200)
		ann.post(org+"/settings/isolation", form()).status(429).has("The last test was just now", "You can start the next one in")
		log, err := w.store.Org(found.ID).Audit(t.Context(), people1(t, w, found.ID), tenants.AuditFilter{Family: "isolation", Limit: 10})
		if err != nil || len(log.Entries) != 2 || log.Entries[1].Action != "isolation.start" || log.Entries[1].Name != "Ann" || log.Entries[0].Via != tenants.ViaService {
			t.Errorf("noted: %+v, %v", log.Entries, err)
		}
	})
}

// people1 is an owner of an organization.
func people1(t *testing.T, w *world, org tenants.OrgID) tenants.UserID {
	t.Helper()
	managers, err := w.store.Org(org).Managers(t.Context())
	must(t, err)
	return managers[0].ID
}

// TestTheIsolationTestTellsOfAHole takes the only wall of SQLite down: the report must say so, and the throw-away organization must go all
// the same, and nothing else.
func TestTheIsolationTestTellsOfAHole(t *testing.T) {
	w := newWorldOn(t, tenantstest.SQLitePath(t))
	ann, org := w.owner("Ann")
	ann.room(org)
	tenantstest.DropORMWall(t, w.db)
	isolationReport(t, ann, org).has("not as they should be", "tell who runs this service").lacks("Nothing came through")
	mustBeAlone(t, w, 1)
	if _, err := w.store.UserByEmail(t.Context(), "ann@parley.example"); err != nil {
		t.Errorf("people went with the throw-away organization: %v", err)
	}
}

// TestAThrowAwayOrganizationOfACrashedProcessGoes leaves one behind.
func TestAThrowAwayOrganizationOfACrashedProcessGoes(t *testing.T) {
	w := newWorld(t)
	_, err := w.store.MakeProbe(t.Context(), -time.Minute)
	must(t, err)
	mustBeAlone(t, w, 0)
}
