package tenants_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// billingTables are those of package billing, which this one does not know.
var billingTables = []string{"duplicate_payments", "checkout_attempts", "dunning", "subscriptions"}

// keptTables outlive an organization, with the reason.
var keptTables = map[string]string{
	"ledger_transactions": "the law wants books kept", "ledger_accounts": "the same", "ledger_postings": "the same",
}

func TestAThrowAwayOrganizationGoesWhole(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": tenantstest.SQLitePath, "postgres": tenantstest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			clock := clockwork.NewFakeClockAt(tenantstest.Start)
			w := tenantstest.New(t, tenantstest.Open(t, at), clock)
			ctx := t.Context()
			acme := w.Org("acme").Owner("ann")
			probe, err := w.Store.MakeProbe(ctx, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			if who, err := w.Store.Authenticate(ctx, probe.Owner.Email, probe.Password, tenants.Try{}); err != nil || who.ID != probe.Owner.ID {
				t.Errorf("its owner cannot sign in: %v", err)
			}
			if org, key, err := w.Store.APIKeyOf(ctx, probe.APIKey.Token); err != nil || org != probe.Org.ID || len(key.Scopes) != len(tenants.APIScopes()) {
				t.Errorf("its API key: %v", err)
			}
			raw := tenantstest.Inspect(t, at)
			raw.Sow(probe.Org.ID, acme.ID) // a row of its in every table there is, so that a new table is noticed
			kept := raw.Rows(acme.ID)
			if err := w.Store.EraseProbe(ctx, acme.ID, billingTables...); err != nil {
				t.Fatal(err)
			}
			if diff := kept.Diff(raw.Rows(acme.ID)); len(diff) > 0 {
				t.Fatalf("an organization that people made is touched: %v", diff)
			}
			if err := w.Store.EraseProbe(ctx, probe.Org.ID, billingTables...); err != nil {
				t.Fatal(err)
			}
			for table, rows := range raw.Rows(probe.Org.ID) {
				if keptTables[table] != "" {
					continue
				}
				t.Errorf("%d rows of it are left in %s: add the table to ownTables in tenants/erase.go", len(rows), table)
			}
			for _, who := range []tenants.UserID{probe.Owner.ID, probe.Member.ID} {
				if _, err := w.Store.User(ctx, who); tenants.CodeOf(err) != tenants.CodeNotFound {
					t.Errorf("its people are left: %v", err)
				}
			}
			if diff := kept.Diff(raw.Rows(acme.ID)); len(diff) > 0 {
				t.Errorf("another organization lost something: %v", diff)
			}
			if err := w.Store.EraseProbe(ctx, probe.Org.ID, billingTables...); err != nil {
				t.Errorf("twice: %v", err)
			}
		})
	}
}

func TestAProbeThatIsLeftBehindComesDue(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		probe, err := s.MakeProbe(t.Context(), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		due := func() []tenants.Job {
			t.Helper()
			jobs, err := s.DueErrands(t.Context(), 5, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return jobs
		}
		if jobs := due(); len(jobs) != 0 {
			t.Errorf("due at once: %+v", jobs)
		}
		clock.Advance(time.Hour)
		jobs := due()
		if len(jobs) != 1 || jobs[0].Kind != tenants.ErrandProbe || jobs[0].Org != probe.Org.ID {
			t.Fatalf("due: %+v", jobs)
		}
		if again := due(); len(again) != 0 {
			t.Errorf("two have it at once: %+v", again)
		}
		clock.Advance(time.Minute)
		if again := due(); len(again) != 1 {
			t.Error("who took it is gone, and nobody else gets it")
		}
	})
}

func TestIsolationRunsComeOneByOne(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ann, ctx := acme.User("ann").ID, t.Context()
		if _, err := acme.StartIsolationRun(ctx, acme.User("bob").ID); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member starts one: %v", err)
		}
		first, err := acme.StartIsolationRun(ctx, ann)
		if err != nil || !first.Under() {
			t.Fatalf("%+v, %v", first, err)
		}
		clock.Advance(time.Hour)
		if _, err := acme.StartIsolationRun(ctx, ann); tenants.KeyOf(err) != tenants.KeyIsolationBusy {
			t.Errorf("two at once: %v", err)
		}
		if err := acme.IsolationProgress(ctx, first.ID, 3, 9); err != nil {
			t.Fatal(err)
		}
		leaks := slices.Repeat([]string{"GET /x by owner: the answer holds \x00 something"}, 150)
		if err := acme.FinishIsolationRun(ctx, first.ID, false, tenants.IsolationReport{Requests: 9, Leaks: leaks}); err != nil {
			t.Fatal(err)
		}
		if err := acme.FinishIsolationRun(ctx, first.ID, false, tenants.IsolationReport{}); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("finished twice: %v", err)
		}
		second, err := acme.StartIsolationRun(ctx, ann)
		if err != nil {
			t.Fatal(err)
		}
		if err := acme.FinishIsolationRun(ctx, second.ID, true, tenants.IsolationReport{}); err != nil {
			t.Fatal(err)
		}
		runs, err := acme.IsolationRuns(ctx, ann)
		if err != nil || len(runs) != 2 || runs[0].State != tenants.RunFailed || runs[1].Report.Requests != 9 || len(runs[1].Report.Leaks)+runs[1].Report.More != 150 {
			t.Fatalf("a failed run should leave the last report: %+v, %v", runs, err)
		}
		_, err = acme.StartIsolationRun(ctx, ann)
		if tenants.KeyOf(err) != tenants.KeyIsolationSoon {
			t.Errorf("right after another: %v", err)
		}
		clock.Advance(tenants.IsolationPause)
		third, err := acme.StartIsolationRun(ctx, ann)
		if err != nil {
			t.Fatal(err)
		}
		if err := acme.FinishIsolationRun(ctx, third.ID, false, tenants.IsolationReport{Requests: 4}); err != nil {
			t.Fatal(err)
		}
		runs, err = acme.IsolationRuns(ctx, ann)
		if err != nil || len(runs) != 1 || runs[0].Report.Requests != 4 || !runs[0].EndedAt.Equal(clock.Now()) {
			t.Errorf("the new report should be the only one: %+v, %v", runs, err)
		}
	})
}
