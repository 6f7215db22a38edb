package tenants_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestRowLevelSecurityHoldsAlone sends SQL by hand on the application's own
// connections: the ORM's wall is down, the database's stands.
func TestRowLevelSecurityHoldsAlone(t *testing.T) {
	db := tenantstest.Open(t, tenantstest.PostgresURL(t))
	w := tenantstest.New(t, db)
	theirs := populated(t, w)
	mine := w.Org("mine").Owner("eve")
	own := mine.Room("eve", "Mine")
	handle := tenants.Handle(t, db)

	for _, table := range tenantTables(t, handle) {
		for name, settings := range map[string]map[string]string{
			"in no organization":     {},
			"in an empty one":        {"app.tenant_id": ""},
			"with a code made up":    {"app.room_code": "0000-0000-0000"},
			"with a foreign user id": {"app.user_id": string(mine.User("eve").ID)},
		} {
			n := count(t, handle, settings, "SELECT count(*) FROM "+table+" WHERE tenant_id = $1", string(theirs.ID))
			if n != 0 {
				t.Errorf("%s, %s: %d rows show", table, name, n)
			}
		}
		inside := map[string]string{"app.tenant_id": string(mine.ID)}
		if n := count(t, handle, inside, "SELECT count(*) FROM "+table+" WHERE tenant_id <> $1", string(mine.ID)); n != 0 {
			t.Errorf("%s: %d rows of another organization show", table, n)
		}
		if n := changed(t, handle, inside, "DELETE FROM "+table+" WHERE tenant_id <> $1", string(mine.ID)); n != 0 {
			t.Errorf("%s: %d rows of another organization deleted", table, n)
		}
		if n := changed(t, handle, inside, "UPDATE "+table+" SET tenant_id = $1 WHERE tenant_id <> $1", string(mine.ID)); n != 0 {
			t.Errorf("%s: %d rows taken from another organization", table, n)
		}
	}

	mustRefuse(t, handle, mine.ID, "give a row away", "UPDATE rooms SET tenant_id = $1 WHERE id = $2", string(theirs.ID), string(own.ID))
	mustRefuse(t, handle, mine.ID, "write into another organization",
		"INSERT INTO audit (tenant_id, id, at, action, target, detail) VALUES ($1, gen_random_uuid(), now(), 'x', 'x', 'x')", string(theirs.ID))
	mustRefuse(t, handle, mine.ID, "a meeting in another's room",
		`INSERT INTO meetings (tenant_id, id, room_id, started_at, participant_limit, length, plan, revision)
		 VALUES ($1, gen_random_uuid(), $2, now(), 1, 0, 'x', 1)`, string(mine.ID), string(theirs.room.ID))
	mustRefuse(t, handle, mine.ID, "switch it off", "ALTER TABLE rooms DISABLE ROW LEVEL SECURITY")

	// A known value shows its row and lets nobody change it.
	code := map[string]string{"app.room_code": theirs.room.Code}
	if n := count(t, handle, code, "SELECT count(*) FROM rooms"); n != 1 {
		t.Errorf("a code shows %d rooms", n)
	}
	if n := changed(t, handle, code, "UPDATE rooms SET name = 'x'"); n != 0 {
		t.Errorf("a code changed %d rooms", n)
	}
}

// TestNoOrganizationIsLeftOnAConnection uses one connection again and again.
func TestNoOrganizationIsLeftOnAConnection(t *testing.T) {
	db := tenantstest.Open(t, tenantstest.PostgresURL(t))
	handle := tenants.Handle(t, db)
	handle.SetMaxOpenConns(1)
	theirs := populated(t, tenantstest.New(t, db))
	if _, err := theirs.Rooms(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, handle, nil, "SELECT count(*) FROM rooms"); n != 0 {
		t.Errorf("the connection still shows %d rooms", n)
	}
}

// TestEveryTenantTableHasBothWalls reads the catalogue, so that the tables of
// tomorrow are held as well.
func TestEveryTenantTableHasBothWalls(t *testing.T) {
	db := tenantstest.Open(t, tenantstest.PostgresURL(t))
	handle := tenants.Handle(t, db)
	tables := tenantTables(t, handle)
	if !slices.Contains(tables, "rooms") || len(tables) < 8 {
		t.Fatalf("tables with tenant_id: %v", tables)
	}
	for _, table := range tables {
		var enabled, forced bool
		query(t, handle, []any{&enabled, &forced}, "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass", table)
		if !enabled || !forced {
			t.Errorf("%s: row-level security enabled %t, forced %t", table, enabled, forced)
		}
		var policies int
		query(t, handle, []any{&policies}, `SELECT count(*) FROM pg_policies WHERE tablename = $1 AND cmd = 'ALL'
			AND qual LIKE '%app.tenant_id%' AND with_check LIKE '%app.tenant_id%'`, table)
		if policies != 1 {
			t.Errorf("%s: %d policies on the organization, want 1", table, policies)
		}
		var loose int
		query(t, handle, []any{&loose}, "SELECT count(*) FROM pg_policies WHERE tablename = $1 AND cmd NOT IN ('ALL', 'SELECT')", table)
		if loose != 0 {
			t.Errorf("%s: %d policies let somebody write", table, loose)
		}
		if key := keyColumns(t, handle, table, "p"); len(key) == 0 || key[0] != "tenant_id" {
			t.Errorf("%s: primary key %v does not begin with tenant_id", table, key)
		}
		if n := looseReferences(t, handle, table); n != 0 {
			t.Errorf("%s: %d foreign keys to an organization's table without tenant_id", table, n)
		}
	}
	var owner, bypass int
	query(t, handle, []any{&owner}, "SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
	query(t, handle, []any{&bypass}, "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcanlogin)")
	if owner != 0 || bypass != 0 {
		t.Errorf("the application's role owns %d tables; it has powers: %d", owner, bypass)
	}
}

func tenantTables(t *testing.T, handle *sql.DB) []string {
	t.Helper()
	rows, err := handle.QueryContext(t.Context(), `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attname = 'tenant_id' AND NOT a.attisdropped ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func keyColumns(t *testing.T, handle *sql.DB, table, kind string) []string {
	t.Helper()
	rows, err := handle.QueryContext(t.Context(), `SELECT a.attname FROM pg_constraint k
		CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS c (num, pos)
		JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.num
		WHERE k.conrelid = $1::text::regclass AND k.contype::text = $2 ORDER BY c.pos`, table, kind)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// looseReferences counts foreign keys that could point into another organization.
func looseReferences(t *testing.T, handle *sql.DB, table string) int {
	t.Helper()
	var n int
	query(t, handle, []any{&n}, `SELECT count(*) FROM pg_constraint k WHERE k.conrelid = $1::text::regclass AND k.contype = 'f'
		AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attname = 'tenant_id')
		AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attname = 'tenant_id' AND a.attnum = ANY (k.conkey))`, table)
	return n
}

func query(t *testing.T, handle *sql.DB, into []any, text string, args ...any) {
	t.Helper()
	if err := handle.QueryRowContext(t.Context(), text, args...).Scan(into...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// with runs fn in a transaction with settings that end with it; it is always
// rolled back.
func with(t *testing.T, handle *sql.DB, settings map[string]string, fn func(ctx context.Context, tx *sql.Tx)) {
	t.Helper()
	tx, err := handle.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for name, value := range settings {
		if _, err := tx.Exec("SELECT set_config($1, $2, true)", name, value); err != nil {
			t.Fatal(err)
		}
	}
	fn(t.Context(), tx)
}

func count(t *testing.T, handle *sql.DB, settings map[string]string, text string, args ...any) (n int) {
	t.Helper()
	with(t, handle, settings, func(ctx context.Context, tx *sql.Tx) {
		if err := tx.QueryRowContext(ctx, text, args...).Scan(&n); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
	return n
}

func changed(t *testing.T, handle *sql.DB, settings map[string]string, text string, args ...any) (n int64) {
	t.Helper()
	with(t, handle, settings, func(ctx context.Context, tx *sql.Tx) {
		got, err := tx.ExecContext(ctx, text, args...)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		n, _ = got.RowsAffected()
	})
	return n
}

func mustRefuse(t *testing.T, handle *sql.DB, in tenants.OrgID, tried, text string, args ...any) {
	t.Helper()
	with(t, handle, map[string]string{"app.tenant_id": string(in)}, func(ctx context.Context, tx *sql.Tx) {
		if _, err := tx.ExecContext(ctx, text, args...); err == nil {
			t.Errorf("%s: the database allowed it", tried)
		}
	})
}
