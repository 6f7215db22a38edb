package tenants_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

const opsAddress = "ops@parley.example"

// ops makes a store with one operator.
func ops(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) (*tenants.Store, tenants.Operator) {
	t.Helper()
	s := newStore(db, clock)
	op, err := s.CreateOperator(t.Context(), opsAddress, "Olga", tenantstest.Password)
	if err != nil {
		t.Fatal(err)
	}
	return s, op
}

func signInOps(t *testing.T, s *tenants.Store, device string) tenants.OperatorSignIn {
	t.Helper()
	in, err := s.SignInOperator(t.Context(), tenants.SignInOperatorInput{Email: opsAddress, Password: tenantstest.Password, Device: device})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestAnOperatorsSignInEnds(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s, op := ops(t, db, clock)
		in := signInOps(t, s, "")
		works := func() bool {
			got, err := s.OperatorSignedIn(t.Context(), in.Token)
			if err != nil && tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Fatal(err)
			}
			return err == nil && got.Operator.ID == op.ID
		}
		for range 11 { // used now and then it lives until it is twelve hours old
			clock.Advance(59 * time.Minute)
			if !works() {
				t.Fatalf("it is over at %v", clock.Now())
			}
		}
		clock.Advance(71 * time.Minute)
		if in = signInOps(t, s, ""); !works() {
			t.Fatal("a second sign-in does not work")
		}
		clock.Advance(tenants.OperatorIdle)
		if works() {
			t.Error("it works though nobody has used it for an hour")
		}
		if in = signInOps(t, s, ""); !works() {
			t.Fatal("a third sign-in does not work")
		}
		for range 13 {
			clock.Advance(58 * time.Minute)
			works()
		}
		if works() {
			t.Error("it works when it is older than twelve hours")
		}
		in = signInOps(t, s, "")
		if err := s.EndOperatorSignIn(t.Context(), in.ID); err != nil || works() {
			t.Errorf("it works after signing out, %v", err)
		}
		if in.Token = "x"; works() {
			t.Error("a made-up token works")
		}
	})
}

// An operator and a person with the same address are two: neither's failures hold the other, and neither's password opens the other's door.
func TestAnOperatorIsHeldAsAPersonIs(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s, _ := ops(t, db, clock)
		person(t, s, opsAddress)
		try := func(email, password, device string) tenants.Code {
			_, err := s.SignInOperator(t.Context(), tenants.SignInOperatorInput{Email: email, Password: password, Try: tenants.Try{Network: "198.51.100.7", Device: device}, Device: device})
			return tenants.CodeOf(err)
		}
		if got := try(opsAddress, tenantstest.Password, "laptop"); got != "" {
			t.Fatalf("the right password: %q", got)
		}
		for _, email := range []string{opsAddress, "nobody@parley.example"} {
			for i := range 5 {
				if got := try(email, "wrong", ""); got != tenants.CodeUnauthorized {
					t.Fatalf("failure %d of %s: %q", i+1, email, got)
				}
			}
			if got := try(email, tenantstest.Password, ""); got != tenants.CodeHeld {
				t.Errorf("%s after five failures: %q", email, got)
			}
		}
		if got := try(opsAddress, tenantstest.Password, "laptop"); got != "" {
			t.Errorf("a stranger keeps the operator out of their own browser: %q", got)
		}
		if _, err := s.Authenticate(t.Context(), opsAddress, tenantstest.Password, tenants.Try{Network: "198.51.100.8"}); tenants.CodeOf(err) == tenants.CodeHeld {
			t.Errorf("the person of the same address is held for it: %v", err)
		}
		clock.Advance(15 * time.Minute)
		if got := try(opsAddress, tenantstest.Password, ""); got != "" {
			t.Errorf("after the hold: %q", got)
		}
	})
}

func TestTheOperatorsLogSaysWhoDidWhat(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s, op := ops(t, db, clock)
		org, err := s.CreateOrg(t.Context(), "Acme")
		if err != nil {
			t.Fatal(err)
		}
		ctx := tenants.WithOrigin(t.Context(), tenants.Origin{Operator: op.ID, Via: tenants.ViaOperator, Address: "192.0.2.1"})
		for i, action := range []string{"plan.version", "tenant.suspend", "tenant.restore", "tenants.other"} {
			clock.Advance(time.Minute)
			if err := s.OperatorDid(ctx, action, string(org.ID), strings.Repeat("x", i)); err != nil {
				t.Fatal(err)
			}
		}
		for name, c := range map[string]struct {
			f      tenants.AuditFilter
			target string
			want   int
		}{
			"all":              {tenants.AuditFilter{}, "", 5},
			"a family":         {tenants.AuditFilter{Family: "tenant"}, "", 2},
			"an operator":      {tenants.AuditFilter{Person: "OLG"}, "", 4}, // nobody was signed in when she was made
			"a target":         {tenants.AuditFilter{}, string(org.ID), 4},
			"nothing's target": {tenants.AuditFilter{}, "x", 0},
			"from":             {tenants.AuditFilter{From: tenantstest.Start.Add(3 * time.Minute)}, "", 2},
		} {
			c.f.Limit = 50
			if page, err := s.OperatorAudit(t.Context(), c.f, c.target); err != nil || len(page.Entries) != c.want {
				t.Errorf("%s: %d entries, want %d; %v", name, len(page.Entries), c.want, err)
			}
		}
		page, err := s.OperatorAudit(t.Context(), tenants.AuditFilter{Limit: 2}, "")
		if err != nil || !page.HasOlder || page.HasNewer || page.Entries[1].Name != "Olga" || page.Entries[1].About != "Acme" || page.Entries[1].Address != "192.0.2.1" {
			t.Fatalf("%+v, %v", page, err)
		}
		older, err := s.OperatorAudit(t.Context(), tenants.AuditFilter{Limit: 10, Older: &page.LastSeqAsc}, "")
		if err != nil || len(older.Entries) != 3 || older.HasOlder || !older.HasNewer || older.Entries[2].Action != "operator.create" {
			t.Errorf("%+v, %v", older, err)
		}
	})
}

func TestTheOperatorsChainShowsEveryChange(t *testing.T) {
	for name, c := range map[string]struct {
		sql  string
		want int64 // row that is named; 0 = the chain holds
	}{
		"nothing":            {"", 0},
		"a changed detail":   {"UPDATE operator_audit SET detail = 'x' WHERE seq = 3", 3},
		"another's deed":     {"UPDATE operator_audit SET operator_id = NULL WHERE seq = 4", 4},
		"a row taken out":    {"DELETE FROM operator_audit WHERE seq = 2", 2},
		"the last taken out": {"DELETE FROM operator_audit WHERE seq = 5", 5},
		"all taken out":      {"DELETE FROM operator_audit", 1},
		"the end moved back": {"UPDATE operator_audit_head SET seq = 4, hash = (SELECT hash FROM operator_audit WHERE seq = 4)", 5},
	} {
		t.Run(name, func(t *testing.T) {
			tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
				s, op := ops(t, db, clock)
				ctx := tenants.WithOrigin(t.Context(), tenants.Origin{Operator: op.ID})
				var all sync.WaitGroup
				for range 4 { // at once, and yet one chain
					all.Go(func() {
						if err := s.OperatorDid(ctx, "tenant.suspend", "x", "late"); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				if c.sql != "" {
					if err := asOwner(t, db, exec(c.sql)); err == nil && !strings.Contains(c.sql, "operator_audit_head") {
						t.Errorf("the database allowed: %s", c.sql)
					}
					drops := []string{"DROP TRIGGER operator_audit_not_changed", "DROP TRIGGER operator_audit_not_deleted"}
					if db.Dialect() == "postgres" {
						drops = []string{"DROP TRIGGER operator_audit_written_once ON operator_audit"}
					}
					if err := asOwner(t, db, exec(append(drops, c.sql)...)); err != nil {
						t.Fatal(err)
					}
				}
				got, err := s.VerifyOperatorAudit(t.Context())
				switch {
				case err != nil:
					t.Fatal(err)
				case c.want == 0 && (got.Broken != nil || got.Entries != 5):
					t.Errorf("%+v %+v", got, got.Broken)
				case c.want > 0 && (got.Broken == nil || got.Broken.Seq != c.want):
					t.Errorf("%+v, want row %d", got.Broken, c.want)
				}
			})
		})
	}
}

func exec(statements ...string) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		for _, one := range statements {
			if _, err := tx.ExecContext(ctx, one); err != nil {
				return err
			}
		}
		return nil
	}
}
