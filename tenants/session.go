package tenants

import (
	"context"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// SessionStorage keeps the web tier's sessions in the database, so that a restart
// signs nobody out. It has the method set of Fiber's Storage. Of the key, which
// is what the cookie holds, only the hash is kept.
type SessionStorage struct {
	db    *DB
	clock clockwork.Clock

	mu    sync.Mutex // guards swept
	swept time.Time  // when expired sessions were last deleted
}

const (
	sessionTimeout = 5 * time.Second // the interface has no context
	sweepEvery     = 10 * time.Minute
)

// Get gives the session's data, or nil when there is none or its time is over.
func (s *SessionStorage) Get(key string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), sessionTimeout)
	defer cancel()
	var rows []sessionRow
	err := s.db.question(ctx).Where("id = ? AND (expires_at IS NULL OR expires_at > ?)", hashToken(key), s.now()).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, wrap(err, "read a session")
	}
	return rows[0].Data, nil
}

// Set keeps the data for as long as expiry says; 0 is for ever. An empty key or
// value is ignored.
func (s *SessionStorage) Set(key string, value []byte, expiry time.Duration) error {
	if key == "" || len(value) == 0 {
		return nil
	}
	row := sessionRow{ID: hashToken(key), Data: value}
	if expiry > 0 {
		until := s.now().Add(expiry)
		row.ExpiresAt = &until
	}
	return wrap(s.write(func(tx *gorm.DB) error {
		if err := s.sweep(tx); err != nil {
			return err
		}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	}), "keep a session")
}

// Delete forgets a session.
func (s *SessionStorage) Delete(key string) error {
	return wrap(s.write(func(tx *gorm.DB) error {
		return tx.Where("id = ?", hashToken(key)).Delete(&sessionRow{}).Error
	}), "delete a session")
}

// Reset forgets all sessions.
func (s *SessionStorage) Reset() error {
	return wrap(s.write(func(tx *gorm.DB) error {
		return tx.Where("id <> ?", "").Delete(&sessionRow{}).Error
	}), "delete all sessions")
}

// Close does nothing: the database is closed by who opened it.
func (s *SessionStorage) Close() error { return nil }

func (s *SessionStorage) write(fn func(tx *gorm.DB) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), sessionTimeout)
	defer cancel()
	return s.db.Global(ctx, fn)
}

// sweep deletes what has expired, now and then.
func (s *SessionStorage) sweep(tx *gorm.DB) error {
	now := s.now()
	s.mu.Lock()
	due := now.Sub(s.swept) >= sweepEvery
	if due {
		s.swept = now
	}
	s.mu.Unlock()
	if !due {
		return nil
	}
	return tx.Where("expires_at <= ?", now).Delete(&sessionRow{}).Error
}

func (s *SessionStorage) now() time.Time { return s.clock.Now().UTC().Truncate(time.Microsecond) }
