package tenants_test

import (
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestPoliciesAreSetByWhoManages(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Admin("amy").Member("bob")
		strict := tenants.Policies{Waiting: tenants.GuestsWait, Share: tenants.Members, Chat: tenants.Managers, ChatSince: true, Encryption: true}
		if p, err := acme.Policies(t.Context()); err != nil || p != tenants.DefaultPolicies() {
			t.Errorf("before anybody set any: %v, %v", p, err)
		}
		if err := acme.SetPolicies(t.Context(), acme.User("bob").ID, strict); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member sets policies: %v", err)
		}
		err := acme.SetPolicies(t.Context(), acme.User("amy").ID, tenants.Policies{Share: "nobody"})
		if f := tenants.Fields(err); f["share"] != tenants.KeyPolicyInvalid || f["chat"] != tenants.KeyPolicyInvalid || f["waiting"] != tenants.KeyPolicyInvalid {
			t.Errorf("fields at fault: %v", f)
		}
		for range 2 { // the second time changes nothing, and is not worth a line in the log
			if err := acme.SetPolicies(t.Context(), acme.User("amy").ID, strict); err != nil {
				t.Fatal(err)
			}
		}
		if p, err := acme.Policies(t.Context()); err != nil || p != strict {
			t.Errorf("policies %v, %v", p, err)
		}
		if err := acme.SetPolicies(t.Context(), acme.User("amy").ID, tenants.DefaultPolicies()); err != nil {
			t.Fatal(err)
		}
		trail := tenants.AuditActions(t, db, acme.ID)
		if n := len(trail); n < 2 || trail[n-1] != "policy.set" || trail[n-2] != "policy.set" || n > 2 && trail[n-3] == "policy.set" {
			t.Errorf("audit: %v", trail)
		}
	})
}

func TestTheTextForWhoWaitsIsKeptAsItWasWritten(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Admin("amy")
		amy, p := acme.User("amy").ID, tenants.DefaultPolicies()
		for _, long := range []string{strings.Repeat("x", tenants.WaitingTextMost+1), strings.Repeat("x\n", 8) + "x"} {
			p.WaitingText = long
			if f := tenants.Fields(acme.SetPolicies(t.Context(), amy, p)); f["waiting_text"] != tenants.KeyWaitingTextLong {
				t.Errorf("%d characters: %v", len(long), f)
			}
		}
		p.WaitingText = " Bring tea.\r\nWe begin\x00 at ten. <b>\n"
		if err := acme.SetPolicies(t.Context(), amy, p); err != nil {
			t.Fatal(err)
		}
		if now, err := acme.Policies(t.Context()); err != nil || now.WaitingText != "Bring tea.\nWe begin at ten. <b>" {
			t.Errorf("kept %q, %v", now.WaitingText, err)
		}
		trail := tenants.AuditActions(t, db, acme.ID)
		if n := len(trail); trail[n-1] != "policy.waiting_text" || n > 1 && trail[n-2] == "policy.set" {
			t.Errorf("audit: %v", trail)
		}
	})
}

// A room's own text goes before the organization's, which holds again without one.
func TestARoomHasItsOwnTextForWhoWaits(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Admin("amy").Member("bob").Member("cat")
		amy, bob := acme.User("amy").ID, acme.User("bob").ID
		room, other := acme.Room("bob", "Kitchen"), acme.Room("bob", "Attic")
		p := tenants.DefaultPolicies()
		p.WaitingText = "Bring tea."
		ok(t, acme.SetPolicies(t.Context(), amy, p))
		reads := func(room tenants.Room) string {
			t.Helper()
			found, err := acme.RoomByID(t.Context(), room.ID)
			ok(t, err)
			return p.TextFor(found)
		}
		if err := acme.SetRoomWaitingText(t.Context(), acme.User("cat").ID, room.ID, "x"); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("who did not make the room: %v", err)
		}
		for _, long := range []string{strings.Repeat("x", tenants.WaitingTextMost+1), strings.Repeat("x\n", 8) + "x"} {
			if f := tenants.Fields(acme.SetRoomWaitingText(t.Context(), bob, room.ID, long)); f["waiting_text"] != tenants.KeyWaitingTextLong {
				t.Errorf("%d characters: %v", len(long), f)
			}
		}
		for range 2 { // the second time changes nothing, and is not worth a line in the log
			ok(t, acme.SetRoomWaitingText(t.Context(), bob, room.ID, " The key\x00 is under\r\nthe mat.\n"))
		}
		if got := reads(room); got != "The key is under\nthe mat." {
			t.Errorf("before the room they read %q", got)
		}
		if got := reads(other); got != p.WaitingText {
			t.Errorf("before another room they read %q", got)
		}
		ok(t, acme.SetRoomWaitingText(t.Context(), amy, room.ID, " \n"))
		if got := reads(room); got != p.WaitingText {
			t.Errorf("without a text of its own they read %q", got)
		}
		trail := tenants.AuditActions(t, db, acme.ID)
		if n := len(trail); n < 3 || trail[n-1] != "room.waiting_text" || trail[n-2] != "room.waiting_text" || trail[n-3] == "room.waiting_text" {
			t.Errorf("audit: %v", trail)
		}
		ok(t, acme.ArchiveRoom(t.Context(), bob, room.ID))
		if err := acme.SetRoomWaitingText(t.Context(), bob, room.ID, "x"); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("a room that was put away: %v", err)
		}
	})
}

func TestPoliciesHoldAtTheSeat(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Admin("amy").Member("bob").Member("cyd")
		room, err := acme.CreateRoom(t.Context(), acme.User("bob").ID, "Kitchen")
		if err != nil {
			t.Fatal(err)
		}
		enter := func(in tenants.EnterInput) (tenants.Rights, error) {
			in.Room, in.Limits = room.ID, tenantstest.Free()
			entry, err := acme.Enter(t.Context(), in)
			return entry.Rights, err
		}
		amy := tenants.EnterInput{Identity: "amy", Member: true, User: acme.User("amy").ID}
		bob := tenants.EnterInput{Identity: "bob", Member: true, User: acme.User("bob").ID} // made the room
		cyd := tenants.EnterInput{Identity: "cyd", Member: true, User: acme.User("cyd").ID}
		gil := tenants.EnterInput{Identity: "gil"}
		robot := tenants.EnterInput{Identity: "robot", Member: true, Program: true}
		all := []tenants.EnterInput{amy, bob, cyd, gil, robot}
		set := func(p tenants.Policies) {
			t.Helper()
			if err := acme.SetPolicies(t.Context(), acme.User("amy").ID, p); err != nil {
				t.Fatal(err)
			}
		}
		for circle, allowed := range map[tenants.Circle][]string{
			tenants.Everyone: {"amy", "bob", "cyd", "gil", "robot"},
			tenants.Members:  {"amy", "bob", "cyd", "robot"},
			tenants.Managers: {"amy", "bob", "robot"},
		} {
			may := map[string]bool{}
			for _, name := range allowed {
				may[name] = true
			}
			set(tenants.Policies{Guests: true, Waiting: tenants.NobodyWaits, Share: circle, Chat: tenants.Everyone})
			for _, in := range all {
				if got, err := enter(in); err != nil || got.Share != may[in.Identity] || !got.Chat {
					t.Errorf("with screens for %s, %s may %+v, %v", circle, in.Identity, got, err)
				}
			}
			places, err := acme.RuledPlaces(t.Context(), "")
			if err != nil || len(places) != 4 {
				t.Fatalf("ruled: %+v, %v", places, err)
			}
			for _, at := range places {
				if at.Rights.Share != may[at.Identity] {
					t.Errorf("with screens for %s, %s is ruled %+v", circle, at.Identity, at.Rights)
				}
			}
		}
		mine, err := acme.RuledPlaces(t.Context(), acme.User("cyd").ID)
		if err != nil || len(mine) != 1 || mine[0].Identity != "cyd" {
			t.Errorf("places of one: %+v, %v", mine, err)
		}
		// A socket's token says no user; the seat does.
		if got, err := enter(tenants.EnterInput{Identity: "bob", Member: true, Back: true}); err != nil || !got.Share {
			t.Errorf("back at the seat: %+v, %v", got, err)
		}
		if _, err := enter(tenants.EnterInput{Identity: "dan", Back: true}); tenants.CodeOf(err) != tenants.CodeUnauthorized {
			t.Errorf("back at no seat: %v", err)
		}
		set(tenants.Policies{Waiting: tenants.NobodyWaits, Share: tenants.Everyone, Chat: tenants.Everyone})
		if _, err := enter(gil); tenants.KeyOf(err) != tenants.KeyGuestsForbidden {
			t.Errorf("a guest where none may come in: %v", err)
		}
		if _, err := enter(cyd); err != nil {
			t.Errorf("a member: %v", err)
		}
	})
}

// Who is in a meeting has joined for the way it began: encryption begins and ends with the next one.
func TestEncryptionHoldsFromTheNextMeetingOn(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Admin("amy")
		room, err := acme.CreateRoom(t.Context(), acme.User("amy").ID, "Kitchen")
		if err != nil {
			t.Fatal(err)
		}
		enter := func(who string) tenants.Meeting {
			t.Helper()
			entry, err := acme.Enter(t.Context(), tenants.EnterInput{Room: room.ID, Identity: who, Limits: tenantstest.Free()})
			if err != nil {
				t.Fatal(err)
			}
			return entry.Meeting
		}
		open := enter("gil")
		p := tenants.DefaultPolicies()
		p.Encryption = true
		if err := acme.SetPolicies(t.Context(), acme.User("amy").ID, p); err != nil {
			t.Fatal(err)
		}
		if open.Encrypted || enter("hal").Encrypted {
			t.Error("a running meeting is encrypted from now on")
		}
		if err := acme.EndMeeting(t.Context(), open.ID, tenants.EndEmpty); err != nil {
			t.Fatal(err)
		}
		next := enter("gil")
		if !next.Encrypted {
			t.Error("the next meeting is not encrypted")
		}
		if err := acme.SetPolicies(t.Context(), acme.User("amy").ID, tenants.DefaultPolicies()); err != nil {
			t.Fatal(err)
		}
		if found, _, err := acme.Current(t.Context(), room.ID); err != nil || !found.Encrypted || !enter("hal").Encrypted {
			t.Errorf("with the policy gone the running meeting is %+v, %v", found, err)
		}
	})
}
