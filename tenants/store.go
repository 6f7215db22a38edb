package tenants

import (
	"context"
	"log/slog"
	"time"

	"github.com/jonboulle/clockwork"
	"gorm.io/gorm"
)

// Options are what a store needs besides its database.
type Options struct {
	Clock  clockwork.Clock // nil = the real one
	Log    *slog.Logger    // nil = none
	Secret [32]byte        // the installation's secret: seals media keys

	// PasswordCost is how hard passwords are hashed; zero = as hard as we
	// recommend. Tests make it cheap.
	PasswordCost PasswordCost
}

// Store is the door to people and to the directory of organizations, and through
// [Store.Org] to what belongs to one organization.
type Store struct {
	db       *DB
	clock    clockwork.Clock
	log      *slog.Logger
	sealer   sealer
	password hasher
	sessions *SessionStorage
	history  *history
	told     *Recent[[]announcementRow] // what announcements there are: when each runs
}

// New makes a store.
func New(db *DB, o Options) *Store {
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Store{
		db:       db,
		clock:    o.Clock,
		log:      o.Log,
		sealer:   newSealer(o.Secret),
		password: newHasher(o.PasswordCost),
		sessions: &SessionStorage{db: db, clock: o.Clock},
		history:  newHistory(),
		told:     NewRecent[[]announcementRow](o.Clock),
	}
}

// Sessions is where the web tier keeps its sessions.
func (s *Store) Sessions() *SessionStorage { return s.sessions }

// now is the present, as exact as both databases can keep it.
func (s *Store) now() time.Time { return s.clock.Now().UTC().Truncate(time.Microsecond) }

// Scoped is the door to one organization's rows.
type Scoped struct {
	store *Store
	org   OrgID
}

// Org opens the door to an organization. Whether there is such an organization
// shows when something is asked of it.
func (s *Store) Org(id OrgID) *Scoped { return &Scoped{store: s, org: id} }

func (o *Scoped) write(ctx context.Context, tried string, fn func(tx *gorm.DB) error) error {
	return wrap(o.store.db.InOrg(ctx, o.org, fn), tried)
}

func (o *Scoped) read(ctx context.Context, tried string, fn func(tx *gorm.DB) error) error {
	return wrap(o.store.db.ReadOrg(ctx, o.org, fn), tried)
}
