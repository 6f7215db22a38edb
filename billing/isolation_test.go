package billing_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jonboulle/clockwork"

	"parley/billing"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestTheDatabaseItselfKeepsOrganizationsApart asks PostgreSQL past the ORM: the
// application's role sees only rows of the organization that it named, and the
// one row whose customer it knows.
func TestTheDatabaseItselfKeepsOrganizationsApart(t *testing.T) {
	address := tenantstest.PostgresURL(t)
	w := newWorld(t, tenantstest.Open(t, address), clockwork.NewFakeClockAt(tenantstest.Start))
	acme, other := w.newOrg("acme"), w.newOrg("other")
	sub := w.buy(acme, "pro", billing.Month)
	w.pay(w.pageFor(sub.CustomerID, "pro", billing.Month)) // makes a flag
	w.settle()

	conn, err := pgx.Connect(w.ctx(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(w.ctx()) })
	for _, c := range []struct {
		setting, value string
		rows           int
	}{
		{"app.tenant_id", string(acme), 1},
		{"app.tenant_id", string(other), 0},
		{"app.tenant_id", "", 0},
		{"app.user_id", string(acme), 0},
	} {
		for _, table := range []string{"subscriptions", "checkout_attempts", "duplicate_payments"} {
			if got := w.count(conn, table, c.setting, c.value); got != c.rows {
				t.Errorf("%s with %s = %q: %d rows, want %d", table, c.setting, c.value, got, c.rows)
			}
		}
	}
	if got := w.count(conn, "subscriptions", "app.stripe_customer", sub.CustomerID); got != 1 {
		t.Errorf("who knows the customer sees %d rows", got)
	}
	if got := w.count(conn, "subscriptions", "app.stripe_customer", "cus_guess"); got != 0 {
		t.Errorf("who guesses a customer sees %d rows", got)
	}
	for _, table := range []string{"checkout_attempts", "duplicate_payments"} {
		if got := w.count(conn, table, "app.stripe_customer", sub.CustomerID); got != 0 {
			t.Errorf("%s shows %d rows to who knows the customer", table, got)
		}
	}
	if w.takes(conn, other, acme) {
		t.Error("a row of acme's was written in other's name")
	}
}

// as runs fn as the application's role with one setting, and undoes it.
func (w *world) as(conn *pgx.Conn, setting, value string, fn func(tx pgx.Tx) error) error {
	w.t.Helper()
	tx, err := conn.Begin(w.ctx())
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(w.ctx()) }()
	if _, err := tx.Exec(w.ctx(), "SET LOCAL ROLE parley_app"); err != nil {
		w.t.Fatal(err)
	}
	if _, err := tx.Exec(w.ctx(), "SELECT set_config($1, $2, true)", setting, value); err != nil {
		w.t.Fatal(err)
	}
	return fn(tx)
}

func (w *world) count(conn *pgx.Conn, table, setting, value string) (n int) {
	w.t.Helper()
	err := w.as(conn, setting, value, func(tx pgx.Tx) error {
		return tx.QueryRow(w.ctx(), "SELECT count(*) FROM "+pgx.Identifier{table}.Sanitize()).Scan(&n)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// takes reports whether the database lets one organization write into another.
func (w *world) takes(conn *pgx.Conn, as, into tenants.OrgID) bool {
	w.t.Helper()
	err := w.as(conn, "app.tenant_id", string(as), func(tx pgx.Tx) error {
		_, err := tx.Exec(w.ctx(), `INSERT INTO duplicate_payments VALUES ($1, 'sub_x', 'sub_y', now(), NULL)`, string(into))
		return err
	})
	return err == nil
}
