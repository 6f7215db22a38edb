package tenants

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// glance is what the doors for reading share for as long as a page is made: a seat at
// the database and, on PostgreSQL, a transaction. Each would begin and end one of its
// own there otherwise, at the price of the question itself.
type glance struct {
	db   *DB
	base context.Context // the page's; that of a door may end sooner

	mu     sync.Mutex // held while a door is open
	seated bool
	tx     *gorm.DB // nil = none has begun
	scope  scope    // whose rows the database shows in it
	over   bool
	idle   *time.Timer
}

type glanceKey struct{}

// glanceIdle is how long a seat is kept for a page that asks nothing: it may wait for
// somebody else's server meanwhile.
const glanceIdle = 50 * time.Millisecond

// Glance has the doors for reading that are opened with the context share one seat, and
// on PostgreSQL one transaction in which they see one state of the database, until
// something is written with it or done is called. Each door shows what it always does,
// and nothing of the one before. It is for what one goroutine does in a moment, like
// making a page; a door that is opened beside or inside another is no part of it.
//
// Few are at it at once, the others wait in line ([turnstile]): on two cores, 20 people
// who open pages without a pause get more of them, and the slowest of twenty in little
// more than half the time.
//
// On SQLite each door keeps a transaction of its own: it costs little there, and a page
// would keep one of the few connections from the others while it is drawn.
func (d *DB) Glance(ctx context.Context) (with context.Context, done func()) {
	g := &glance{db: d, base: ctx}
	g.idle = time.AfterFunc(time.Hour, g.pause)
	g.idle.Stop()
	return context.WithValue(ctx, glanceKey{}, g), g.done
}

// Glance is [DB.Glance].
func (s *Store) Glance(ctx context.Context) (with context.Context, done func()) {
	return s.db.Glance(ctx)
}

func glanceOf(ctx context.Context) *glance {
	g, _ := ctx.Value(glanceKey{}).(*glance)
	return g
}

// read runs fn as a door of the glance; ok is false when it cannot.
func (g *glance) read(ctx context.Context, s scope, fn func(tx *gorm.DB) error) (ok bool, err error) {
	if g == nil || !g.mu.TryLock() {
		return false, nil
	}
	defer g.mu.Unlock()
	if g.over {
		return false, nil
	}
	if !g.seated && !g.db.pages.enter(g.base) {
		g.over = true // where others hold the seats for long, each door goes for itself
		return false, nil
	}
	g.seated = true
	g.idle.Stop()
	defer func() {
		if g.seated {
			g.idle.Reset(glanceIdle)
		}
	}()
	if g.db.dialect != "postgres" {
		return true, g.db.readAlone(ctx, s, fn)
	}
	fine := false
	defer func() {
		if !fine {
			g.end()
		}
	}()
	if err := g.show(s); err != nil {
		return true, err
	}
	err = fn(g.tx.Session(&gorm.Session{NewDB: true, Context: withScope(ctx, s)}))
	fine = unharmed(err)
	return true, err
}

// unharmed reports whether the transaction goes on after what a door has said. After a
// fault of its own PostgreSQL refuses all that follows; that something is not there, or
// is not for the asker, is an answer. A page that began another transaction after each
// would stand in line again.
func unharmed(err error) bool {
	var said *pgconn.PgError
	var ours *Error
	switch {
	case err == nil:
		return true
	case errors.As(err, &said):
		return false
	}
	return errors.Is(err, gorm.ErrRecordNotFound) || errors.As(err, &ours)
}

// show has the database show the rows of a scope, and those of no other.
func (g *glance) show(s scope) error {
	if g.tx == nil {
		tx := g.db.read.WithContext(withScope(g.base, s)).Begin(&sql.TxOptions{ReadOnly: true})
		if tx.Error != nil {
			return tx.Error
		}
		g.tx, g.scope = tx, s
		return nil
	}
	if g.scope == s {
		return nil
	}
	before, _ := g.scope.setting()
	setting, value := s.setting()
	g.scope = s
	pool := g.tx.Statement.ConnPool
	var err error
	switch {
	case before == "":
		_, err = pool.ExecContext(g.base, "SELECT set_config($1, $2, true)", "app."+setting, value)
	case setting == "" || setting == before:
		_, err = pool.ExecContext(g.base, "SELECT set_config($1, $2, true)", "app."+before, value)
	default:
		_, err = pool.ExecContext(g.base, "SELECT set_config($1, '', true), set_config($2, $3, true)", "app."+before, "app."+setting, value)
	}
	return err
}

// end ends the transaction, and leaves the seat. Call with mu.
func (g *glance) end() {
	if g.tx != nil {
		g.tx.Rollback() // it has written nothing
		g.tx = nil
	}
	if g.seated {
		g.seated = false
		g.db.pages.leave()
	}
}

// pause leaves the seat; the next door stands in line again.
func (g *glance) pause() {
	if g == nil || !g.mu.TryLock() {
		return
	}
	defer g.mu.Unlock()
	g.end()
}

func (g *glance) done() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.idle.Stop()
	g.over = true
	g.end()
}
