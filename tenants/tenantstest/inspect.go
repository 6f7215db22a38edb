package tenantstest

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"parley/tenants"
)

// Raw is a test's database seen past the store and past every wall.
type Raw struct {
	t        testing.TB
	db       *sql.DB
	postgres bool
}

// Inspect opens a test's database, by the address that [SQLitePath] or
// [PostgresURL] gave, for as long as the test runs.
func Inspect(t testing.TB, address string) *Raw {
	t.Helper()
	r := &Raw{t: t, postgres: tenants.IsPostgres(address)}
	driver, source := "sqlite", "file:"+(&url.URL{Path: address}).EscapedPath()+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(0)&_pragma=ignore_check_constraints(1)"
	if r.postgres {
		driver, source = "pgx", strings.Replace(address, "//"+login+"@", "//"+superuser+"@", 1)
	}
	var err error
	r.db, err = sql.Open(driver, source)
	must(t, err, "open the database past the store")
	r.db.SetMaxOpenConns(1) // its settings are those of one connection
	if r.postgres {
		r.exec("SET session_replication_role = replica") // no foreign keys, no triggers
	}
	t.Cleanup(func() { _ = r.db.Close() })
	return r
}

// Tables are those that belong to organizations, by name.
func (r *Raw) Tables() []string { return r.having("tenant_id") }

// having lists the tables that have a column.
func (r *Raw) having(column string) []string {
	text := `SELECT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.name = $1 ORDER BY 1`
	if r.postgres {
		text = `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind IN ('r', 'p')
			AND c.relnamespace = 'public'::regnamespace AND a.attname = $1 AND NOT a.attisdropped ORDER BY 1`
	}
	var out []string
	for _, row := range r.rows(text, column) {
		out = append(out, row["name"]+row["relname"])
	}
	return out
}

// Snapshot is all that belongs to an organization: rows by table, each a text.
type Snapshot map[string][]string

// Diff says what two snapshots do not have in common, a line each.
func (s Snapshot) Diff(after Snapshot) (out []string) {
	for table := range maps.Keys(union(s, after)) {
		for _, row := range s[table] {
			if !slices.Contains(after[table], row) {
				out = append(out, "gone or changed in "+table+": "+row)
			}
		}
		for _, row := range after[table] {
			if !slices.Contains(s[table], row) {
				out = append(out, "new or changed in "+table+": "+row)
			}
		}
	}
	slices.Sort(out)
	return out
}

func union(a, b Snapshot) Snapshot {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// Rows is everything of an organization: its own row, its tables' rows, and
// what is kept of the people in it.
func (r *Raw) Rows(org tenants.OrgID) Snapshot {
	r.t.Helper()
	out := Snapshot{}
	r.eachRow(org, func(table string, row map[string]string) { out[table] = append(out[table], fmt.Sprint(row)) })
	for _, rows := range out {
		slices.Sort(rows)
	}
	return out
}

// Secrets are the texts of an organization's rows by which they can be told
// from everybody else's: ids, names, addresses, codes, hashes. Each stands with
// the column it comes from.
func (r *Raw) Secrets(org tenants.OrgID, others ...tenants.OrgID) map[string]string {
	r.t.Helper()
	common := map[string]bool{}
	for _, other := range others {
		r.eachRow(other, func(_ string, row map[string]string) {
			for _, value := range row {
				common[value] = true
			}
		})
	}
	out := map[string]string{}
	r.eachRow(org, func(table string, row map[string]string) {
		for column, value := range row {
			if len(value) >= 8 && !common[value] && !isTime(value) {
				out[value] = table + "." + column
			}
		}
	})
	return out
}

func isTime(s string) bool {
	return len(s) > 10 && s[4] == '-' && s[7] == '-' && (s[10] == 'T' || s[10] == ' ')
}

func (r *Raw) eachRow(org tenants.OrgID, visit func(table string, row map[string]string)) {
	r.t.Helper()
	for _, row := range r.rows("SELECT * FROM organizations WHERE id = $1", string(org)) {
		visit("organizations", row)
	}
	owned := r.Tables()
	for _, table := range owned {
		for _, row := range r.rows("SELECT * FROM "+table+" WHERE tenant_id = $1", string(org)) {
			visit(table, row)
		}
	}
	const people = " IN (SELECT user_id FROM memberships WHERE tenant_id = $1)"
	for _, row := range r.rows("SELECT * FROM users WHERE id"+people, string(org)) {
		visit("users", row)
	}
	for _, table := range r.having("user_id") {
		if slices.Contains(owned, table) {
			continue
		}
		for _, row := range r.rows("SELECT * FROM "+table+" WHERE user_id"+people, string(org)) {
			visit(table, row)
		}
	}
}

// Sow puts a row into every table in which the organization has none: of texts
// that nobody else has, past foreign keys and checks. So a table that is made
// tomorrow has something to lose at once.
func (r *Raw) Sow(orgs ...tenants.OrgID) {
	r.t.Helper()
	for _, table := range r.Tables() {
		for _, org := range orgs {
			if len(r.rows("SELECT 1 AS one FROM "+table+" WHERE tenant_id = $1", string(org))) == 0 {
				r.sow(table, org)
			}
		}
	}
}

func (r *Raw) sow(table string, org tenants.OrgID) {
	r.t.Helper()
	columns := "SELECT name, lower(type) AS type FROM pragma_table_xinfo($1) WHERE hidden = 0"
	if r.postgres {
		columns = `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
			WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''`
		for _, check := range r.rows("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = $1::text::regclass", table) {
			r.exec("ALTER TABLE " + table + " DROP CONSTRAINT " + check["conname"])
		}
	}
	if !r.postgres {
		for _, trigger := range r.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1", table) {
			r.exec("DROP TRIGGER " + trigger["name"])
		}
	}
	var names, holes []string
	var values []any
	for _, c := range r.rows(columns, table) {
		value := made(org, table, c["name"], c["type"])
		if value == nil {
			continue
		}
		names, values = append(names, `"`+c["name"]+`"`), append(values, value)
		holes = append(holes, fmt.Sprintf("$%d", len(values)))
	}
	_, err := r.db.ExecContext(r.t.Context(), "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(holes, ", ")+")", values...)
	must(r.t, err, "sow a row into "+table+", which the test has put nothing into")
}

// made is a value that nobody else has, of a column's type; nil leaves the
// column to its default.
func made(org tenants.OrgID, table, column, kind string) any {
	text := fmt.Sprintf("canary-%s-%s-%s", table, column, uuid.NewString()[24:])
	switch {
	case column == "tenant_id":
		return string(org)
	case kind == "uuid", kind == "text" && (column == "id" || strings.HasSuffix(column, "_id")):
		return uuid.NewString()
	case strings.HasPrefix(kind, "text"), strings.HasPrefix(kind, "char"), strings.HasPrefix(kind, "varchar"):
		if strings.HasSuffix(kind, "[]") {
			return "{" + text + "}"
		}
		return text
	case strings.HasPrefix(kind, "timestamp"), strings.HasPrefix(kind, "date"):
		return Start
	case kind == "bytea", kind == "blob":
		return []byte(text)
	case strings.HasPrefix(kind, "json"):
		return `{"canary": "` + text + `"}`
	case strings.HasPrefix(kind, "bool"):
		return false
	case strings.Contains(kind, "int"), kind == "real", strings.HasPrefix(kind, "double"), strings.HasPrefix(kind, "numeric"):
		return 7
	}
	return nil
}

// Tamper changes rows past every trigger and constraint, as somebody does who
// has the database in hand and means harm.
func (r *Raw) Tamper(text string) {
	r.t.Helper()
	if !r.postgres {
		for _, trigger := range r.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'") {
			r.exec("DROP TRIGGER " + trigger["name"])
		}
	}
	done, err := r.db.ExecContext(r.t.Context(), text)
	must(r.t, err, text)
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		r.t.Fatalf("%s changed nothing (%v)", text, err)
	}
}

func (r *Raw) exec(text string) {
	r.t.Helper()
	_, err := r.db.ExecContext(r.t.Context(), text)
	must(r.t, err, text)
}

// rows are a query's rows as texts by column; null is left out.
func (r *Raw) rows(text string, args ...any) (out []map[string]string) {
	r.t.Helper()
	rows, err := r.db.QueryContext(r.t.Context(), text, args...)
	must(r.t, err, text)
	defer rows.Close()
	names, err := rows.Columns()
	must(r.t, err, text)
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		must(r.t, rows.Scan(into...), text)
		row := make(map[string]string, len(names))
		for i, value := range values {
			if value != nil {
				row[names[i]] = plain(value)
			}
		}
		out = append(out, row)
	}
	must(r.t, rows.Err(), text)
	return out
}

func plain(value any) string {
	switch v := value.(type) {
	case []byte:
		if utf8.Valid(v) {
			return string(v)
		}
		return hex.EncodeToString(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case string:
		return v
	}
	if reflect.ValueOf(value).Kind() == reflect.Array { // a uuid as bytes
		return fmt.Sprintf("%x", value)
	}
	return fmt.Sprint(value)
}
