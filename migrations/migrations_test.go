package migrations_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	_ "github.com/glebarez/go-sqlite"

	"parley/migrations"
)

func TestUpFromNothingAndAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a name with spaces?.db")
	before, err := migrations.Status(t.Context(), path)
	if err != nil || len(before) < 2 || before[0].Applied || before[0].Version != 1 {
		t.Fatalf("before: %+v, %v", before, err)
	}
	for range 2 {
		if err := migrations.Up(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	after, err := migrations.Status(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range after {
		if !s.Applied || s.At.IsZero() || s.Name == "" {
			t.Errorf("step %+v is not applied", s)
		}
	}
}

// TestAStepThatCameLaterIsApplied is a database of a version that had step 49 and no step 47 yet.
func TestAStepThatCameLaterIsApplied(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	if err := migrations.Up(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, undo := range []string{"DROP TABLE chat_file_parts", "DROP TABLE chat_files", "DELETE FROM goose_db_version WHERE version_id = 47"} {
		if _, err := db.ExecContext(t.Context(), undo); err != nil {
			t.Fatal(err)
		}
	}
	if err := migrations.Up(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	var files int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM chat_files").Scan(&files); err != nil {
		t.Error(err)
	}
}

// TestSeveralAtOnce is a server and an admin command on one new folder.
func TestSeveralAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	errs := make([]error, 6)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = migrations.Up(t.Context(), path) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

// TestBothDialectsHaveTheSameSteps compares names and, as SQLite knows them,
// tables.
func TestBothDialectsHaveTheSameSteps(t *testing.T) {
	names := func(dir string) []string {
		files, err := fs.Glob(os.DirFS(dir), "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	if lite, post := names("sqlite"), names("postgres"); !slices.Equal(lite, post) {
		t.Errorf("sqlite has %v, postgres has %v", lite, post)
	}
}

// TestTenantTablesInSQLite holds the tables of the embedded database to the rule
// that PostgreSQL's catalogue test holds the others to.
func TestTenantTablesInSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	if err := migrations.Up(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT m.name, c.pk FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name = 'tenant_id'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var table string
		var position int
		if err := rows.Scan(&table, &position); err != nil {
			t.Fatal(err)
		}
		n++
		if position != 1 {
			t.Errorf("%s: the primary key does not begin with tenant_id", table)
		}
	}
	if err := rows.Err(); err != nil || n < 8 {
		t.Errorf("%d tables with tenant_id, %v", n, err)
	}
}

func TestABadAddressSaysSo(t *testing.T) {
	if err := migrations.Up(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder", "x.db")); err == nil {
		t.Error("a missing folder was not noticed")
	}
	if err := migrations.Up(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"); err == nil {
		t.Error("a missing server was not noticed")
	}
}
