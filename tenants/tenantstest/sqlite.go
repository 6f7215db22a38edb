package tenantstest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"parley/migrations"
)

// migrated is a SQLite file with all migrations, made once a process.
var migrated = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "parley-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := migrations.Up(context.Background(), path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// SQLitePath makes a new SQLite file with all migrations, and gives its path.
func SQLitePath(t testing.TB) string {
	t.Helper()
	file, err := migrated()
	if err != nil {
		t.Fatalf("SQLite for tests: %v", err)
	}
	path := filepath.Join(t.TempDir(), "parley.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatalf("SQLite for tests: %v", err)
	}
	return path
}
