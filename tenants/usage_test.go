package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestUsageCountsPeopleMinutesAndTheFullestMoment(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann").Member("bob")
		room := acme.Room("ann", "Standup")
		enter := func(who string) {
			t.Helper()
			_, err := acme.Enter(t.Context(), tenants.EnterInput{Room: room.ID, Identity: who, Name: who, Limits: tenantstest.Pro()})
			if err != nil {
				t.Fatal(err)
			}
		}
		event := 0
		tell := func(say func(tenants.NodeEvent) error, who string) {
			t.Helper()
			event++
			if err := say(tenants.NodeEvent{ID: string(rune('a' + event)), Media: room.MediaName, Identity: who, Roster: []string{"one", "two"}, At: clock.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		seen := func(e tenants.NodeEvent) error { return acme.Seen(t.Context(), e) }
		left := func(e tenants.NodeEvent) error { return acme.Left(t.Context(), e) }
		clock.Advance(15*time.Hour - time.Minute) // 23:59
		enter("one")
		clock.Advance(30 * time.Second)
		enter("two")
		clock.Advance(30 * time.Second)
		tell(seen, "")
		clock.Advance(time.Minute)
		tell(left, "one")
		tell(left, "two")
		clock.Advance(time.Hour)
		enter("three") // the same meeting is over; another one
		days, err := acme.Usage(t.Context(), acme.User("ann").ID, tenantstest.Start, clock.Now())
		if err != nil || len(days) != 2 {
			t.Fatalf("%+v, %v", days, err)
		}
		monday, tuesday := days[0], days[1]
		if monday.Meetings != 1 || monday.People != 2 || monday.Time != 90*time.Second || monday.Peak != 2 {
			t.Errorf("the first day: %+v", monday)
		}
		if tuesday.Meetings != 1 || tuesday.People != 1 || tuesday.Time != 2*time.Minute || tuesday.Peak != 2 {
			t.Errorf("the second day: %+v", tuesday)
		}
		if _, err := acme.Usage(t.Context(), acme.User("bob").ID, tenantstest.Start, clock.Now()); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member asks: %v", err)
		}
		if _, err := acme.Usage(t.Context(), acme.User("ann").ID, clock.Now(), tenantstest.Start.AddDate(-1, 0, 0)); tenants.CodeOf(err) != tenants.CodeInvalid {
			t.Errorf("the wrong way round: %v", err)
		}
	})
}
