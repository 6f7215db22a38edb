package tenants_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// tenantPolicy is what PostgreSQL makes of the one policy that every table with
// a tenant_id must have, for reading and for writing.
const tenantPolicy = `(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))`

// knowing are the further policies: rows that show to who knows a value in them.
// Each is for SELECT only, and stands here with the column it compares.
var knowing = map[string]string{
	"memberships.knows_user_id":           "user_id",
	"participants.knows_user_id":          "user_id",
	"rooms.knows_room_code":               "code",
	"media_keys.knows_key_id":             "id",
	"api_keys.knows_api_key":              "id",
	"sso_domains.knows_email_domain":      "domain",
	"subscriptions.knows_stripe_customer": "customer_id",
	"org_logos.knows_logo_id":             "id",
	"emoji.knows_emoji_id":                "id",
	"invitations.knows_invite":            "token_hash",
	"invite_links.knows_invite":           "token_hash",
	"join_domains.knows_email_domain":     "domain",
}

// uniqueAcross are the uniques of tenant tables that hold across organizations,
// with the reason why they must: everything else is unique per tenant, or the
// fault "taken" would tell of another organization's rows.
var uniqueAcross = map[string]string{
	"rooms(code)":                "a link names one room of all; codes are random, nobody chooses one",
	"media_keys(id)":             "a token names one key of all; ids are random, nobody chooses one",
	"api_keys(id)":               "a request names one key of all; ids are random, nobody chooses one",
	"sso_domains(domain)":        "an address leads to one organization's sign-in; only who has a confirmed address in the domain learns that it is taken",
	"subscriptions(customer_id)": "a webhook names the customer; Stripe chooses it",
	"org_logos(id)":              "an address names one picture of all; ids are random, nobody chooses one",
	"emoji(id)":                  "an address names one picture of all; ids are random, nobody chooses one",
	"invitations(token_hash)":    "a mail's link names one invitation of all; tokens are random, nobody chooses one",
	"invite_links(token_hash)":   "a link names one of all; tokens are random, nobody chooses one",
}

// TestEveryTableOfAnOrganizationHasBothWalls reads PostgreSQL's catalogue, so
// that the tables of tomorrow are held as well.
func TestEveryTableOfAnOrganizationHasBothWalls(t *testing.T) {
	handle := tenants.Handle(t, tenantstest.Open(t, tenantstest.PostgresURL(t)))
	tables := tenantTables(t, handle)
	if !slices.Contains(tables, "rooms") || len(tables) < 8 {
		t.Fatalf("tables with tenant_id: %v", tables)
	}
	for _, fault := range catalogueFaults(t, handle) {
		t.Error(fault)
	}
	for policy := range knowing {
		table, name, _ := strings.Cut(policy, ".")
		if n := countOf(t, handle, "SELECT count(*) FROM pg_policies WHERE tablename = $1 AND policyname = $2", table, name); n != 1 {
			t.Errorf("the policy %s is listed and does not exist: take it off the list in catalogue_test.go", policy)
		}
	}
	const powers = "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcanlogin)"
	if owned := countOf(t, handle, "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"); owned != 0 || countOf(t, handle, powers) != 0 {
		t.Errorf("the application's role owns %d tables, or has powers", owned)
	}
}

// TestTheCatalogueTestSeesEveryFault makes tables that lack one wall each.
func TestTheCatalogueTestSeesEveryFault(t *testing.T) {
	address := tenantstest.PostgresURL(t)
	handle := tenants.Handle(t, tenantstest.Open(t, address))
	owner, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(t.Context()) })
	const columns = "tenant_id uuid NOT NULL REFERENCES organizations (id), id uuid NOT NULL"
	const walls = `; ALTER TABLE x ENABLE ROW LEVEL SECURITY; ALTER TABLE x FORCE ROW LEVEL SECURITY`
	policy := func(condition string) string {
		return "; CREATE POLICY tenant ON x USING (" + condition + ") WITH CHECK (" + condition + ")"
	}
	right := policy("tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid)")
	for name, c := range map[string]struct{ make, want string }{
		"nothing wrong":        {"CREATE TABLE x (" + columns + ", PRIMARY KEY (tenant_id, id))" + walls + right, ""},
		"no security":          {"CREATE TABLE x (" + columns + ", PRIMARY KEY (tenant_id, id))" + right, "ENABLE ROW LEVEL SECURITY"},
		"not forced":           {"CREATE TABLE x (" + columns + ", PRIMARY KEY (tenant_id, id)); ALTER TABLE x ENABLE ROW LEVEL SECURITY" + right, "FORCE ROW LEVEL SECURITY"},
		"no policy":            {"CREATE TABLE x (" + columns + ", PRIMARY KEY (tenant_id, id))" + walls, "has no policy"},
		"an open policy":       {"CREATE TABLE x (" + columns + ", PRIMARY KEY (tenant_id, id))" + walls + policy("tenant_id IS NOT NULL"), "another condition"},
		"a second policy":      {"CREATE TABLE x (" + columns + ", PRIMARY KEY (tenant_id, id))" + walls + right + "; CREATE POLICY more ON x FOR SELECT USING (true)", "not listed"},
		"a key without tenant": {"CREATE TABLE x (" + columns + ", PRIMARY KEY (id))" + walls + right, "primary key"},
		"unique for everybody": {"CREATE TABLE x (" + columns + ", name text UNIQUE, PRIMARY KEY (tenant_id, id))" + walls + right, "unique across"},
		"a loose reference":    {"CREATE TABLE x (" + columns + ", code text REFERENCES rooms (code), PRIMARY KEY (tenant_id, id))" + walls + right, "refers to rooms"},
		"a nameless tenant":    {"CREATE TABLE x (tenant_id uuid, id uuid NOT NULL UNIQUE)" + walls + right, "NOT NULL"},
	} {
		if _, err := owner.Exec(t.Context(), "DROP TABLE IF EXISTS x; "+c.make); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found := strings.Join(catalogueFaults(t, handle), "\n")
		if c.want == "" && found != "" || !strings.Contains(found, c.want) {
			t.Errorf("%s: found %q, want a fault with %q", name, found, c.want)
		}
	}
}

// TestBothDatabasesHaveTheSameTables compares tables, columns, keys, uniques and
// references; types differ by nature.
func TestBothDatabasesHaveTheSameTables(t *testing.T) {
	sqlite := sqliteTables(t, tenants.Handle(t, tenantstest.Open(t, tenantstest.SQLitePath(t))))
	postgres := postgresTables(t, tenants.Handle(t, tenantstest.Open(t, tenantstest.PostgresURL(t))))
	for _, name := range slices.Sorted(maps.Keys(postgres)) {
		if _, both := sqlite[name]; !both {
			t.Errorf("SQLite has no table %s: write the same migration for both", name)
			continue
		}
		if a, b := sqlite[name].String(), postgres[name].String(); a != b {
			t.Errorf("%s differs.\nSQLite:\n%s\nPostgreSQL:\n%s", name, a, b)
		}
	}
	for name := range sqlite {
		if _, both := postgres[name]; !both {
			t.Errorf("PostgreSQL has no table %s: write the same migration for both", name)
		}
	}
}

// catalogueFaults says what is wrong with tables that have a tenant_id, and what
// to do.
func catalogueFaults(t *testing.T, handle *sql.DB) (faults []string) {
	t.Helper()
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	all := postgresTables(t, handle)
	for _, name := range tenantTables(t, handle) {
		var enabled, forced bool
		query(t, handle, []any{&enabled, &forced}, "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass", name)
		if !enabled {
			say("%s: ALTER TABLE %s ENABLE ROW LEVEL SECURITY is missing in its migration", name, name)
		}
		if !forced {
			say("%s: ALTER TABLE %s FORCE ROW LEVEL SECURITY is missing in its migration", name, name)
		}
		policyFaults(t, handle, name, say)
		table := all[name]
		if !table.columns["tenant_id"] {
			say("%s: tenant_id must be NOT NULL", name)
		}
		if len(table.primary) == 0 || table.primary[0] != "tenant_id" {
			say("%s: its primary key (%s) must begin with tenant_id", name, strings.Join(table.primary, ", "))
		}
		for _, u := range table.uniques {
			id := name + "(" + strings.Join(u, ", ") + ")"
			if !slices.Contains(u, "tenant_id") && uniqueAcross[id] == "" {
				say("%s is unique across organizations: add tenant_id, or list it with a reason in uniqueAcross in catalogue_test.go", id)
			}
		}
		for _, f := range table.foreign {
			if _, owned := all[f.to].columns["tenant_id"]; owned && (f.from[0] != "tenant_id" || f.columns[0] != "tenant_id") {
				say("%s (%s) refers to %s, which belongs to organizations, without tenant_id first", name, strings.Join(f.from, ", "), f.to)
			}
		}
	}
	return faults
}

func policyFaults(t *testing.T, handle *sql.DB, table string, say func(string, ...any)) {
	t.Helper()
	rows, err := handle.QueryContext(t.Context(), "SELECT policyname, cmd, permissive, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies WHERE schemaname = 'public' AND tablename = $1", table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	has := false
	for rows.Next() {
		var name, command, permissive, reads, writes string
		if err := rows.Scan(&name, &command, &permissive, &reads, &writes); err != nil {
			t.Fatal(err)
		}
		column, listed := knowing[table+"."+name]
		switch {
		case name == "tenant":
			has = true
			if command != "ALL" || permissive != "PERMISSIVE" || reads != tenantPolicy || writes != tenantPolicy {
				say("%s: its policy tenant has another condition than the others:\n  FOR %s USING %s WITH CHECK %s", table, command, reads, writes)
			}
		case !listed:
			say("%s: the policy %s is not listed in knowing in catalogue_test.go", table, name)
		case command != "SELECT" || !strings.HasPrefix(reads, "("+column+" = ") || !strings.Contains(reads, "NULLIF(current_setting('app."+strings.TrimPrefix(name, "knows_")+"'::text, true), ''::text)"):
			say("%s: the policy %s must be FOR SELECT and compare %s with the setting of its name; it is FOR %s USING %s", table, name, column, command, reads)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if !has {
		say("%s has no policy named tenant", table)
	}
}
