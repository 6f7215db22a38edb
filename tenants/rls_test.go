package tenants_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestRowLevelSecurityHoldsAlone sends SQL by hand on the application's own
// connections: the ORM's wall is down, the database's stands.
func TestRowLevelSecurityHoldsAlone(t *testing.T) {
	address := tenantstest.PostgresURL(t)
	db := tenantstest.Open(t, address)
	w := tenantstest.New(t, db)
	theirs := populated(t, w)
	mine := w.Org("mine").Owner("eve")
	own := mine.Room("eve", "Mine")
	handle := tenants.Handle(t, db)
	tenantstest.Inspect(t, address).Sow(theirs.ID)

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
		forged := theirRow(t, handle, theirs.ID, table)
		with(t, handle, inside, func(ctx context.Context, tx *sql.Tx) {
			_, err := tx.ExecContext(ctx, "INSERT INTO "+table+" SELECT * FROM json_populate_record(NULL::"+table+", $1)", forged)
			if err == nil || !strings.Contains(err.Error(), "row-level security") {
				t.Errorf("%s: a row in another organization's name is not refused as such: %v", table, err)
			}
		})
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
	if _, err := theirs.Rooms(t.Context(), tenants.RoomList{}); err != nil {
		t.Fatal(err)
	}
	if n := count(t, handle, nil, "SELECT count(*) FROM rooms"); n != 0 {
		t.Errorf("the connection still shows %d rooms", n)
	}
}

// theirRow is a row of a table as its own organization sees it, as JSON.
func theirRow(t *testing.T, handle *sql.DB, org tenants.OrgID, table string) (row string) {
	t.Helper()
	with(t, handle, map[string]string{"app.tenant_id": string(org)}, func(ctx context.Context, tx *sql.Tx) {
		if err := tx.QueryRowContext(ctx, "SELECT row_to_json(t) FROM "+table+" AS t LIMIT 1").Scan(&row); err != nil {
			t.Fatalf("a row of %s: %v", table, err)
		}
	})
	return row
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
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == "42501" { // not even allowed to try
			return
		}
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
