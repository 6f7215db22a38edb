package tenants_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func leave(t *testing.T, s *tenants.Store, who tenants.User) (time.Time, error) {
	t.Helper()
	return s.LeaveForGood(t.Context(), tenants.LeaveForGoodInput{
		User: who.ID, Password: tenantstest.Password, Lang: "en", Link: "https://parley.example/login",
		When: func(at time.Time) string { return at.Format(time.DateOnly) },
	})
}

func TestSomebodyIsDeletedAfterTwoWeeks(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ann, bob, s := acme.User("ann"), acme.User("bob"), w.Store
		other := w.Org("other").Owner("eve").Member("cat")
		room, far := acme.Room("ann", "Standup"), other.Room("eve", "Elsewhere")
		for _, in := range []struct {
			org  *tenantstest.Org
			room tenants.RoomID
		}{{acme, room.ID}, {other, far.ID}} { // as a member, and as a guest of another organization
			_, err := in.org.Enter(t.Context(), tenants.EnterInput{Room: in.room, Identity: "p-bob", Name: "Bob", User: bob.ID, Limits: tenantstest.Free(), Plan: "Free"})
			ok(t, err)
		}
		_, err := s.SetProfile(t.Context(), bob.ID, tenants.ProfileInput{Name: "Bob", Nickname: "bobby"})
		ok(t, err)
		ok(t, s.Link(t.Context(), bob.ID, tenants.Identity{Issuer: "https://login.example", Subject: "7"}))
		in, err := s.StartSignIn(t.Context(), tenants.StartSignInInput{User: bob.ID, Method: tenants.ByPassword})
		ok(t, err)
		joined, err := s.MeetingsOf(t.Context(), bob.ID, tenants.JoinedMeeting{})
		ok(t, err)
		if len(joined) != 2 || joined[0].Org.Name != "acme" || joined[0].Room != "Standup" || joined[1].Room != "Elsewhere" {
			t.Fatalf("meetings joined: %+v", joined)
		}
		if rest, err := s.MeetingsOf(t.Context(), bob.ID, joined[1]); err != nil || len(rest) != 0 {
			t.Errorf("after the last one: %+v, %v", rest, err)
		}

		if _, err := s.LeaveForGood(t.Context(), tenants.LeaveForGoodInput{User: bob.ID, Password: "wrong", When: func(time.Time) string { return "" }}); tenants.Fields(err)["present"] == "" {
			t.Fatalf("without the password: %v", err)
		}
		due, err := leave(t, s, bob)
		ok(t, err)
		if want := tenantstest.Start.Add(14 * 24 * time.Hour); !due.Equal(want) {
			t.Errorf("due %v, want %v", due, want)
		}
		if _, _, _, err := s.SignedIn(t.Context(), in.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("still signed in: %v", err)
		}
		if mails, err := s.DueMails(t.Context(), 10); err != nil || len(mails) != 1 || mails[0].To != bob.Email || mails[0].Params["When"] != due.Format(time.DateOnly) {
			t.Errorf("mails %+v, %v", mails, err)
		}
		clock.Advance(24 * time.Hour)
		if again, err := leave(t, s, bob); err != nil || !again.Equal(due) {
			t.Errorf("asking again moves the day to %v, %v", again, err)
		}

		// Not a moment too early, and a change of mind in time.
		clock.Advance(13*24*time.Hour - time.Second)
		if n, err := s.EraseDue(t.Context(), 10); n != 0 || err != nil {
			t.Fatalf("%d too early, %v", n, err)
		}
		ok(t, s.Stay(t.Context(), bob.ID))
		clock.Advance(time.Hour)
		if n, err := s.EraseDue(t.Context(), 10); n != 0 || err != nil {
			t.Fatalf("%d of those who stay, %v", n, err)
		}
		_, err = leave(t, s, bob)
		ok(t, err)
		clock.Advance(14 * 24 * time.Hour)
		if err := s.Stay(t.Context(), bob.ID); tenants.CodeOf(err) != tenants.CodeEnded {
			t.Errorf("staying after the day: %v", err)
		}
		if n, err := s.EraseDue(t.Context(), 10); n != 1 || err != nil {
			t.Fatalf("%d deleted, %v", n, err)
		}
		if n, err := s.EraseDue(t.Context(), 10); n != 0 || err != nil {
			t.Errorf("%d deleted twice, %v", n, err)
		}
		gone(t, s, bob)
		for _, at := range []struct {
			org  *tenantstest.Org
			room tenants.RoomID
		}{{acme, room.ID}, {other, far.ID}} {
			last, err := at.org.LastMeeting(t.Context(), at.room)
			ok(t, err)
			people, err := at.org.People(t.Context(), last.ID)
			ok(t, err)
			if len(people) != 1 || people[0].Name != "" {
				t.Errorf("who sat in the meeting: %+v", people)
			}
		}
		if all, n, err := acme.Members(t.Context(), tenants.MemberQuery{}); err != nil || n != 1 || all[0].UserID != ann.ID {
			t.Errorf("members %+v, %v", all, err)
		}
		if check, err := acme.VerifyAudit(t.Context()); err != nil || check.Broken != nil {
			t.Errorf("the audit log: %+v, %v", check, err)
		}

		// The nickname rests like one that was given up; its next holder comes into nothing.
		cat := other.User("cat")
		if _, err := s.SetProfile(t.Context(), cat.ID, tenants.ProfileInput{Name: "Cat", Nickname: "bobby"}); tenants.Fields(err)["nickname"] == "" {
			t.Errorf("the nickname was free at once: %v", err)
		}
		clock.Advance(91 * 24 * time.Hour)
		_, err = s.SetProfile(t.Context(), cat.ID, tenants.ProfileInput{Name: "Cat", Nickname: "bobby"})
		ok(t, err)
		if all, err := s.MeetingsOf(t.Context(), cat.ID, tenants.JoinedMeeting{}); err != nil || len(all) != 0 {
			t.Errorf("the next holder's meetings: %+v, %v", all, err)
		}
	})
}

// gone looks for what must not be left of a person.
func gone(t *testing.T, s *tenants.Store, who tenants.User) {
	t.Helper()
	if _, err := s.User(t.Context(), who.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
		t.Errorf("the person is there: %v", err)
	}
	if _, err := s.UserByEmail(t.Context(), who.Email); tenants.CodeOf(err) != tenants.CodeNotFound {
		t.Errorf("the address leads to somebody: %v", err)
	}
	if _, err := s.Authenticate(t.Context(), who.Email, tenantstest.Password, tenants.Try{}); tenants.CodeOf(err) != tenants.CodeUnauthorized {
		t.Errorf("the password opens: %v", err)
	}
	if _, err := s.UserByIdentity(t.Context(), tenants.Identity{Issuer: "https://login.example", Subject: "7"}); tenants.CodeOf(err) != tenants.CodeNotFound {
		t.Errorf("the identity opens: %v", err)
	}
	if all, err := s.AllSignIns(t.Context(), who.ID); err != nil || len(all) != 0 {
		t.Errorf("sign-ins %+v, %v", all, err)
	}
	if all, err := s.MeetingsOf(t.Context(), who.ID, tenants.JoinedMeeting{}); err != nil || len(all) != 0 {
		t.Errorf("meetings %+v, %v", all, err)
	}
	if all, err := s.OrgsOf(t.Context(), who.ID); err != nil || len(all) != 0 {
		t.Errorf("organizations %+v, %v", all, err)
	}
}

func TestTheLastOwnerHandsOverBeforeGoing(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ann, bob, s := acme.User("ann"), acme.User("bob"), w.Store
		if owned, err := s.SoleOwnerOf(t.Context(), ann.ID); err != nil || len(owned) != 1 || owned[0].Others != 1 {
			t.Fatalf("owned %+v, %v", owned, err)
		}
		if _, err := leave(t, s, ann); tenants.KeyOf(err) != tenants.KeyLastOwner {
			t.Fatalf("the last owner: %v", err)
		}
		ok(t, acme.HandOver(t.Context(), ann.ID, bob.ID))
		_, err := leave(t, s, ann)
		ok(t, err)
		// Bob goes meanwhile, and leaves the organization to the person who is to be deleted, and to somebody who came later.
		ok(t, acme.ChangeRole(t.Context(), bob.ID, ann.ID, tenants.RoleOwner))
		clock.Advance(time.Minute)
		acme.Member("kim").Admin("zoe")
		ok(t, acme.Leave(t.Context(), bob.ID))
		clock.Advance(tenants.EraseAfter)
		if n, err := s.EraseDue(t.Context(), 10); n != 1 || err != nil {
			t.Fatalf("%d deleted, %v", n, err)
		}
		if role, err := acme.Role(t.Context(), acme.User("zoe").ID); err != nil || role != tenants.RoleOwner {
			t.Errorf("the admin became %q, %v", role, err)
		}
		if role, err := acme.Role(t.Context(), acme.User("kim").ID); err != nil || role != tenants.RoleMember {
			t.Errorf("the member became %q, %v", role, err)
		}
	})
}

func TestAnOrganizationOfNobodyIsErased(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		s, room := w.Store, acme.Room("ann", "Standup")
		acme.Guest(room, "gus")
		key, err := acme.CreateKey(t.Context(), "app")
		ok(t, err)
		_, err = leave(t, s, acme.User("ann"))
		ok(t, err)
		clock.Advance(tenants.EraseAfter)
		if n, err := s.EraseDue(t.Context(), 10); n != 1 || err != nil {
			t.Fatalf("%d deleted, %v", n, err)
		}
		if _, _, err := s.MediaKey(t.Context(), key.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("its key signs: %v", err)
		}
		_, err = acme.Enter(t.Context(), tenants.EnterInput{Room: room.ID, Identity: "x", Limits: tenantstest.Free(), Plan: "Free"})
		if tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("its room opens: %v", err)
		}
		last, err := acme.LastMeeting(t.Context(), room.ID)
		ok(t, err)
		people, err := acme.People(t.Context(), last.ID)
		ok(t, err)
		if len(people) != 1 || strings.Contains(people[0].Name, "gus") {
			t.Errorf("who met there: %+v", people)
		}
		// What is closed now goes by the same job as one that its owner has deleted.
		if due, err := s.DueErrands(t.Context(), 5, time.Minute); err != nil || !contains(due, tenants.Job{Kind: tenants.ErrandErase, Org: acme.ID, Ref: "organization"}) {
			t.Fatalf("due: %+v, %v", due, err)
		}
		_, err = s.EraseOrg(t.Context(), acme.ID, billingTables...)
		ok(t, err)
		if _, err := s.OrgByID(t.Context(), acme.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("it is there: %v", err)
		}
		_, err = s.Erasure(t.Context(), acme.ID)
		ok(t, err)
	})
}

// An organization that was to go on another day goes today when nobody is left.
func TestAnOrganizationThatWasToGoGoesWithItsOwner(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		_, err := leave(t, w.Store, acme.User("ann"))
		ok(t, err)
		clock.Advance(tenants.EraseAfter - time.Hour)
		_, err = acme.DeleteOrg(t.Context(), tenants.DeleteOrgInput{By: acme.User("ann").ID, Typed: "acme"})
		ok(t, err)
		clock.Advance(time.Hour)
		if n, err := w.Store.EraseDue(t.Context(), 10); n != 1 || err != nil {
			t.Fatalf("%d deleted, %v", n, err)
		}
		_, err = w.Store.EraseOrg(t.Context(), acme.ID, billingTables...)
		ok(t, err)
	})
}

// Who was deleted hears of it once, in their language, and then nothing has the address any more.
func TestTheLastMail(t *testing.T) {
	for _, sent := range []bool{true, false} {
		tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
			w := tenantstest.New(t, db, clock)
			bob, s := w.Org("acme").Owner("ann").Member("bob").User("bob"), w.Store
			_, err := s.LeaveForGood(t.Context(), tenants.LeaveForGoodInput{User: bob.ID, Password: tenantstest.Password, Lang: "de", When: time.Time.String})
			ok(t, err)
			clock.Advance(tenants.EraseAfter)
			if n, err := s.EraseDue(t.Context(), 10); n != 1 || err != nil {
				t.Fatalf("%d deleted, %v", n, err)
			}
			mails, err := s.DueMails(t.Context(), 10)
			ok(t, err)
			if len(mails) != 1 || mails[0].Kind != "left" || mails[0].To != bob.Email || mails[0].Lang != "de" || mails[0].Params["Name"] != "Bob" {
				t.Fatalf("mails %+v", mails)
			}
			if sent {
				ok(t, s.MailSent(t.Context(), mails[0].ID))
			} else { // its server is gone for good
				clock.Advance(73 * time.Hour)
				if givenUp, err := s.MailFailed(t.Context(), mails[0].ID, errors.New("no such host")); !givenUp || err != nil {
					t.Errorf("given up: %v, %v", givenUp, err)
				}
			}
			for _, table := range []string{"mails WHERE recipient", "users WHERE email"} {
				var n int
				ok(t, tenants.Handle(t, db).QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" = $1", bob.Email).Scan(&n))
				if n != 0 {
					t.Errorf("the address is left in %s", table)
				}
			}
		})
	}
}

func TestWhoHasNoPasswordTypesTheAddress(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		made, err := s.Newcomer(t.Context(), tenants.NewcomerInput{
			Identity: tenants.Identity{Issuer: "https://login.example", Subject: "8"}, Name: "Leila", Email: "leila@gmail.example", Organization: "Gardens", Confirmed: true,
		})
		ok(t, err)
		in := tenants.LeaveForGoodInput{User: made.User.ID, When: func(time.Time) string { return "" }}
		for _, typed := range []string{"", "another@gmail.example"} {
			in.Address = typed
			if _, err := s.LeaveForGood(t.Context(), in); tenants.Fields(err)["address"] == "" {
				t.Errorf("%q: %v", typed, err)
			}
		}
		in.Address = " Leila@gmail.example"
		_, err = s.LeaveForGood(t.Context(), in)
		ok(t, err)
	})
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
