package billing_test

import (
	"context"
	"path/filepath"
	"testing"

	"parley/migrations"
	"parley/tenants"
)

// eachDatabase runs a test on every database that Parley supports.
func eachDatabase(t *testing.T, run func(t *testing.T, db *tenants.DB, newOrg func(name string) tenants.OrgID)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		ctx := context.Background()
		file := filepath.Join(t.TempDir(), "parley.db")
		if err := migrations.Up(ctx, file); err != nil {
			t.Fatal(err)
		}
		db, err := tenants.OpenDB(ctx, tenants.DBOptions{URL: file})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		store := tenants.New(db, tenants.Options{})
		run(t, db, func(name string) tenants.OrgID {
			org, err := store.CreateOrg(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			return org.ID
		})
	})
}
