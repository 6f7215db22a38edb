// Package migrations brings a database up to date. The steps are SQL, one set a
// dialect, embedded in the binary and applied by goose; each has the same number
// and the same effect in both.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"time"

	_ "github.com/glebarez/go-sqlite" // registers the driver "sqlite"
	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed sqlite/*.sql postgres/*.sql
var steps embed.FS

// Step is one migration and whether the database has it.
type Step struct {
	Version int64
	Name    string
	Applied bool
	At      time.Time // when it was applied
}

// Up applies what the database lacks. Several processes may call it at once.
// The address is a path of a SQLite file or a postgres:// URL.
func Up(ctx context.Context, address string) error {
	free, err := queue(ctx, address)
	if err != nil {
		return fmt.Errorf("bring the database up to date: %w", err)
	}
	return errors.Join(up(ctx, address), free())
}

func up(ctx context.Context, address string) error {
	return with(address, func(p *goose.Provider) error {
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("bring the database up to date: %w", err)
		}
		return nil
	})
}

// queue lets one process at a time bring a SQLite file up to date: goose reads what is applied before its first transaction, so two
// of them would both begin at step one. On PostgreSQL a session lock does the same, see openPostgres.
func queue(ctx context.Context, address string) (free func() error, err error) {
	if isPostgres(address) {
		return func() error { return nil }, nil
	}
	file := flock.New(address + ".migrating")
	if _, err := file.TryLockContext(ctx, lockRetry); err != nil {
		return nil, fmt.Errorf("wait for another process's migration: %w", err)
	}
	return file.Unlock, nil // the file stays: who removed it could remove another's lock
}

// lockRetry is how often a waiting process looks again.
const lockRetry = 20 * time.Millisecond

// Status lists all steps in order.
func Status(ctx context.Context, address string) ([]Step, error) {
	var out []Step
	err := with(address, func(p *goose.Provider) error {
		all, err := p.Status(ctx)
		if err != nil {
			return fmt.Errorf("read the state of the database: %w", err)
		}
		for _, s := range all {
			out = append(out, Step{
				Version: s.Source.Version,
				Name:    s.Source.Path,
				Applied: s.State == goose.StateApplied,
				At:      s.AppliedAt,
			})
		}
		return nil
	})
	return out, err
}

// with opens the database for as long as fn runs.
func with(address string, fn func(*goose.Provider) error) error {
	open := openSQLite
	if isPostgres(address) {
		open = openPostgres
	}
	provider, db, err := open(address)
	if err != nil {
		return fmt.Errorf("open the database for migrations: %w", err)
	}
	return errors.Join(fn(provider), db.Close())
}

func isPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

func openSQLite(path string) (*goose.Provider, *sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	return provider(goose.DialectSQLite3, db, "sqlite")
}

func openPostgres(address string) (*goose.Provider, *sql.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, nil, err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, err
	}
	return provider(goose.DialectPostgres, stdlib.OpenDB(*config), "postgres", goose.WithSessionLocker(locker))
}

func provider(d goose.Dialect, db *sql.DB, folder string, options ...goose.ProviderOption) (*goose.Provider, *sql.DB, error) {
	files, err := fs.Sub(steps, folder)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	// Several people write steps at a time, and one with a lower number may come later: it is applied all the same.
	options = append(options, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	p, err := goose.NewProvider(d, db, files, options...)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return p, db, nil
}
