package app_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// at is the store at another time, for what has happened long ago.
func (w *world) at(moment string) (*tenants.Store, *clockwork.FakeClock) {
	w.t.Helper()
	then, err := time.Parse(time.RFC3339, moment)
	must(w.t, err)
	clock := clockwork.NewFakeClockAt(then)
	return tenants.New(w.db, tenants.Options{Clock: clock, Secret: [32]byte{2}, PasswordCost: tenants.PasswordCost{MemoryKiB: 64, Passes: 1}}), clock
}

// sat has people in a room for that many minutes from then on; who has an id is a member.
func (w *world) sat(org tenants.OrgID, room tenants.Room, moment string, minutes int, people map[string]tenants.UserID) {
	w.t.Helper()
	store, clock := w.at(moment)
	var roster []string
	for name, id := range people {
		_, err := store.Org(org).Enter(w.t.Context(), tenants.EnterInput{Room: room.ID, Identity: moment + name, Name: name, User: id, Limits: tenantstest.Pro(), Plan: "Pro"})
		must(w.t, err)
		roster = append(roster, moment+name)
	}
	tell := func(say func(e tenants.NodeEvent) error, identity string) {
		must(w.t, say(tenants.NodeEvent{ID: clock.Now().String() + identity + room.MediaName, Media: room.MediaName, Identity: identity, Roster: roster, At: clock.Now()}))
	}
	for range minutes / 5 {
		clock.Advance(5 * time.Minute)
		tell(func(e tenants.NodeEvent) error { return store.Org(org).Seen(w.t.Context(), e) }, "")
	}
	for _, identity := range roster {
		tell(func(e tenants.NodeEvent) error { return store.Org(org).Left(w.t.Context(), e) }, identity)
	}
}

// living puts a browser's person into a time zone: by the profile, or, as a browser does for who has chosen none, by its cookie.
func (b *browser) living(zone string, byProfile bool) {
	b.w.t.Helper()
	chosen := ""
	if byProfile {
		chosen = zone
	}
	b.get("/me").status(200)
	b.post("/me/profile", form("name", "Ann", "zone", chosen)).status(303)
	u, err := url.Parse(b.w.base)
	must(b.w.t, err)
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "parley_zone", Value: zone, Path: "/"}})
}

// rows reads a CSV file.
func (a *answer) rows() [][]string {
	a.t.Helper()
	out, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	must(a.t, err)
	return out
}

func TestFiltersReadDaysInTheTimeZoneOfWhoLooks(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, path := w.owner("Ann")
		org := w.business(path)
		who, err := w.store.UserByEmail(t.Context(), "ann@parley.example")
		must(t, err)
		// Midnights in the night when summer ends in Auckland, and in the one after it begins in Los Angeles.
		for name, moment := range map[string]string{
			"Auckland late": "2025-04-06T11:59:59Z", "Auckland early": "2025-04-06T12:00:00Z",
			"Angeles late": "2025-03-10T06:59:59Z", "Angeles early": "2025-03-10T07:00:00Z",
		} {
			store, _ := w.at(moment)
			room, err := store.Org(org.ID).CreateRoom(t.Context(), who.ID, name)
			must(t, err)
			w.sat(org.ID, room, moment, 5, map[string]tenants.UserID{"Gil": ""})
		}
		all := []string{"Auckland late", "Auckland early", "Angeles late", "Angeles early"}
		for _, c := range []struct {
			zone        string
			byProfile   bool
			from, until string
			shown       []string
		}{
			{"Pacific/Auckland", true, "2025-04-06", "2025-04-06", all[:1]},
			{"Pacific/Auckland", false, "2025-04-07", "2025-04-07", all[1:2]},
			{"Pacific/Auckland", true, "2025-04-06", "2025-04-07", all[:2]},
			{"America/Los_Angeles", true, "2025-03-09", "2025-03-09", all[2:3]},
			{"America/Los_Angeles", false, "2025-03-10", "2025-03-10", all[3:]},
			{"UTC", true, "2025-04-06", "2025-04-06", all[:2]},
			{"", true, "2025-03-10", "2025-03-10", all[2:]},
			{"../../etc/passwd", false, "2025-03-10", "2025-03-10", all[2:]},
			{"Local", false, "2025-03-10", "", all},
		} {
			ann.living(c.zone, c.byProfile)
			query := "?from=" + c.from + "&until=" + c.until
			named := strings.ReplaceAll(c.zone, "_", " ")
			if !strings.Contains(c.zone, "/") || strings.HasPrefix(c.zone, ".") {
				named = "UTC"
			}
			for _, list := range []string{"/audit", "/meetings"} {
				page, file := ann.get(path+list+query).status(200).has("Days are those of the time zone "+named+"."), ann.get(path+list+".csv"+query).status(200)
				_, lines, _ := strings.Cut(page.body, "<tbody>") // the filter above it names all rooms
				for i, name := range all {
					want := false
					for _, shown := range c.shown {
						want = want || shown == all[i]
					}
					if strings.Contains(lines, name) != want || strings.Contains(file.body, name) != want {
						t.Errorf("%s in %q, %s: %s is on the page: %t, in the file: %t, want %t", list, c.zone, query, name, strings.Contains(lines, name), strings.Contains(file.body, name), want)
					}
				}
			}
		}
	})
}
