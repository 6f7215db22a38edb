package tenants

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
)

// appRole is the role that the first migration makes: it owns nothing and
// cannot bypass row-level security.
const appRole = "parley_app"

// scopedConnector makes connections whose transactions name, as they begin, the
// organization or the known value whose rows they may see. It lasts until the
// transaction ends: a plain SET would stay on the connection and show these rows to
// the next one who gets it. That both go to the server in one message saves a round
// trip at every door.
type scopedConnector struct{ driver.Connector }

func (c scopedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	pg, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of type %T", conn), conn.Close())
	}
	return scopedConn{pg}, nil
}

type scopedConn struct{ *stdlib.Conn }

// BeginTx begins as PostgreSQL does by default; what only reads sees one state of
// the database throughout. https://www.postgresql.org/docs/15/transaction-iso.html
func (c scopedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	if o.Isolation != 0 {
		return nil, fmt.Errorf("isolation level %d was asked for", o.Isolation)
	}
	query := "begin"
	if o.ReadOnly {
		query = "begin isolation level repeatable read, read only"
	}
	if setting, value := scopeOf(ctx).setting(); setting != "" {
		if !storable(value) { // it would end the message early
			return nil, errors.New("a value that is no text")
		}
		value, err := c.Conn.Conn().PgConn().EscapeString(value)
		if err != nil {
			return nil, err
		}
		query += "; SELECT set_config('app." + setting + "', '" + value + "', true)"
	}
	tx, err := c.Conn.Conn().BeginTx(ctx, pgx.TxOptions{BeginQuery: query})
	if err != nil {
		return nil, fmt.Errorf("name the reader to the database: %w", err)
	}
	return scopedTx{ctx, tx}, nil
}

type scopedTx struct {
	ctx context.Context
	tx  pgx.Tx
}

func (t scopedTx) Commit() error   { return t.tx.Commit(t.ctx) }
func (t scopedTx) Rollback() error { return t.tx.Rollback(t.ctx) }

// openPostgres opens a pool on which every connection has taken on the
// application's role, whoever it signed in as.
func openPostgres(ctx context.Context, o DBOptions) (*DB, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		// Else each connection plans each statement five times before it believes that
		// one plan does for all values.
		// https://www.postgresql.org/docs/15/runtime-config-query.html#GUC-PLAN-CACHE-MODE
		"plan_cache_mode": "force_generic_plan",
		"jit":             "off", // it pays for questions of seconds, not of milliseconds
	} {
		if _, set := config.RuntimeParams[name]; !set {
			config.RuntimeParams[name] = value
		}
	}
	handle := sql.OpenDB(scopedConnector{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "SET ROLE "+appRole); err != nil {
			return fmt.Errorf("take on the role %s (are the migrations applied?): %w", appRole, err)
		}
		return nil
	}))})
	// A connection is a process of the server's, which has planned our statements: it is kept over a pause between two clicks.
	handle.SetMaxOpenConns(20)
	handle.SetMaxIdleConns(20)
	handle.SetConnMaxIdleTime(5 * time.Minute)
	g, err := openGORM(postgres.New(postgres.Config{Conn: handle}), o.Log)
	if err != nil {
		_ = handle.Close()
		return nil, err
	}
	db := &DB{write: g, read: g, dialect: "postgres", pages: newTurnstile(seats(), time.Second)}
	if err := db.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}
