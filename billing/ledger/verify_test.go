package ledger_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"parley/billing/ledger"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestVerifySaysWhatIsWrong changes rows past every trigger, as somebody with
// the database in hand could, and expects each to be named.
func TestVerifySaysWhatIsWrong(t *testing.T) {
	type tampering struct{ change, where, says string }
	cases := map[string]tampering{
		"an amount":             {"UPDATE ledger_postings SET amount = 1300 WHERE line = 1 AND transaction_id = 'ch_1'", "ch_1", "sum to 1"},
		"both amounts":          {"UPDATE ledger_postings SET amount = 2 * amount WHERE transaction_id = 'ch_1'", "ch_1", "not as it was booked"},
		"the balance with them": {"UPDATE ledger_postings SET amount = 2 * amount WHERE transaction_id = 'ch_1'", "cash in USD", "the balance says"},
		"a posting gone":        {"DELETE FROM ledger_postings WHERE transaction_id = 'ch_1' AND line = 2", "ch_1", "postings"},
		"a transaction gone":    {"DELETE FROM ledger_transactions WHERE id = 'ch_1'", "postings", "belong to no transaction"},
		"another time":          {"UPDATE ledger_transactions SET happened_at = '2020-01-01 00:00:00' WHERE id = 'ch_1'", "ch_1", "not as it was booked"},
		"a balance":             {"UPDATE ledger_accounts SET balance = balance + 1 WHERE kind = 'cash'", "cash in USD", "its postings sum to"},
		"an account gone":       {"DELETE FROM ledger_accounts WHERE kind = 'cash'", "cash in USD", "there are postings and no account"},
		"another currency":      {"UPDATE ledger_postings SET currency = 'EUR' WHERE line = 1 AND transaction_id = 'ch_1'", "ch_1", "in EUR sum to"},
		"no promise any more":   {"UPDATE ledger_accounts SET never_negative = false WHERE kind = 'credit'", "credit:phone in USD", "promise"},
		"an unknown account":    {"UPDATE ledger_postings SET kind = 'purse' WHERE line = 1 AND transaction_id = 'ch_1'", "ch_1", "purse"},
	}
	for dialect, address := range map[string]func(testing.TB) string{"sqlite": tenantstest.SQLitePath, "postgres": tenantstest.PostgresURL} {
		t.Run(dialect, func(t *testing.T) {
			at := address(t)
			db := tenantstest.Open(t, at)
			w, raw := tenantstest.New(t, db), tenantstest.Inspect(t, at)
			for name, c := range cases {
				b := books{t, db, w.Org("acme").Organization.ID}
				b.must(ledger.Move("ch_1", "payment", day, 1299, "USD", pro, cash), ledger.Move("ch_2", "top-up", day, 100, "USD", credit, cash))
				b.balanced()
				raw.Tamper(c.change + " AND tenant_id = '" + string(b.org) + "'")
				faults := b.report().Faults
				if !slices.ContainsFunc(faults, func(f ledger.Fault) bool { return f.Where == c.where && strings.Contains(f.What, c.says) }) {
					t.Errorf("%s: nothing says that in %s %q; it says %v", name, c.where, c.says, faults)
				}
			}
		})
	}
}

// TestTheDatabaseKeepsTheBooks: what is booked cannot be changed by the
// application's own hand, whatever the code above it does.
func TestTheDatabaseKeepsTheBooks(t *testing.T) {
	for dialect, address := range map[string]func(testing.TB) string{"sqlite": tenantstest.SQLitePath, "postgres": tenantstest.PostgresURL} {
		t.Run(dialect, func(t *testing.T) {
			at := address(t)
			db := tenantstest.Open(t, at)
			b := books{t, db, tenantstest.New(t, db).Org("acme").Organization.ID}
			b.must(ledger.Move("ch_1", "payment", day, 1299, "USD", pro, cash), ledger.Move("ch_2", "top-up", day, 100, "USD", credit, cash))
			for _, change := range []string{
				"UPDATE ledger_transactions SET what = 'gift'", "DELETE FROM ledger_transactions",
				"UPDATE ledger_postings SET amount = 1", "DELETE FROM ledger_postings",
				"DELETE FROM ledger_accounts", "UPDATE ledger_accounts SET balance = -1 WHERE kind = 'credit'",
			} {
				if err := refused(t, at, b.org, change); err == nil {
					t.Errorf("the database allowed %s", change)
				}
			}
			b.balanced()
		})
	}
}

// refused tries SQL as the application's own role, with every constraint and
// trigger in place.
func refused(t *testing.T, address string, org tenants.OrgID, text string) error {
	t.Helper()
	driver, source := "sqlite", address
	if tenants.IsPostgres(address) {
		driver = "pgx"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // its settings are those of one connection
	if driver == "pgx" {
		for _, first := range []string{"SET ROLE parley_app", "SELECT set_config('app.tenant_id', '" + string(org) + "', false)"} {
			if _, err := db.ExecContext(t.Context(), first); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, err = db.ExecContext(t.Context(), text)
	return err
}
