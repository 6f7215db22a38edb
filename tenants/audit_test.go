package tenants_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// eachChain runs a test on both databases, on an organization that has done a few things.
func eachChain(t *testing.T, test func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock, acme *tenantstest.Org)) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann").Member("bob")
		for i := range 5 {
			clock.Advance(time.Minute)
			ctx := tenants.WithOrigin(t.Context(), tenants.Origin{Address: fmt.Sprintf("192.0.2.%d", i)})
			if err := acme.SetQuota(ctx, acme.User("ann").ID, tenants.Quota{Participants: new(10 + i)}); err != nil {
				t.Fatal(err)
			}
		}
		test(t, db, clock, acme)
	})
}

func verify(t *testing.T, org *tenantstest.Org) tenants.AuditCheck {
	t.Helper()
	got, err := org.VerifyAudit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAuditSaysWhoDidWhatFromWhere(t *testing.T) {
	eachChain(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock, acme *tenantstest.Org) {
		page, err := acme.Audit(t.Context(), acme.User("ann").ID, tenants.AuditFilter{Limit: 3})
		if err != nil || len(page.Entries) != 3 || !page.HasOlder || page.HasNewer {
			t.Fatalf("%+v, %v", page, err)
		}
		e := page.Entries[0]
		if e.Name != "Ann" || e.Action != "quota.set" || e.Address != "192.0.2.4" || !strings.Contains(e.Detail, "participants 14") || !e.At.Equal(clock.Now()) || len(e.Hash) != 64 {
			t.Errorf("newest entry %+v", e)
		}
		older, err := acme.Audit(t.Context(), acme.User("ann").ID, tenants.AuditFilter{Limit: 3, Older: &page.LastSeqAsc})
		if err != nil || len(older.Entries) != 3 || older.Entries[0].Seq != e.Seq-3 || !older.HasNewer {
			t.Errorf("older: %+v, %v", older, err)
		}
		back, err := acme.Audit(t.Context(), acme.User("ann").ID, tenants.AuditFilter{Limit: 3, Newer: &older.FirstSeq})
		if err != nil || len(back.Entries) != 3 || back.Entries[0].Seq != e.Seq || back.HasNewer || !back.HasOlder {
			t.Errorf("back again: %+v, %v", back, err)
		}
		last, err := acme.Audit(t.Context(), acme.User("ann").ID, tenants.AuditFilter{Limit: 3, Older: &older.LastSeqAsc})
		if err != nil || last.HasOlder {
			t.Errorf("the end: %+v, %v", last, err)
		}
	})
}

func TestAuditFilters(t *testing.T) {
	eachChain(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock, acme *tenantstest.Org) {
		for name, test := range map[string]struct {
			f    tenants.AuditFilter
			want int
		}{
			"all":                {tenants.AuditFilter{}, 7}, // two people were made
			"a family":           {tenants.AuditFilter{Family: "quota"}, 5},
			"a family's half":    {tenants.AuditFilter{Family: "quo"}, 0},
			"a person":           {tenants.AuditFilter{Person: "AN"}, 5},
			"an address":         {tenants.AuditFilter{Person: "ann@acme"}, 5},
			"nobody":             {tenants.AuditFilter{Person: "bob"}, 0},
			"wildcards are text": {tenants.AuditFilter{Person: "%"}, 0},
			"from":               {tenants.AuditFilter{From: tenantstest.Start.Add(4 * time.Minute)}, 2},
			"until":              {tenants.AuditFilter{Until: tenantstest.Start.Add(4 * time.Minute)}, 5},
		} {
			test.f.Limit = 100
			page, err := acme.Audit(t.Context(), acme.User("ann").ID, test.f)
			if err != nil || len(page.Entries) != test.want {
				t.Errorf("%s: %d entries, want %d; %v", name, len(page.Entries), test.want, err)
			}
		}
		if _, err := acme.Audit(t.Context(), acme.User("bob").ID, tenants.AuditFilter{}); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member reads it: %v", err)
		}
	})
}

// Nobody changes what is written: neither through the application's role nor,
// for what the owner of the database does by hand, unnoticed.
func TestAuditIsWrittenOnce(t *testing.T) {
	eachChain(t, func(t *testing.T, db *tenants.DB, _ *clockwork.FakeClock, acme *tenantstest.Org) {
		for _, sql := range []string{
			"UPDATE audit SET detail = 'nothing happened'",
			"UPDATE audit SET hash = hash",
			"DELETE FROM audit",
			"DELETE FROM audit WHERE action = 'quota.set'",
		} {
			if err := byHand(t, db, acme.ID, sql); err == nil {
				t.Errorf("the database allowed: %s", sql)
			}
		}
		if got := verify(t, acme); got.Broken != nil || got.Entries != 7 {
			t.Errorf("%+v", got)
		}
	})
}

func TestVerifyNamesTheFirstBrokenRow(t *testing.T) {
	for name, test := range map[string]struct {
		sql  string
		want int64
		says string
	}{
		"a changed detail":      {"UPDATE audit SET detail = 'x' WHERE seq = 4", 4, "not as it was written"},
		"a changed address":     {"UPDATE audit SET address = '203.0.113.9' WHERE seq IN (5, 6)", 5, "not as it was written"},
		"another's deed":        {"UPDATE audit SET actor = NULL WHERE seq = 7", 7, "not as it was written"},
		"a changed hash":        {"UPDATE audit SET hash = (SELECT other.hash FROM audit AS other WHERE other.seq = 2) WHERE seq = 3", 3, "not as it was written"},
		"a row taken out":       {"DELETE FROM audit WHERE seq = 3", 3, "missing"},
		"the first taken out":   {"DELETE FROM audit WHERE seq = 1", 1, "missing"},
		"the last taken out":    {"DELETE FROM audit WHERE seq = 7", 7, "missing"},
		"all taken out":         {"DELETE FROM audit", 1, "missing"},
		"the end moved back":    {"UPDATE audit_heads SET seq = 6, hash = (SELECT hash FROM audit WHERE seq = 6)", 7, "beyond"},
		"the end forgotten":     {"DELETE FROM audit_heads", 1, "beyond"},
		"a row added":           {"INSERT INTO audit (tenant_id, id, seq, at, action, target, detail, hash) SELECT tenant_id, '0190b7a4-0000-7000-8000-000000000000', 8, at, action, target, detail, hash FROM audit WHERE seq = 7", 8, "beyond"},
		"a row before the rest": {"INSERT INTO audit (tenant_id, id, seq, at, action, target, detail, hash) SELECT tenant_id, '0190b7a4-0000-7000-8000-000000000000', 0, at, action, target, detail, hash FROM audit WHERE seq = 7", 1, "before the chain"},
	} {
		t.Run(name, func(t *testing.T) {
			eachChain(t, func(t *testing.T, db *tenants.DB, _ *clockwork.FakeClock, acme *tenantstest.Org) {
				withoutTriggers(t, db)
				if err := byHand(t, db, acme.ID, test.sql); err != nil {
					t.Fatal(err)
				}
				got := verify(t, acme)
				if got.Broken == nil || got.Broken.Seq != test.want || !strings.Contains(got.Broken.What, test.says) {
					t.Errorf("%+v, want row %d %s", got.Broken, test.want, test.says)
				}
			})
		})
	}
}

// Many who append at once make one chain without a gap, in each organization its own.
func TestAuditChainsUnderRace(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		orgs := []*tenantstest.Org{w.Org("acme").Owner("ann"), w.Org("bolt").Owner("ben")}
		owners := []tenants.UserID{orgs[0].User("ann").ID, orgs[1].User("ben").ID}
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				if err := orgs[i%2].SetQuota(t.Context(), owners[i%2], tenants.Quota{Participants: new(i + 1)}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, org := range orgs {
			if got := verify(t, org); got.Broken != nil || got.Entries != 21 {
				t.Errorf("%s: %+v, %+v", org.Slug, got, got.Broken)
			}
		}
	})
}

// What was noted before there was a chain is shown, and held by its first link.
func TestAuditFromBeforeTheChain(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme")
		withoutTriggers(t, db)
		for i := range 3 {
			sql := fmt.Sprintf(`INSERT INTO audit (tenant_id, id, seq, at, action, target, detail, hash)
				VALUES ('%s', '0190b7a4-0000-7000-8000-00000000000%d', %d, '2026-01-0%d 10:00:00+00:00', 'room.archive', 'x', 'old', '')`, acme.ID, i, i-2, i+1)
			if err := byHand(t, db, acme.ID, sql); err != nil {
				t.Fatal(err)
			}
		}
		if got := verify(t, acme); got.Broken != nil {
			t.Fatalf("before the first link: %+v", got.Broken)
		}
		acme.Owner("ann")
		page, err := acme.Audit(t.Context(), acme.User("ann").ID, tenants.AuditFilter{Limit: 10})
		if err != nil || len(page.Entries) != 4 || page.Entries[3].Seq != -2 || page.Entries[0].Seq != 1 {
			t.Fatalf("%+v, %v", page, err)
		}
		if got := verify(t, acme); got.Broken != nil || got.Entries != 4 {
			t.Fatalf("%+v, %+v", got, got.Broken)
		}
		if err := byHand(t, db, acme.ID, "UPDATE audit SET detail = 'new' WHERE seq = -1"); err != nil {
			t.Fatal(err)
		}
		if got := verify(t, acme); got.Broken == nil || got.Broken.Seq != 1 {
			t.Errorf("%+v", got.Broken)
		}
	})
}

// byHand sends SQL as somebody at the database would, inside an organization.
func byHand(t *testing.T, db *tenants.DB, org tenants.OrgID, text string) error {
	t.Helper()
	return asOwner(t, db, func(ctx context.Context, tx *sql.Tx) error {
		if db.Dialect() == "postgres" {
			if _, err := tx.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, true)", string(org)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, text)
		return err
	})
}

// withoutTriggers is what somebody does first who owns the database and wants to change history.
func withoutTriggers(t *testing.T, db *tenants.DB) {
	t.Helper()
	drops := []string{"DROP TRIGGER audit_in_the_chain", "DROP TRIGGER audit_not_changed", "DROP TRIGGER audit_not_deleted"}
	if db.Dialect() == "postgres" {
		drops = []string{"DROP TRIGGER audit_written_once ON audit"}
	}
	err := asOwner(t, db, func(ctx context.Context, tx *sql.Tx) error {
		for _, drop := range drops {
			if _, err := tx.ExecContext(ctx, drop); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// asOwner works as who owns the tables, which the application does not.
func asOwner(t *testing.T, db *tenants.DB, fn func(context.Context, *sql.Tx) error) error {
	t.Helper()
	tx, err := tenants.Handle(t, db).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if db.Dialect() == "postgres" {
		_, err = tx.ExecContext(t.Context(), "SET LOCAL ROLE NONE")
	}
	if err == nil {
		err = fn(t.Context(), tx)
	}
	if err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}
