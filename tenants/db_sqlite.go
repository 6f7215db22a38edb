package tenants

import (
	"context"
	"database/sql"
	"net/url"
	"runtime"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

// openSQLite opens a file twice. One connection writes and takes the lock as its
// transaction begins, so that no transaction fails halfway because another one
// wrote first; many connections read the last committed state meanwhile. The
// database is told nothing of who reads: here the ORM is the wall.
func openSQLite(ctx context.Context, o DBOptions) (*DB, error) {
	write, err := sqliteHandle(o, 1, url.Values{"_txlock": {"immediate"}})
	if err != nil {
		return nil, err
	}
	// What it counts here is what it plans queries by (https://sqlite.org/lang_analyze.html, "Recommended usage patterns").
	if err := optimize(ctx, write); err != nil {
		_ = closeHandle(write)
		return nil, err
	}
	db := &DB{write: write, dialect: "sqlite", pages: newTurnstile(seats(), time.Second)}
	db.read, err = sqliteHandle(o, max(4, runtime.NumCPU()), url.Values{"_pragma": {"query_only(1)"}})
	if err != nil {
		_ = closeHandle(write)
		return nil, err
	}
	if err := db.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// deferKeys lets rows be written before the ones that they point at, in the same
// transaction. On PostgreSQL the keys that need it are declared so.
func deferKeys(tx *gorm.DB) error {
	if tx.Name() != "sqlite" {
		return nil
	}
	_, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, "PRAGMA defer_foreign_keys = ON") // until it commits
	return err
}

func sqliteHandle(o DBOptions, connections int, q url.Values) (*gorm.DB, error) {
	q["_pragma"] = append([]string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)"}, q["_pragma"]...)
	path := (&url.URL{Path: o.URL}).EscapedPath()
	handle, err := sql.Open(sqlite.DriverName, "file:"+path+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	handle.SetMaxOpenConns(connections)
	handle.SetMaxIdleConns(connections)
	g, err := openGORM(&sqlite.Dialector{Conn: handle}, o.Log)
	if err != nil {
		_ = handle.Close()
		return nil, err
	}
	return g, nil
}

func optimize(ctx context.Context, g *gorm.DB) error {
	handle, err := g.DB()
	if err == nil {
		_, err = handle.ExecContext(ctx, "PRAGMA optimize=0x10002")
	}
	return err
}
