package tenants_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// dbTable is what both databases say of a table.
type dbTable struct {
	columns map[string]bool // name → NOT NULL
	primary []string
	uniques [][]string // also those of indexes, partial ones too
	foreign []reference
}

// reference is a foreign key.
type reference struct {
	from    []string
	to      string
	columns []string
}

// String is for comparing and for people.
func (d dbTable) String() string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(d.columns)) {
		lines = append(lines, fmt.Sprintf("  %s not null %t", name, d.columns[name] || slices.Contains(d.primary, name)))
	}
	for _, u := range d.uniques {
		lines = append(lines, "  unique "+strings.Join(u, ", "))
	}
	for _, f := range d.foreign {
		lines = append(lines, fmt.Sprintf("  %v refers to %s %v", f.from, f.to, f.columns))
	}
	slices.Sort(lines)
	return "  primary key " + strings.Join(d.primary, ", ") + "\n" + strings.Join(slices.Compact(lines), "\n")
}

func sqliteTables(t *testing.T, handle *sql.DB) map[string]dbTable {
	t.Helper()
	out := map[string]dbTable{}
	for _, name := range columnTexts(t, handle, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'") {
		d := dbTable{columns: map[string]bool{}}
		for _, row := range rowTexts(t, handle, `SELECT name, "notnull", pk FROM pragma_table_info(?) ORDER BY pk, cid`, name) {
			d.columns[row[0]] = row[1] == "1"
			if row[2] != "0" {
				d.primary = append(d.primary, row[0])
			}
		}
		for _, index := range columnTexts(t, handle, `SELECT name FROM pragma_index_list(?) WHERE "unique" AND origin <> 'pk'`, name) {
			d.uniques = append(d.uniques, columnTexts(t, handle, "SELECT coalesce(name, '(expression)') FROM pragma_index_info(?) ORDER BY seqno", index))
		}
		for _, id := range columnTexts(t, handle, "SELECT DISTINCT id FROM pragma_foreign_key_list(?)", name) {
			var f reference
			for _, row := range rowTexts(t, handle, `SELECT "from", "table", coalesce("to", '') FROM pragma_foreign_key_list(?) WHERE id = CAST(? AS INTEGER) ORDER BY seq`, name, id) {
				f.from, f.to, f.columns = append(f.from, row[0]), row[1], append(f.columns, row[2])
			}
			d.foreign = append(d.foreign, f)
		}
		out[name] = d
	}
	return out
}

func postgresTables(t *testing.T, handle *sql.DB) map[string]dbTable {
	t.Helper()
	out := map[string]dbTable{}
	for _, name := range columnTexts(t, handle, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose_%'") {
		d := dbTable{columns: map[string]bool{}}
		for _, row := range rowTexts(t, handle, `SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped`, name) {
			d.columns[row[0]] = row[1] == "true"
		}
		const index = `SELECT i.indexrelid::regclass, i.indisprimary, coalesce(a.attname, '(expression)') FROM pg_index i
			CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS c (num, pos)
			LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = c.num AND c.num > 0
			WHERE i.indrelid = $1::text::regclass AND i.indisunique ORDER BY i.indexrelid, c.pos`
		last := ""
		for _, row := range rowTexts(t, handle, index, name) {
			switch {
			case row[1] == "true":
				d.primary = append(d.primary, row[2])
			case row[0] == last:
				d.uniques[len(d.uniques)-1] = append(d.uniques[len(d.uniques)-1], row[2])
			default:
				d.uniques = append(d.uniques, []string{row[2]})
			}
			last = row[0]
		}
		const foreign = `SELECT k.oid, a.attname, k.confrelid::regclass, b.attname FROM pg_constraint k
			CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS c (num, other, pos)
			JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.num
			JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = c.other
			WHERE k.conrelid = $1::text::regclass AND k.contype = 'f' ORDER BY k.oid, c.pos`
		last = ""
		for _, row := range rowTexts(t, handle, foreign, name) {
			if row[0] != last {
				d.foreign = append(d.foreign, reference{to: row[2]})
			}
			f := &d.foreign[len(d.foreign)-1]
			f.from, f.columns = append(f.from, row[1]), append(f.columns, row[3])
			last = row[0]
		}
		out[name] = d
	}
	return out
}

// tenantTables are the tables that belong to organizations.
func tenantTables(t *testing.T, handle *sql.DB) []string {
	t.Helper()
	return columnTexts(t, handle, `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attname = 'tenant_id' AND NOT a.attisdropped ORDER BY 1`)
}

// columnTexts are the values of a query with one column.
func columnTexts(t *testing.T, handle *sql.DB, text string, args ...any) (out []string) {
	t.Helper()
	for _, row := range rowTexts(t, handle, text, args...) {
		out = append(out, row[0])
	}
	return out
}

// rowTexts are the rows of a query as text.
func rowTexts(t *testing.T, handle *sql.DB, text string, args ...any) (out [][]string) {
	t.Helper()
	rows, err := handle.QueryContext(t.Context(), text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row, into := make([]string, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func countOf(t *testing.T, handle *sql.DB, text string, args ...any) (n int) {
	t.Helper()
	query(t, handle, []any{&n}, text, args...)
	return n
}
