package tenants_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestALockLetsNobodyNewIn(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "gil"} {
			s.enter(who, "")
		}
		if h := s.does("bob", tenants.Act{Kind: tenants.ActLock, On: true}, ""); !h.Locked {
			t.Error("it is not locked")
		}
		s.enter("hal", tenants.CodeLocked)
		s.enter("cyd", tenants.CodeLocked)
		s.leave("gil")
		s.enter("gil", "") // has a seat
		s.enter("amy", "") // manages
		back := s.input("hal")
		back.Back = true
		if _, err := s.acme.Enter(t.Context(), back); err == nil {
			t.Error("with a made-up seat somebody gets past the lock")
		}
		door, err := s.acme.LookAtDoor(t.Context(), s.input("hal"))
		if err != nil || !door.Locked || !door.Shut() {
			t.Errorf("the door: %+v, %v", door, err)
		}
		s.does("bob", tenants.Act{Kind: tenants.ActLock}, "")
		s.enter("hal", "")
	})
}

func TestWhoWasSentOutHasToBeLetIn(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "cyd", "gil"} {
			s.enter(who, "")
		}
		s.does("bob", tenants.Act{Kind: tenants.ActSpot, Who: "gil"}, "")
		s.does("bob", tenants.Act{Kind: tenants.ActRemove, Who: "gil"}, "")
		if got := s.hosting("bob").Spotlight; got != "" {
			t.Errorf("%q is still shown to all", got)
		}
		s.does("gil", tenants.Act{Kind: tenants.ActHand, On: true}, tenants.KeyNotInside)
		back := s.input("gil")
		back.Back = true
		if _, err := s.acme.Enter(t.Context(), back); tenants.KeyOf(err) != tenants.KeyRemoved {
			t.Errorf("with an old token: %v", err)
		}
		s.enter("gil", tenants.CodeWaiting)
		other := s.input("gil")
		other.Identity, other.Name = "gil-again", "Somebody else" // signed in as another, in the same browser
		if _, err := s.acme.Enter(t.Context(), other); tenants.CodeOf(err) != tenants.CodeWaiting {
			t.Errorf("under another name: %v", err)
		}
		must(t, s.acme.AnswerWaiters(t.Context(), tenants.Doorkeeper{User: s.acme.User("bob").ID}, s.room.ID, []string{"gil"}, true))
		s.enter("gil", "")
		s.does("gil", tenants.Act{Kind: tenants.ActHand, On: true}, "")
	})
}

func TestABanHoldsUntilAHostSaysOtherwise(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "cyd", "gil"} {
			s.enter(who, "")
		}
		s.does("bob", tenants.Act{Kind: tenants.ActBan, Who: "gil"}, "")
		s.does("bob", tenants.Act{Kind: tenants.ActBan, Who: "cyd"}, "")
		refused := func(in tenants.EnterInput) {
			t.Helper()
			if _, err := s.acme.Enter(t.Context(), in); tenants.KeyOf(err) != tenants.KeyBanned {
				t.Errorf("%+v enters: %v", in, err)
			}
		}
		refused(s.input("gil"))
		other := s.input("gil")
		other.Identity = "gil-again"
		refused(other) // by the browser
		elsewhere := s.input("cyd")
		elsewhere.Identity, elsewhere.Marks = "cyd-at-home", []string{"d-home", "u-cyd"}
		refused(elsewhere) // by who is signed in
		if door, err := s.acme.LookAtDoor(t.Context(), other); err != nil || !door.Banned {
			t.Errorf("the door: %+v, %v", door, err)
		}
		list, err := s.acme.Bans(t.Context(), s.room.ID, "bob")
		if err != nil || len(list) != 2 || list[0].Name != "cyd" || list[1].Name != "gil" {
			t.Fatalf("kept out: %+v, %v", list, err)
		}
		// The next meeting keeps them out too.
		s.leave("bob")
		clock.Advance(time.Hour)
		s.enter("bob", "")
		refused(s.input("gil"))
		if _, err := s.acme.Unban(t.Context(), s.room.ID, "dan", list[1].ID); tenants.KeyOf(err) != tenants.KeyNotInside {
			t.Errorf("from outside: %v", err)
		}
		gone, err := s.acme.Unban(t.Context(), s.room.ID, "bob", list[1].ID)
		if err != nil || gone.Identity != "gil" || !slices.Equal(gone.Marks, []string{"d-gil"}) {
			t.Errorf("let come again: %+v, %v", gone, err)
		}
		s.enter("gil", "")
		refused(s.input("cyd"))
	})
}
