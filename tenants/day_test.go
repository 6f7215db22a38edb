package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestADayStartsWhereItsZoneSays(t *testing.T) {
	for _, c := range []struct{ zone, day, want string }{
		{"UTC", "2026-03-02", "2026-03-02T00:00:00Z"},
		{"Pacific/Auckland", "2026-03-02", "2026-03-01T11:00:00Z"},
		{"Pacific/Auckland", "2026-04-05", "2026-04-04T11:00:00Z"}, // summer ends during this day, which is 25 hours long
		{"Pacific/Auckland", "2026-04-06", "2026-04-05T12:00:00Z"},
		{"America/Los_Angeles", "2026-03-08", "2026-03-08T08:00:00Z"}, // summer begins during this one, of 23 hours
		{"America/Los_Angeles", "2026-03-09", "2026-03-09T07:00:00Z"},
		{"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"}, // has no midnight: the clock goes from 24:00 to 1:00
		{"America/Santiago", "2026-09-05", "2026-09-05T04:00:00Z"},
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"}, // has two: at 1:00 the clock goes back to 0:00
		{"America/Havana", "2026-11-02", "2026-11-02T05:00:00Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"}, // was left out
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
	} {
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		y, m, d := day.Date()
		if got := tenants.StartOfDay(y, m, d, zone(t, c.zone)).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s starts at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
	if got := tenants.StartOfDay(2026, time.April, 31, time.UTC); got.Format(time.DateOnly) != "2026-05-01" {
		t.Errorf("the 31st of April is %s", got)
	}
}

// TestUsageFollowsTheDaysOfAZone has two people meet from before a midnight of Auckland until after it, in the night when summer ends, and
// looks at it from there, from Los Angeles and in UTC.
func TestUsageFollowsTheDaysOfAZone(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		room := acme.Room("ann", "Standup")
		start := time.Date(2026, time.April, 5, 11, 30, 0, 0, time.UTC) // Sunday, 23:30 in Auckland: that day has had 24 and a half hours
		clock.Advance(start.Sub(clock.Now()))
		for _, who := range []string{"one", "two"} {
			_, err := acme.Enter(t.Context(), tenants.EnterInput{Room: room.ID, Identity: who, Name: who, Limits: tenantstest.Pro()})
			ok(t, err)
		}
		for i := range 12 { // of whom nobody hears for long, nobody knows that they are there
			clock.Advance(5 * time.Minute)
			ok(t, acme.Seen(t.Context(), tenants.NodeEvent{ID: "seen " + string(rune('a'+i)), Media: room.MediaName, Roster: []string{"one", "two"}, At: clock.Now()}))
		}
		ok(t, acme.Left(t.Context(), tenants.NodeEvent{ID: "a", Media: room.MediaName, Identity: "one", At: clock.Now()}))
		ok(t, acme.Left(t.Context(), tenants.NodeEvent{ID: "b", Media: room.MediaName, Identity: "two", At: clock.Now()}))
		type figures struct {
			day                    string
			meetings, people, peak int
			time                   time.Duration
		}
		for name, want := range map[string][]figures{
			"Pacific/Auckland":    {{"2026-04-04", 0, 0, 0, 0}, {"2026-04-05", 1, 2, 2, time.Hour}, {"2026-04-06", 0, 0, 2, time.Hour}},
			"America/Los_Angeles": {{"2026-04-04", 0, 0, 0, 0}, {"2026-04-05", 1, 2, 2, 2 * time.Hour}, {"2026-04-06", 0, 0, 0, 0}},
			"UTC":                 {{"2026-04-04", 0, 0, 0, 0}, {"2026-04-05", 1, 2, 2, 2 * time.Hour}, {"2026-04-06", 0, 0, 0, 0}},
		} {
			first, last := tenants.StartOfDay(2026, time.April, 4, zone(t, name)), tenants.StartOfDay(2026, time.April, 6, zone(t, name))
			report, err := acme.UsageReport(t.Context(), acme.User("ann").ID, tenants.UsageQuery{First: first, Last: last})
			if err != nil || len(report.Days) != len(want) {
				t.Fatalf("%s: %+v, %v", name, report, err)
			}
			for i, d := range report.Days {
				if got := (figures{d.Day.Format(time.DateOnly), d.Meetings, d.People, d.Peak, d.Time}); got != want[i] {
					t.Errorf("%s: %+v, want %+v", name, got, want[i])
				}
			}
			if len(report.People) != 1 || report.People[0].Time != 2*time.Hour {
				t.Errorf("%s: by person %+v", name, report.People)
			}
		}
		// 92 days fit, also those in which the clock goes back; 93 do not.
		auckland := zone(t, "Pacific/Auckland")
		for days, code := range map[int]tenants.Code{92: "", 93: tenants.CodeInvalid} {
			_, err := acme.Usage(t.Context(), acme.User("ann").ID, tenants.StartOfDay(2026, time.February, 1, auckland), tenants.StartOfDay(2026, time.February, days, auckland))
			if tenants.CodeOf(err) != code {
				t.Errorf("%d days: %v", days, err)
			}
		}
	})
}
