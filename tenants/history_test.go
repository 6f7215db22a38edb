package tenants_test

import (
	"cmp"
	"reflect"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// What is remembered of days that are over says the same as what is read anew, whichever days were asked for before.
func TestDaysThatAreOverAreRemembered(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ctx, ann, bob := t.Context(), acme.User("ann").ID, acme.User("bob").ID
		room := acme.Room("ann", "Standup")
		enter := func(who tenants.UserID) tenants.Entry {
			t.Helper()
			in := tenants.EnterInput{Room: room.ID, Identity: "guest", Name: "guest", Limits: tenantstest.Pro()}
			if who != "" {
				in.Identity, in.User, in.Member = string(who), who, true
			}
			entry, err := acme.Enter(ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			return entry
		}
		// stay has people in a meeting together until it is ended.
		stay := func(length time.Duration, people ...tenants.UserID) {
			t.Helper()
			var entry tenants.Entry
			var roster []string
			for _, who := range people {
				entry = enter(who)
				roster = append(roster, cmp.Or(string(who), "guest"))
			}
			for end := clock.Now().Add(length); clock.Now().Before(end); {
				clock.Advance(min(30*time.Second, end.Sub(clock.Now())))
				if err := acme.Seen(ctx, tenants.NodeEvent{ID: clock.Now().String(), Media: room.MediaName, Roster: roster, At: clock.Now()}); err != nil {
					t.Fatal(err)
				}
			}
			if err := acme.EndMeeting(ctx, entry.Meeting.ID, tenants.EndHost); err != nil {
				t.Fatal(err)
			}
		}
		first := tenantstest.Start.Truncate(24 * time.Hour)
		stay(10*time.Minute, ann, bob)
		clock.Advance(first.AddDate(0, 0, 1).Add(-5 * time.Minute).Sub(clock.Now())) // 23:55
		stay(15*time.Minute, ann, "")
		clock.Advance(20 * time.Hour)
		stay(5*time.Minute, bob)
		clock.Advance(20 * time.Hour)
		stay(5*time.Minute, ann)

		for range 2 {
			anew := tenants.New(db, tenants.Options{Clock: clock}) // remembers nothing
			for _, days := range [][2]int{{1, 1}, {0, 1}, {0, 3}, {1, 3}, {2, 2}, {0, 3}} {
				q := tenants.UsageQuery{First: first.AddDate(0, 0, days[0]), Last: first.AddDate(0, 0, days[1])}
				got, err1 := acme.UsageReport(ctx, ann, q)
				want, err2 := tenants.New(db, tenants.Options{Clock: clock}).Org(acme.ID).UsageReport(ctx, ann, q)
				if err1 != nil || err2 != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("days %v: remembered %+v, anew %+v (%v, %v)", days, got, want, err1, err2)
				}
			}
			use, err1 := acme.MonthUse(ctx)
			same, err2 := anew.Org(acme.ID).MonthUse(ctx)
			if err1 != nil || err2 != nil || !reflect.DeepEqual(use, same) {
				t.Errorf("the month: remembered %+v, anew %+v (%v, %v)", use, same, err1, err2)
			}
			stay(3*time.Minute, ann, bob) // today is not over
			clock.Advance(20 * time.Minute)
		}

		report, err := acme.UsageReport(ctx, ann, tenants.UsageQuery{First: first.AddDate(0, 0, 1), Last: first.AddDate(0, 0, 1), Named: 1})
		if err != nil || len(report.People) != 3 {
			t.Fatalf("%+v, %v", report, err)
		}
		for _, p := range report.People { // the meeting over midnight counts on the day after too, when nobody asks for the day before
			if p.Meetings != 1 {
				t.Errorf("%+v", p)
			}
		}
		if report.People[1].Name != "" {
			t.Errorf("a name that nobody asked for: %+v", report.People[1])
		}
	})
}

// An end that is written down later than it happened counts, though the month was added up before.
func TestALateEndCounts(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		room := acme.Room("ann", "Standup")
		in := tenants.EnterInput{Room: room.ID, Identity: "x", Name: "x", Limits: tenantstest.Pro()}
		if _, err := acme.Enter(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		clock.Advance(10 * time.Hour) // nobody said that they left
		if _, err := acme.MonthUse(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := acme.Enter(t.Context(), in); err != nil { // writes off the meeting before
			t.Fatal(err)
		}
		got, err1 := acme.MonthUse(t.Context())
		want, err2 := tenants.New(db, tenants.Options{Clock: clock}).Org(acme.ID).MonthUse(t.Context())
		if err1 != nil || err2 != nil || !reflect.DeepEqual(got, want) || want.Minutes == 0 {
			t.Errorf("remembered %+v, anew %+v (%v, %v)", got, want, err1, err2)
		}
	})
}
