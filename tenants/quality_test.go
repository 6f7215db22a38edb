package tenants_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestQualityIsWrittenOncePerPersonAndMinute(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		ann, room := acme.User("ann").ID, acme.Room("ann", "Standup")
		note := func(at time.Time, minutes ...tenants.QualityMinute) {
			t.Helper()
			if err := acme.NoteQuality(t.Context(), room.MediaName, at, minutes); err != nil {
				t.Fatal(err)
			}
		}
		first := held(t, acme, clock, room, 3*time.Minute, "cleo") // an hour later
		begin := clock.Now().Add(-time.Hour - 3*time.Minute)
		good := tenants.QualityMinute{Identity: "p-cleo", Minute: begin, Score: 48, RTT: 20, Jitter: 3, Layer: 2}
		bad := tenants.QualityMinute{Identity: "p-cleo", Minute: begin.Add(time.Minute), Score: 17, LossUp: 180, Layer: -1, Cause: "uplink"}
		note(clock.Now(), good, bad) // late: the meeting is over
		note(clock.Now(), good, bad) // again
		better := bad
		better.Score, better.Cause = 49, ""
		note(clock.Now(), better) // another part of that minute
		worse := good
		worse.Score, worse.Cause = 30, "layer"
		note(clock.Now(), good, worse, good) // they were away for a moment, and all came at once
		second := held(t, acme, clock, room, time.Minute, "cleo")
		note(clock.Now(), tenants.QualityMinute{Identity: "p-cleo", Minute: clock.Now().Add(-time.Hour - time.Minute), Score: 50})
		for name, refused := range map[string]tenants.QualityMinute{
			"before any meeting": {Identity: "p-cleo", Minute: begin.Add(-time.Hour), Score: 20},
			"from the future":    {Identity: "p-cleo", Minute: clock.Now().Add(time.Hour), Score: 20},
			"nobody":             {Identity: "", Minute: begin, Score: 20},
			"no cause of ours":   {Identity: "p-dan", Minute: begin, Score: 20, Cause: "<b>"},
		} {
			if err := acme.NoteQuality(t.Context(), room.MediaName, clock.Now(), []tenants.QualityMinute{refused}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := acme.NoteQuality(t.Context(), "no such room", clock.Now(), []tenants.QualityMinute{good}); err != nil {
			t.Errorf("a room that is gone: %v", err)
		}
		d, err := acme.MeetingDetail(t.Context(), ann, first, 1)
		if want := fmt.Sprint([]tenants.QualityMinute{worse, bad}); err != nil || fmt.Sprint(d.Quality) != want {
			t.Errorf("the first meeting: %+v, want %s; %v", d.Quality, want, err)
		}
		d, err = acme.MeetingDetail(t.Context(), ann, second, 1)
		if err != nil || len(d.Quality) != 1 || d.Quality[0].Score != 50 {
			t.Errorf("the second meeting: %+v, %v", d.Quality, err)
		}
		if d, err = acme.MeetingDetail(t.Context(), ann, first, 2); err != nil || len(d.Participants)+len(d.Quality) != 0 {
			t.Errorf("page two: %+v, %v", d, err)
		}
	})
}

func TestQualityIsForgotten(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		ann, room := acme.User("ann").ID, acme.Room("ann", "Standup")
		old := held(t, acme, clock, room, time.Minute, "cleo")
		err := acme.NoteQuality(t.Context(), room.MediaName, clock.Now(), []tenants.QualityMinute{{Identity: "p-cleo", Minute: clock.Now().Add(-time.Hour - time.Minute), Score: 50}})
		if err != nil {
			t.Fatal(err)
		}
		kept := func() int {
			d, err := acme.MeetingDetail(t.Context(), ann, old, 0)
			if err != nil {
				t.Fatal(err)
			}
			return len(d.Quality)
		}
		for _, days := range []int{0, 80, 11} {
			clock.Advance(time.Duration(days) * 24 * time.Hour)
			acme.Guest(room, "guest")
			e := tenants.NodeEvent{ID: fmt.Sprint("end", days), Media: room.MediaName, Reason: tenants.EndHost, At: clock.Now()}
			if err := acme.Ended(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			clock.Advance(time.Hour)
			if got, want := kept(), map[bool]int{true: 0, false: 1}[days == 11]; got != want {
				t.Errorf("%d minutes are kept, want %d, at %s", got, want, clock.Now())
			}
		}
	})
}

func TestSeedMakesQualityUp(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		owner, err := s.Seed(t.Context(), tenants.SeedOptions{Organizations: 1, People: 10, Meetings: 1000, Password: tenantstest.Password})
		if err != nil {
			t.Fatal(err)
		}
		user, err := s.Authenticate(t.Context(), owner, tenantstest.Password, tenants.Try{})
		if err != nil {
			t.Fatal(err)
		}
		orgs, err := s.OrgsOf(t.Context(), user.ID)
		if err != nil {
			t.Fatal(err)
		}
		past, _, err := s.Org(orgs[0].Org.ID).PastMeetings(t.Context(), user.ID, tenants.MeetingFilter{})
		if err != nil || len(past) == 0 {
			t.Fatalf("%d meetings, %v", len(past), err)
		}
		d, err := s.Org(orgs[0].Org.ID).MeetingDetail(t.Context(), user.ID, past[0].ID, 0)
		if err != nil || !slices.ContainsFunc(d.Quality, func(q tenants.QualityMinute) bool { return q.Score >= 42 }) {
			t.Errorf("the latest meeting has %d minutes, %v", len(d.Quality), err)
		}
	})
}
