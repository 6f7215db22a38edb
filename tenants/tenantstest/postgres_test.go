package tenantstest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { Main(m) }

// TestAMissingPostgresSaysWhatToInstall is what a test fails with then.
func TestAMissingPostgresSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := findPostgres(filepath.Join(t.TempDir(), "*", "bin"))
	if err == nil || !strings.Contains(err.Error(), "install PostgreSQL") {
		t.Errorf("said: %v", err)
	}
}

func TestTheNewestPostgresIsTaken(t *testing.T) {
	dir := t.TempDir()
	for _, version := range []string{"9", "15", "16"} {
		bin := filepath.Join(dir, version, "bin")
		if err := os.MkdirAll(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, "initdb"), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := findPostgres(filepath.Join(dir, "*", "bin")); err != nil || got != filepath.Join(dir, "16", "bin") {
		t.Errorf("took %s, %v", got, err)
	}
}

// TestEveryTestHasADatabaseOfItsOwn, and it is gone afterwards.
func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	var first, second string
	t.Run("two", func(t *testing.T) {
		first, second = PostgresURL(t), PostgresURL(t)
		if first == second {
			t.Fatalf("twice the same: %s", first)
		}
		for _, url := range []string{first, second} {
			conn, err := pgx.Connect(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			var super bool
			var rooms int
			err = conn.QueryRow(t.Context(), "SELECT rolsuper, (SELECT count(*) FROM rooms) FROM pg_roles WHERE rolname = current_user").Scan(&super, &rooms)
			if err != nil || super || rooms != 0 {
				t.Errorf("superuser %t, %d rooms, %v", super, rooms, err)
			}
			if err := conn.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	if _, err := pgx.Connect(t.Context(), first); err == nil {
		t.Error("the database outlived its test")
	}
}
