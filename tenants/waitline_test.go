package tenants_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestWhatIsWrittenAtTheDoorGoesWithTheKnock(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Admin("amy").Member("bob")
		amy := acme.User("amy").ID
		room, err := acme.CreateRoom(t.Context(), amy, "Kitchen")
		if err != nil {
			t.Fatal(err)
		}
		policies := tenants.DefaultPolicies()
		policies.Waiting = tenants.GuestsWait
		if err := acme.SetPolicies(t.Context(), amy, policies); err != nil {
			t.Fatal(err)
		}
		in := func(who string) tenants.EnterInput {
			return tenants.EnterInput{Room: room.ID, Identity: who, Name: who, Limits: tenantstest.Free()}
		}
		knock := func(who string) {
			t.Helper()
			if _, err := acme.Enter(t.Context(), in(who)); tenants.CodeOf(err) != tenants.CodeWaiting {
				t.Fatalf("%s does not wait: %v", who, err)
			}
		}
		host := tenants.Doorkeeper{User: amy, Identity: "amy"}
		say := func(who, text, key string) {
			t.Helper()
			if _, err := acme.SayAtDoor(t.Context(), in(who), text); (key == "") != (err == nil) || err != nil && tenants.KeyOf(err) != key && tenants.Fields(err)["text"] != key {
				t.Errorf("%s says %.10q: %v, want %q", who, text, err, key)
			}
		}
		answer := func(text string, want tenants.Code, who ...string) {
			t.Helper()
			if err := acme.AnswerAtDoor(t.Context(), host, room.ID, tenants.ToWaiting{All: len(who) == 0, Who: who}, text); tenants.CodeOf(err) != want {
				t.Errorf("answered %q to %v: %v, want %q", text, who, err, want)
			}
		}
		reads := func(who string) string {
			t.Helper()
			w, err := acme.StillWaits(t.Context(), in(who))
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, l := range w.Lines {
				all = append(all, l.Text)
			}
			return strings.Join(all, "|")
		}
		is := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}

		say("gil", "Hello", tenants.KeyWaitingOver) // has not knocked
		knock("gil")
		knock("hal")
		say("gil", " \u200b\n", tenants.KeyWaitLineEmpty)
		say("gil", strings.Repeat("x", tenants.WaitLineMost+1), tenants.KeyWaitLineLong)
		for range 5 {
			say("gil", "Hello", "")
		}
		say("gil", "Anybody", tenants.KeyWaitLinesAlone)
		answer("One moment", "", "gil")
		say("gil", "Thank you", "")
		answer("We begin at ten", "")
		answer("Who are you", tenants.CodeNotFound, "ida")
		is("hal reads", reads("hal"), "We begin at ten")
		is("gil reads", reads("gil"), "Hello|Hello|Hello|Hello|Hello|One moment|Thank you|We begin at ten")

		// Nobody sees it afterwards: not who was refused, not who knocks again.
		if err := acme.AnswerWaiters(t.Context(), host, room.ID, []string{"gil"}, false); err != nil {
			t.Fatal(err)
		}
		if n := tenants.WaitLinesLeft(t, db, acme.ID); n != 1 {
			t.Errorf("%d lines are left, and one is hal's", n)
		}
		say("gil", "Why", tenants.KeyWaitingOver)
		answer("Sorry", tenants.CodeNotFound, "gil")
		is("gil reads, refused", reads("gil"), "")
		clock.Advance(4 * time.Minute)
		is("hal reads, back from a tunnel", reads("hal"), "We begin at ten")
		clock.Advance(11 * time.Minute)
		knock("gil")
		is("gil reads after a new knock", reads("gil"), "")

		// Who closes the page leaves nothing behind.
		say("gil", "Still here", "")
		store := tenants.New(db, tenants.Options{Clock: clock})
		due := func(want int) {
			t.Helper()
			jobs, err := store.DueErrands(t.Context(), 50, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, j := range jobs {
				if j.Kind == tenants.ErrandDoor {
					n++
				}
			}
			if n != want {
				t.Errorf("%d errands are due, want %d", n, want)
			}
		}
		due(1) // since the first line
		if err := acme.DropWaitLines(t.Context()); err != nil {
			t.Fatal(err)
		}
		is("gil reads, with the page open", reads("gil"), "Still here")
		due(0)
		clock.Advance(5 * time.Minute)
		due(1)
		if err := acme.DropWaitLines(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := tenants.WaitLinesLeft(t, db, acme.ID); n != 0 {
			t.Errorf("%d lines are left", n)
		}
		clock.Advance(time.Hour)
		due(0)
	})
}
