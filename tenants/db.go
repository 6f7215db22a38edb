package tenants

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"
	gormlog "gorm.io/gorm/logger"
)

// DBOptions say which database to open.
type DBOptions struct {
	// URL is a path of a SQLite file, or a postgres:// address.
	URL string
	Log *slog.Logger
}

// DB is an open database. Everything that touches it goes through one of its
// doors: [DB.Global] and [DB.ReadGlobal] for what belongs to no organization,
// [DB.InOrg] and [DB.ReadOrg] for what belongs to one, [DB.Knowing] for a look-up
// by a value that only its holder can know.
//
// Each door opens one transaction. Do not open a second one inside the first:
// SQLite has one connection that writes.
type DB struct {
	write   *gorm.DB
	read    *gorm.DB // the same as write on PostgreSQL
	dialect string
	pages   *turnstile // of glances
}

// OpenDB opens a database whose migrations have been applied.
func OpenDB(ctx context.Context, o DBOptions) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	open := openSQLite
	if IsPostgres(o.URL) {
		open = openPostgres
	}
	db, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return db, nil
}

// IsPostgres reports whether a database address is one of PostgreSQL.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// Dialect is "sqlite" or "postgres".
func (d *DB) Dialect() string { return d.dialect }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	return errors.Join(ping(ctx, d.write), ping(ctx, d.read))
}

// Close closes all connections.
func (d *DB) Close() error {
	if d.read == d.write {
		return closeHandle(d.write)
	}
	return errors.Join(closeHandle(d.read), closeHandle(d.write))
}

// Analyze counts what is in the tables, for the planner of queries. Afterwards the
// databases see to it themselves; who fills one with a lot at once asks for it.
func (d *DB) Analyze(ctx context.Context) error {
	handle, err := d.write.DB()
	if err != nil {
		return err
	}
	statements := []string{"ANALYZE"}
	if d.dialect == "postgres" { // for who owns the tables; what is new is looked through once, so that no reader has to
		statements = []string{"RESET ROLE", "VACUUM ANALYZE", "SET ROLE " + appRole}
	}
	conn, err := handle.Conn(ctx)
	if err != nil {
		return err
	}
	for _, one := range statements {
		if _, err := conn.ExecContext(ctx, one); err != nil {
			// The connection may have kept the owner's role: it is not to be used again.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
			return fmt.Errorf("%s: %w", one, err)
		}
	}
	return conn.Close()
}

// Global runs fn in a transaction on tables that belong to no organization.
func (d *DB) Global(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if supportOf(ctx) != "" {
		return errSupportWrites
	}
	glanceOf(ctx).pause()
	return d.write.WithContext(withScope(ctx, scope{})).Transaction(fn)
}

// ReadGlobal is [DB.Global] for reading only.
func (d *DB) ReadGlobal(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return d.reading(ctx, scope{}, fn)
}

// InOrg runs fn in a transaction that sees the rows of one organization, and
// those of tables that belong to none.
func (d *DB) InOrg(ctx context.Context, org OrgID, fn func(tx *gorm.DB) error) error {
	if err := parseID(org); err != nil {
		return err
	}
	if supportOf(ctx) != "" {
		return errSupportWrites
	}
	glanceOf(ctx).pause()
	return d.write.WithContext(withScope(ctx, scope{tenant: org})).Transaction(fn)
}

// ReadOrg is [DB.InOrg] for reading only.
func (d *DB) ReadOrg(ctx context.Context, org OrgID, fn func(tx *gorm.DB) error) error {
	if err := parseID(org); err != nil {
		return err
	}
	return d.reading(ctx, scope{tenant: org}, fn)
}

// Capability is a value that lets its holder see the rows that carry it, of
// whatever organization. A table takes part by naming the column in the tag of
// its [TenantID] field, like `known:"room_code=code"`, and by a policy for
// SELECT on PostgreSQL.
type Capability string

// The capabilities.
const (
	KnowsRoomCode       Capability = "room_code"
	KnowsUserID         Capability = "user_id"
	KnowsKeyID          Capability = "key_id"
	KnowsAPIKey         Capability = "api_key"
	KnowsStripeCustomer Capability = "stripe_customer"
	KnowsEmailDomain    Capability = "email_domain" // of one's own confirmed address
	KnowsLogoID         Capability = "logo_id"
	KnowsEmojiID        Capability = "emoji_id"
	KnowsInvite         Capability = "invite" // the hash of an invitation's or an invite link's token
)

// Knowing runs fn in a transaction that reads the rows that carry the value.
func (d *DB) Knowing(ctx context.Context, c Capability, value string, fn func(tx *gorm.DB) error) error {
	if value == "" || !storable(value) {
		return notFound(string(c))
	}
	return d.reading(ctx, scope{knows: c, value: value}, fn)
}

// reading runs fn in a transaction that cannot write, and sees one state of the
// database throughout.
func (d *DB) reading(ctx context.Context, s scope, fn func(tx *gorm.DB) error) error {
	if ok, err := glanceOf(ctx).read(ctx, s, fn); ok {
		return err
	}
	return d.readAlone(ctx, s, fn)
}

// readAlone is reading in a transaction that nobody shares.
func (d *DB) readAlone(ctx context.Context, s scope, fn func(tx *gorm.DB) error) error {
	return d.read.WithContext(withScope(ctx, s)).Transaction(fn, &sql.TxOptions{ReadOnly: true})
}

// question is for a single statement that reads tables of no organization: it needs no
// transaction around it, whose beginning and end cost as much as the question.
func (d *DB) question(ctx context.Context) *gorm.DB {
	return d.read.WithContext(withScope(ctx, scope{}))
}

// openGORM sets up the ORM the same way on both dialects.
func openGORM(d gorm.Dialector, log *slog.Logger) (*gorm.DB, error) {
	g, err := gorm.Open(d, &gorm.Config{
		SkipDefaultTransaction: true, // every door opens one
		TranslateError:         true,
		NowFunc:                func() time.Time { return time.Now().UTC() },
		Logger: gormlog.NewSlogLogger(log, gormlog.Config{
			SlowThreshold:             500 * time.Millisecond,
			LogLevel:                  gormlog.Warn,
			IgnoreRecordNotFoundError: true,
			ParameterizedQueries:      true, // values are people's own and stay out of the log
		}),
	})
	if err != nil {
		return nil, err
	}
	return g, guard(g)
}

func ping(ctx context.Context, g *gorm.DB) error {
	handle, err := g.DB()
	if err != nil {
		return err
	}
	return handle.PingContext(ctx)
}

func closeHandle(g *gorm.DB) error {
	handle, err := g.DB()
	if err != nil {
		return err
	}
	return handle.Close()
}
