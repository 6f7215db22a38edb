package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestALookEndsByItselfAndWritesNothing(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s, op := ops(t, db, clock)
		w := tenantstest.New(t, db, clock)
		acme, bolt := w.Org("acme").Owner("ann"), w.Org("bolt").Owner("ben")
		in := signInOps(t, s, "")
		asked, err := acme.AskSupport(t.Context(), tenants.AskSupportInput{Operator: op, Reason: "help", Minutes: tenants.SupportUsual})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := acme.AnswerSupport(t.Context(), acme.User("ann").ID, asked.ID, true); err != nil {
			t.Fatal(err)
		}
		token, access, err := acme.OpenSupport(t.Context(), in, asked.ID)
		if err != nil || !access.EndsAt.Equal(clock.Now().Add(time.Hour)) {
			t.Fatalf("%+v, %v", access, err)
		}
		if _, err := bolt.SupportOf(t.Context(), token); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("it opens another organization: %v", err)
		}

		look := tenants.WithSupport(t.Context(), acme.ID)
		if page, err := acme.Audit(look, "", tenants.AuditFilter{Limit: 10}); err != nil || len(page.Entries) == 0 {
			t.Errorf("it does not read: %v", err)
		}
		if _, err := bolt.Audit(look, "", tenants.AuditFilter{Limit: 10}); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("it reads another organization: %v", err)
		}
		if _, err := acme.Audit(t.Context(), "", tenants.AuditFilter{Limit: 10}); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("nobody reads without it: %v", err)
		}
		if err := acme.SetQuota(look, acme.User("ann").ID, tenants.Quota{Participants: new(3)}); err == nil {
			t.Error("it writes")
		}
		if err := s.OperatorDid(look, "x.y", "", ""); err == nil {
			t.Error("it writes what belongs to nobody")
		}

		clock.Advance(59 * time.Minute)
		if _, err := acme.SupportOf(t.Context(), token); err != nil {
			t.Errorf("it is over too early: %v", err)
		}
		clock.Advance(time.Minute)
		if _, err := acme.SupportOf(t.Context(), token); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("it goes on after its time: %v", err)
		}
		asked, err = acme.AskSupport(t.Context(), tenants.AskSupportInput{Operator: op, Reason: "again", Minutes: 30})
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(73 * time.Hour)
		if _, err := acme.AnswerSupport(t.Context(), acme.User("ann").ID, asked.ID, true); tenants.CodeOf(err) != tenants.CodeEnded {
			t.Errorf("a wish of three days ago is granted: %v", err)
		}
	})
}
