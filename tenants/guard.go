package tenants

import (
	"errors"
	"strings"

	"gorm.io/gorm"
)

// ErrUnguarded is the fault of a statement that the ORM could not scope: SQL
// written by hand, or a table without its model.
var ErrUnguarded = errors.New("tenants: use a model; SQL by hand cannot be kept inside an organization")

// guard refuses the statements that never reach a [TenantID]. The ORM scopes
// what it builds from a model; everything else would be a way around.
func guard(g *gorm.DB) error {
	cb := g.Callback()
	return errors.Join(
		cb.Query().Before("gorm:query").Register("parley:guard", guardModel),
		cb.Row().Before("gorm:row").Register("parley:guard", guardModel),
		cb.Update().Before("gorm:update").Register("parley:guard", guardModel),
		cb.Delete().Before("gorm:delete").Register("parley:guard", guardModel),
		cb.Create().Before("gorm:create").Register("parley:guard", guardCreate),
		cb.Raw().Before("gorm:raw").Register("parley:guard", guardRaw),
	)
}

func guardModel(tx *gorm.DB) {
	if tx.Statement.Schema == nil || tx.Statement.SQL.Len() > 0 {
		_ = tx.AddError(ErrUnguarded)
	}
}

// guardCreate also covers Unscoped, with which the ORM skips the clauses of a
// field on creating.
func guardCreate(tx *gorm.DB) {
	guardModel(tx)
	if tx.Statement.Unscoped {
		_ = tx.AddError(ErrUnguarded)
	}
}

// guardRaw lets through only what the ORM itself sends for nested transactions.
func guardRaw(tx *gorm.DB) {
	sql := tx.Statement.SQL.String()
	for _, own := range []string{"SAVEPOINT ", "ROLLBACK TO SAVEPOINT ", "RELEASE SAVEPOINT "} {
		if strings.HasPrefix(sql, own) && !strings.Contains(sql, ";") {
			return
		}
	}
	_ = tx.AddError(ErrUnguarded)
}
