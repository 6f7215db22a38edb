package tenants_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestAnnouncementsReachWhomTheyAreFor: and only while they run, and until they are
// put away.
func TestAnnouncementsReachWhomTheyAreFor(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, other := w.Org("acme").Owner("ann"), w.Org("other").Owner("bob")
		now := clock.Now()
		made := map[string]string{}
		for name, a := range map[string]tenants.Announcement{
			"all":      {Level: tenants.AnnounceInfo, Audience: tenants.AudienceAll},
			"admins":   {Level: tenants.AnnounceDanger, Audience: tenants.AudienceAdmins},
			"org":      {Level: tenants.AnnounceInfo, Audience: tenants.AudienceOrg, Target: string(acme.ID)},
			"plan":     {Level: tenants.AnnounceInfo, Audience: tenants.AudiencePlan, Target: "pro"},
			"tomorrow": {Level: tenants.AnnounceInfo, Audience: tenants.AudienceAll, Starts: now.Add(24 * time.Hour)},
		} {
			a.English, a.German = name, name+" auf Deutsch"
			if a.Starts.IsZero() {
				a.Starts = now
			}
			a.Ends = a.Starts.Add(12 * time.Hour)
			id, err := w.Store.SaveAnnouncement(t.Context(), a)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			made[name] = id
		}
		ann, bob := acme.User("ann").ID, other.User("bob").ID
		sees := func(r tenants.Reader, want ...string) {
			t.Helper()
			all, err := w.Store.AnnouncementsFor(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range all {
				got = append(got, a.English)
			}
			for _, name := range want {
				if !strings.Contains(strings.Join(got, " "), name) {
					t.Errorf("%+v does not see %q, but %v", r, name, got)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%+v sees %v, want %v", r, got, want)
			}
		}
		sees(tenants.Reader{User: ann, Org: acme.ID, Manages: true, Plan: "free"}, "all", "admins", "org")
		sees(tenants.Reader{User: ann, Org: acme.ID, Plan: "free"}, "all", "org")
		sees(tenants.Reader{User: bob, Org: other.ID, Plan: "pro"}, "all", "plan")
		sees(tenants.Reader{User: bob, Org: other.ID, Plan: "free"}, "all")
		for range 2 {
			if err := w.Store.DismissAnnouncement(t.Context(), ann, made["all"]); err != nil {
				t.Fatal(err)
			}
		}
		sees(tenants.Reader{User: ann, Org: acme.ID, Plan: "free"}, "org")
		sees(tenants.Reader{User: bob, Org: other.ID, Plan: "free"}, "all")
		for range 2 {
			if err := w.Store.EndAnnouncement(t.Context(), made["org"]); err != nil {
				t.Fatal(err)
			}
		}
		sees(tenants.Reader{User: ann, Org: acme.ID, Plan: "free"})
		clock.Advance(25 * time.Hour)
		sees(tenants.Reader{User: ann, Org: acme.ID, Manages: true, Plan: "pro"}, "tomorrow")
		one, err := w.Store.AnnouncementByID(t.Context(), made["tomorrow"])
		if err != nil || !one.Running(clock.Now()) || one.In("de") != "tomorrow auf Deutsch" || one.In("en") != "tomorrow" {
			t.Errorf("found %+v, %v", one, err)
		}
		one.English, one.Audience = "moved", tenants.AudienceAdmins
		if id, err := w.Store.SaveAnnouncement(t.Context(), one); err != nil || id != one.ID {
			t.Errorf("changed: %q, %v", id, err)
		}
		sees(tenants.Reader{User: bob, Org: other.ID, Plan: "free"})
		sees(tenants.Reader{User: bob, Org: other.ID, Manages: true, Plan: "free"}, "moved")
		if all, total, err := w.Store.Announcements(t.Context(), 0, 2); err != nil || total != 5 || len(all) != 2 || all[0].English != "moved" {
			t.Errorf("the list: %d of %d, %v", len(all), total, err)
		}
	})
}

func TestAnnouncementsThatMakeNoSense(t *testing.T) {
	now := tenantstest.Start
	good := tenants.Announcement{English: "x", German: "x", Level: tenants.AnnounceInfo, Audience: tenants.AudienceAll, Starts: now, Ends: now.Add(time.Hour)}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		field string
		spoil func(*tenants.Announcement)
	}{
		"no text":           {"english", func(a *tenants.Announcement) { a.English = "" }},
		"a long text":       {"german", func(a *tenants.Announcement) { a.German = strings.Repeat("ä", 501) }},
		"two lines":         {"german", func(a *tenants.Announcement) { a.German = "a\nb" }},
		"turned around":     {"english", func(a *tenants.Announcement) { a.English = "a\u202eb" }},
		"another level":     {"level", func(a *tenants.Announcement) { a.Level = "loud" }},
		"another audience":  {"audience", func(a *tenants.Announcement) { a.Audience = "bots" }},
		"no target":         {"target", func(a *tenants.Announcement) { a.Audience = tenants.AudiencePlan }},
		"it ends before":    {"ends", func(a *tenants.Announcement) { a.Ends = a.Starts }},
		"it runs for years": {"ends", func(a *tenants.Announcement) { a.Ends = a.Starts.AddDate(2, 0, 0) }},
	} {
		bad := good
		c.spoil(&bad)
		if err := bad.Validate(); tenants.Fields(err)[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
