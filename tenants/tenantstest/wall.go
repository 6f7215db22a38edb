package tenantstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"parley/tenants"
)

// DropORMWall switches the scope off by hand, for as long as the database is
// open: statements are no longer limited to an organization by the ORM. On
// PostgreSQL the database alone must keep organizations apart then; on SQLite
// nothing does, which shows that a test would notice.
//
// Only new rows are still put into the organization of their transaction: the
// database has no other way to know whose they are. Whether it takes rows of
// others is tried with SQL by hand.
func DropORMWall(t testing.TB, db *tenants.DB) {
	t.Helper()
	for _, door := range []func(context.Context, func(*gorm.DB) error) error{db.Global, db.ReadGlobal} {
		err := door(t.Context(), func(tx *gorm.DB) error {
			cb := tx.Callback()
			if cb.Query().Get(noWall) != nil {
				return nil // PostgreSQL reads and writes by one handle
			}
			return errors.Join(
				cb.Query().Before("gorm:query").Register(noWall, unlimit),
				cb.Row().Before("gorm:row").Register(noWall, unlimit),
				cb.Update().Before("gorm:update").Register(noWall, unlimit),
				cb.Delete().Before("gorm:delete").Register(noWall, unlimit),
			)
		})
		if err != nil {
			t.Fatalf("switch the scope off: %v", err)
		}
	}
}

const noWall = "tenantstest:no wall"

// unlimit takes the clauses of [tenants.TenantID] away from one statement.
func unlimit(tx *gorm.DB) {
	if tx.Statement.Schema == nil {
		return
	}
	s := &schema.Schema{} // a copy, as the model's own is shared by all statements; its lock is for the time when a model is first read
	reflect.ValueOf(s).Elem().Set(reflect.ValueOf(tx.Statement.Schema).Elem())
	s.QueryClauses, s.UpdateClauses, s.DeleteClauses = others(s.QueryClauses), others(s.UpdateClauses), others(s.DeleteClauses)
	tx.Statement.Schema = s
}

func others(all []clause.Interface) []clause.Interface {
	return slices.DeleteFunc(slices.Clone(all), func(c clause.Interface) bool { return fmt.Sprintf("%T", c) == "tenants.tenantClause" })
}
