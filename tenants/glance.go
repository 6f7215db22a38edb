package tenants

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"gorm.io/gorm"
)

// glance is a transaction that the doors for reading share for as long as a page is
// made. On PostgreSQL each would begin and end one of its own otherwise, at the
// price of the question itself.
type glance struct {
	db   *DB
	base context.Context // the page's; that of a door may end sooner

	mu    sync.Mutex // held while a door is open
	tx    *gorm.DB   // nil = none has begun
	scope scope      // whose rows the database shows in it
	over  bool
	idle  *time.Timer
}

type glanceKey struct{}

// glanceIdle is how long a connection is kept for a page that asks nothing: it may
// wait for somebody else's server meanwhile.
const glanceIdle = 50 * time.Millisecond

// Glance has the doors for reading that are opened with the context share one
// transaction, and see one state of the database, until something is written with it
// or done is called. Each door shows what it always does, and nothing of the one
// before. It is for what one goroutine does in a moment, like making a page; a door
// that is opened beside or inside another has a transaction of its own.
//
// Few are at it at once, the others wait in line ([turnstile]): on two cores, 20 people
// who open pages without a pause get more of them, and the slowest of twenty in little
// more than half the time.
//
// On SQLite it changes nothing: a transaction costs little there, and a page would
// keep one of the few connections from the others while it is drawn.
func (d *DB) Glance(ctx context.Context) (with context.Context, done func()) {
	if d.dialect != "postgres" {
		return ctx, func() {}
	}
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

// read runs fn in the shared transaction; ok is false when it cannot.
func (g *glance) read(ctx context.Context, s scope, fn func(tx *gorm.DB) error) (ok bool, err error) {
	if g == nil || !g.mu.TryLock() {
		return false, nil
	}
	defer g.mu.Unlock()
	if g.over {
		return false, nil
	}
	if g.tx == nil && !g.db.pages.enter(g.base) {
		g.over = true // where others hold the seats for long, each door goes for itself
		return false, nil
	}
	fine := false
	defer func() {
		if !fine { // after a fault PostgreSQL refuses all that follows
			g.end()
		}
	}()
	g.idle.Stop()
	if err := g.show(s); err != nil {
		return true, err
	}
	err = fn(g.tx.Session(&gorm.Session{NewDB: true, Context: withScope(ctx, s)}))
	if fine = err == nil; fine {
		g.idle.Reset(glanceIdle)
	}
	return true, err
}

// show has the database show the rows of a scope, and those of no other.
func (g *glance) show(s scope) error {
	if g.tx == nil {
		tx := g.db.read.WithContext(withScope(g.base, s)).Begin(&sql.TxOptions{ReadOnly: true})
		if tx.Error != nil {
			g.db.pages.leave()
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

// end ends the transaction. Call with mu.
func (g *glance) end() {
	if g.tx != nil {
		g.tx.Rollback() // it has written nothing
		g.tx = nil
		g.db.pages.leave()
	}
}

// pause ends the transaction; the next door begins another one.
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
