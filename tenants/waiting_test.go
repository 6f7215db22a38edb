package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// A page that sleeps, as on a locked phone, does not lose its place for good, and is known when it comes back.
func TestWhoseWaitLapsedIsBackWhenTheirPageAsks(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Admin("amy")
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
		gil := tenants.EnterInput{Room: room.ID, Identity: "gil", Name: "gil", Limits: tenantstest.Free()}
		if _, err := acme.Enter(t.Context(), gil); tenants.CodeOf(err) != tenants.CodeWaiting {
			t.Fatalf("gil does not wait: %v", err)
		}
		asks := func(back bool) {
			t.Helper()
			if got, err := acme.StillWaits(t.Context(), gil); err != nil || !got.Still || got.Back != back {
				t.Errorf("gil's page asks: %+v, %v, want back %v", got, err, back)
			}
		}
		seen := func(want int) {
			t.Helper()
			if found, err := acme.Waiters(t.Context(), tenants.Doorkeeper{User: amy}, room.ID); err != nil || len(found) != want {
				t.Errorf("waiting: %v, %v, want %d", found, err, want)
			}
		}
		asks(false)
		clock.Advance(time.Minute) // as often as a hidden page asks
		seen(1)
		asks(false)
		clock.Advance(2 * time.Minute)
		seen(0)
		asks(true)
		seen(1)
		asks(false)
	})
}

func TestSomebodyInsideLetsInWhoWaits(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Admin("amy").Member("bob").Member("cyd")
		room, err := acme.CreateRoom(t.Context(), acme.User("amy").ID, "Kitchen")
		if err != nil {
			t.Fatal(err)
		}
		in := func(identity string, member bool) tenants.EnterInput {
			e := tenants.EnterInput{Room: room.ID, Identity: identity, Name: identity, Member: member, Limits: tenantstest.Free()}
			if member {
				e.User = acme.User(identity).ID
			}
			return e
		}
		set := func(p tenants.WaitingRoom) {
			t.Helper()
			policies := tenants.DefaultPolicies()
			policies.Waiting = p
			if err := acme.SetPolicies(t.Context(), acme.User("amy").ID, policies); err != nil {
				t.Fatal(err)
			}
		}
		enter := func(who tenants.EnterInput, want tenants.Code) {
			t.Helper()
			if _, err := acme.Enter(t.Context(), who); tenants.CodeOf(err) != want {
				t.Errorf("%s enters: %v, want %q", who.Identity, err, want)
			}
		}
		still := func(who tenants.EnterInput, want bool) {
			t.Helper()
			if got, err := acme.StillWaits(t.Context(), who); err != nil || got.Still != want {
				t.Errorf("%s still waits: %v, %v", who.Identity, got, err)
			}
		}
		list := func(by string) (names []string) {
			t.Helper()
			found, err := acme.Waiters(t.Context(), tenants.Doorkeeper{User: acme.User(by).ID}, room.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				names = append(names, f.Name)
			}
			return names
		}

		gil, hal, ida := in("gil", false), in("hal", false), in("ida", false)
		enter(ida, "")
		set(tenants.GuestsWait)
		enter(ida, "") // who is in stays in, and comes back
		enter(gil, tenants.CodeWaiting)
		enter(hal, tenants.CodeWaiting)
		still(gil, true)
		enter(gil, tenants.CodeWaiting) // asking again lets nobody in
		robot := tenants.EnterInput{Room: room.ID, Identity: "robot", Member: true, Program: true, Limits: tenantstest.Free()}
		enter(robot, "")
		if _, err := acme.Waiters(t.Context(), tenants.Doorkeeper{User: acme.User("bob").ID}, room.ID); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member who is not in sees who waits: %v", err)
		}
		enter(in("bob", true), "")
		if names := list("bob"); len(names) != 2 || names[0] != "gil" {
			t.Errorf("waiting: %v", names)
		}
		answer := func(by string, admit bool, who ...string) error {
			return acme.AnswerWaiters(t.Context(), tenants.Doorkeeper{User: acme.User(by).ID}, room.ID, who, admit)
		}
		if err := answer("cyd", true, "gil"); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member who is not in lets somebody in: %v", err)
		}
		if err := answer("bob", true, "gil"); err != nil {
			t.Fatal(err)
		}
		if err := answer("amy", false, "hal"); err != nil { // manages the room, from outside
			t.Fatal(err)
		}
		still(gil, false)
		still(hal, false)
		enter(gil, "")
		enter(gil, "") // a reload
		enter(hal, tenants.CodeForbidden)
		clock.Advance(11 * time.Minute)
		enter(in("amy", true), "")
		enter(hal, tenants.CodeWaiting) // may ask again
		if err := answer("amy", true, "hal"); err != nil {
			t.Fatal(err)
		}
		clock.Advance(6 * time.Minute) // let in, and gone: the door is shut again
		enter(hal, tenants.CodeWaiting)
		clock.Advance(2 * time.Minute)
		enter(in("amy", true), "")
		if names := list("amy"); len(names) != 0 {
			t.Errorf("gone without a word, and still waiting: %v", names)
		}

		set(tenants.EverybodyWaits)
		enter(in("cyd", true), tenants.CodeWaiting)
		if _, err := acme.Waiters(t.Context(), tenants.Doorkeeper{User: acme.User("cyd").ID}, room.ID); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("who waits sees the list: %v", err)
		}
		if err := answer("cyd", true, "cyd"); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("who waits lets themselves in: %v", err)
		}
		set(tenants.GuestsWait)
		still(in("cyd", true), false)
		enter(in("cyd", true), "")
	})
}
