package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestAnOrganizationIsAskedToGoAndStays(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Owner("amy").Admin("ada").Member("bob")
		in := tenants.DeleteOrgInput{By: acme.User("ann").ID, Typed: " acme ", Lang: "de", Base: "https://parley.example"}
		for _, name := range []string{"ada", "bob"} {
			by := in
			by.By = acme.User(name).ID
			if _, err := acme.DeleteOrg(t.Context(), by); tenants.CodeOf(err) != tenants.CodeForbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		wrong := in
		wrong.Typed = "acne"
		if _, err := acme.DeleteOrg(t.Context(), wrong); tenants.Fields(err)["typed"] != tenants.KeyOrganizationOther {
			t.Fatalf("another name: %v", err)
		}
		asked, err := acme.DeleteOrg(t.Context(), in)
		ok(t, err)
		if want := tenantstest.Start.Add(14 * 24 * time.Hour); !asked.DueAt.Equal(want) {
			t.Errorf("due %v, want %v", asked.DueAt, want)
		}
		clock.Advance(time.Hour)
		if again, err := acme.DeleteOrg(t.Context(), in); err != nil || !again.DueAt.Equal(asked.DueAt) {
			t.Errorf("asking again moves the day to %v, %v", again.DueAt, err)
		}
		if got, err := acme.Deletion(t.Context()); err != nil || got.Asker != "Ann" || !got.DueAt.Equal(asked.DueAt) {
			t.Errorf("%+v, %v", got, err)
		}
		told(t, w.Store, "deletion_asked", acme.User("ann").Email, acme.User("amy").Email, acme.User("ada").Email)

		// Its renewal is stopped, and what was done for a wish of before is not taken for this one.
		renewal := tenants.Job{Kind: tenants.ErrandRenewal, Org: acme.ID, Ref: "organization"}
		if due, err := w.Store.DueErrands(t.Context(), 5, time.Minute); err != nil || len(due) != 1 || due[0] != renewal {
			t.Fatalf("due: %+v, %v", due, err)
		}
		if settled, err := acme.SettleRenewal(t.Context(), false); settled || err != nil {
			t.Errorf("it stays, they say: %v, %v", settled, err)
		}
		if settled, err := acme.SettleRenewal(t.Context(), true); !settled || err != nil {
			t.Errorf("it goes: %v, %v", settled, err)
		}
		clock.Advance(time.Hour)
		if due, err := w.Store.DueErrands(t.Context(), 5, time.Minute); err != nil || len(due) != 0 {
			t.Errorf("due: %+v, %v", due, err)
		}
		if _, err := w.Store.EraseOrg(t.Context(), acme.ID); tenants.CodeOf(err) != tenants.CodeTaken {
			t.Errorf("erased too early: %v", err)
		}

		// Any owner keeps it.
		in.By = acme.User("ada").ID
		if err := acme.KeepOrg(t.Context(), in); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("an admin keeps it: %v", err)
		}
		in.By = acme.User("amy").ID
		ok(t, acme.KeepOrg(t.Context(), in))
		told(t, w.Store, "deletion_kept", acme.User("ann").Email, acme.User("amy").Email, acme.User("ada").Email)
		if _, err := acme.Deletion(t.Context()); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("it goes all the same: %v", err)
		}
		if due, err := w.Store.DueErrands(t.Context(), 5, time.Minute); err != nil || len(due) != 1 || due[0] != renewal {
			t.Errorf("due: %+v, %v", due, err)
		}
		clock.Advance(15 * 24 * time.Hour)
		if _, err := w.Store.EraseOrg(t.Context(), acme.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("one that stays is erased: %v", err)
		}
		for _, want := range []string{"organization.delete", "organization.keep"} {
			if !contains(tenants.AuditActions(t, db, acme.ID), want) {
				t.Errorf("%s is not in the audit log", want)
			}
		}
	})
}

// told takes the mails that are due and holds whom they go to.
func told(t *testing.T, s *tenants.Store, kind string, whom ...string) {
	t.Helper()
	mails, err := s.DueMails(t.Context(), 50)
	ok(t, err)
	var got []string
	for _, m := range mails {
		if m.Kind == kind && m.Params["Organization"] == "acme" {
			got = append(got, m.To)
		}
		ok(t, s.MailSent(t.Context(), m.ID))
	}
	if len(got) != len(whom) {
		t.Errorf("%s goes to %v, want %v", kind, got, whom)
	}
	for _, one := range whom {
		if !contains(got, one) {
			t.Errorf("%s does not go to %s", kind, one)
		}
	}
}

func TestAnOrganizationGoesWhole(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": tenantstest.SQLitePath, "postgres": tenantstest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			at, clock, ctx := address(t), clockwork.NewFakeClockAt(tenantstest.Start), t.Context()
			w := tenantstest.New(t, tenantstest.Open(t, at), clock)
			acme, other := w.Org("acme").Owner("ann").Member("bob"), w.Org("other").Owner("eve")
			s, ann := w.Store, acme.User("ann")
			key, err := acme.CreateKey(ctx, "app")
			ok(t, err)
			_, err = acme.DeleteOrg(ctx, tenants.DeleteOrgInput{By: ann.ID, Typed: "acme", Lang: "en"})
			ok(t, err)
			clock.Advance(tenants.DeletionGrace - time.Second)
			room := acme.Room("ann", "Standup")
			acme.Guest(room, "gus") // meetings go on until the end
			raw := tenantstest.Inspect(t, at)
			raw.Sow(acme.ID, other.ID)
			kept := raw.Rows(other.ID)
			_, err = s.DueMails(ctx, 50)
			ok(t, err)
			if _, err := s.EraseOrg(ctx, acme.ID, billingTables...); tenants.CodeOf(err) != tenants.CodeTaken {
				t.Fatalf("a second too early: %v", err)
			}
			clock.Advance(time.Second)
			if err := acme.KeepOrg(ctx, tenants.DeleteOrgInput{By: ann.ID}); tenants.CodeOf(err) != tenants.CodeEnded {
				t.Errorf("kept when its day had come: %v", err)
			}
			in, err := s.StartSignIn(ctx, tenants.StartSignInInput{User: ann.ID, Method: tenants.ByPassword})
			ok(t, err)
			check, err := acme.VerifyAudit(ctx)
			ok(t, err)
			met, err := s.EraseOrg(ctx, acme.ID, billingTables...)
			ok(t, err)
			if len(met) == 0 || !contains(met, room) {
				t.Errorf("rooms in use: %+v", met)
			}
			for table, rows := range raw.Rows(acme.ID) {
				if keptTables[table] == "" {
					t.Errorf("%d rows of it are left in %s", len(rows), table)
				}
			}
			if diff := kept.Diff(raw.Rows(other.ID)); len(diff) > 0 {
				t.Errorf("another organization lost something: %v", diff)
			}
			left, err := s.Erasure(ctx, acme.ID)
			ok(t, err)
			if left.Entries != check.Entries+1 || len(left.Head) != 64 || left.Head == check.Head || !left.ErasedAt.Equal(clock.Now()) || !left.AskedAt.Equal(tenantstest.Start) {
				t.Errorf("what is left: %+v; the log had %d entries", left, check.Entries)
			}
			told(t, s, "deletion_done", ann.Email)
			if _, _, err := s.MediaKey(ctx, key.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("its key signs: %v", err)
			}
			if who, _, _, err := s.SignedIn(ctx, in.ID); err != nil || who.ID != ann.ID {
				t.Errorf("its owner is signed out: %v", err)
			}
			if due, err := s.DueErrands(ctx, 10, time.Minute); err != nil || len(due) != 0 {
				t.Errorf("due: %+v, %v", due, err)
			}
			if _, err := s.EraseOrg(ctx, acme.ID, billingTables...); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("twice: %v", err)
			}
			if again := w.Org("acme"); again.Slug != acme.Slug {
				t.Errorf("its address is not free: %s", again.Slug)
			}
		})
	}
}
