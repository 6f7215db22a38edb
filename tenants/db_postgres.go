package tenants

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// appRole is the role that the first migration makes: it owns nothing and
// cannot bypass row-level security.
const appRole = "parley_app"

type postgresDialect struct{}

func (postgresDialect) name() string { return "postgres" }

// snapshot: by default each statement would see what was committed before it.
// https://www.postgresql.org/docs/15/transaction-iso.html
func (postgresDialect) snapshot() sql.IsolationLevel { return sql.LevelRepeatableRead }

// bind lasts until the transaction ends. A plain SET would stay on the
// connection and show this organization's rows to the next one who gets it.
func (postgresDialect) bind(tx *gorm.DB, setting, value string) error {
	_, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context,
		"SELECT set_config($1, $2, true)", "app."+setting, value)
	return err
}

// openPostgres opens a pool on which every connection has taken on the
// application's role, whoever it signed in as.
func openPostgres(ctx context.Context, o DBOptions) (*DB, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, err
	}
	handle := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "SET ROLE "+appRole); err != nil {
			return fmt.Errorf("take on the role %s (are the migrations applied?): %w", appRole, err)
		}
		return nil
	}))
	handle.SetMaxOpenConns(20)
	handle.SetMaxIdleConns(10)
	g, err := openGORM(postgres.New(postgres.Config{Conn: handle}), o.Log)
	if err != nil {
		_ = handle.Close()
		return nil, err
	}
	db := &DB{write: g, read: g, dialect: postgresDialect{}}
	if err := db.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}
