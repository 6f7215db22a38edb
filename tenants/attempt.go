package tenants

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Try says who tries something that can be guessed, as far as one can know before
// it has succeeded.
type Try struct {
	Network string // address that the request came from
	Device  string // digest of the browser's own secret; "" for a browser seen for the first time
}

// allowance is how many failures something forgives, and how long it is held
// after more: twice as long after each, up to a longest time.
type allowance struct {
	free          int
	window        time.Duration
	hold, longest time.Duration
}

// The allowances. An account's is small, since only its owner types there. A
// network may be an office, a domain a whole organization.
var (
	perAccount = allowance{free: 5, window: 15 * time.Minute, hold: time.Minute, longest: 15 * time.Minute}
	perNetwork = allowance{free: 50, window: 10 * time.Minute, hold: 5 * time.Minute, longest: 30 * time.Minute}
	perDomain  = allowance{free: 200, window: 10 * time.Minute, hold: 5 * time.Minute, longest: 30 * time.Minute}
	perMailbox = allowance{free: 3, window: time.Hour, hold: 30 * time.Minute, longest: 2 * time.Hour} // mails that somebody else may ask for
)

// counter is one thing that tries are counted on.
type counter struct {
	id string
	allowance
	cleared bool // a success clears it, instead of taking one failure back
}

type attemptRow struct {
	ID        string `gorm:"primaryKey"`
	Failures  int
	Since     time.Time
	HeldUntil *time.Time
	ExpiresAt time.Time
}

func (attemptRow) TableName() string { return "attempts" }

// count names a counter; what it counts on is kept as a digest only.
func count(kind, on string, a allowance) counter {
	return counter{id: hashToken(kind + " " + on), allowance: a, cleared: kind == "account" || kind == "operator"}
}

// signInCounters are what a sign-in by password counts on. A browser that this
// person has signed in with before counts for itself, so that a stranger who
// guesses keeps nobody out of their own account. The domain stands for the
// organization: counting on memberships would tell which addresses have an
// account.
func signInCounters(email string, t Try, known bool) []counter {
	if known {
		return []counter{count("account", email+" "+t.Device, perAccount)}
	}
	all := []counter{count("account", email, perAccount)}
	if t.Network != "" {
		all = append(all, count("network", t.Network, perNetwork))
	}
	if _, domain, ok := strings.Cut(email, "@"); ok && !sharedDomain(domain) {
		all = append(all, count("domain", domain, perDomain))
	}
	return all
}

// begin counts a try before it is made, so that many at once are not judged by
// the same count. It fails with [CodeHeld] while one of the counters is held.
func (s *Store) begin(ctx context.Context, counters []counter) error {
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		for _, c := range counters {
			if err := s.beginOne(tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "count a try")
}

func (s *Store) beginOne(tx *gorm.DB, c counter) error {
	now := s.now()
	fresh := attemptRow{ID: c.id, Since: now, ExpiresAt: now.Add(c.window)}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
		return err
	}
	var row attemptRow
	if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", c.id).Take(&row).Error; err != nil {
		return err
	}
	if row.HeldUntil != nil && now.Before(*row.HeldUntil) {
		return &Error{Code: CodeHeld, Key: KeyHeld, Until: row.HeldUntil.UTC()}
	}
	if !now.Before(row.ExpiresAt) {
		row.Failures, row.Since = 0, now
	}
	row.Failures++
	row.HeldUntil, row.ExpiresAt = nil, now.Add(c.window)
	if over := row.Failures - c.free; over >= 0 {
		until := now.Add(min(c.hold<<min(over, 10), c.longest))
		row.HeldUntil, row.ExpiresAt = &until, until.Add(c.window)
	}
	return tx.Model(&attemptRow{}).Where("id = ?", c.id).Select("failures", "since", "held_until", "expires_at").Updates(&row).Error
}

// succeed takes the try back that turned out to be right.
func (s *Store) succeed(tx *gorm.DB, counters []counter) error {
	for _, c := range counters {
		q := tx.Model(&attemptRow{}).Where("id = ?", c.id)
		var err error
		if c.cleared {
			err = q.Delete(&attemptRow{}).Error
		} else {
			err = q.Where("failures > 0").Updates(map[string]any{"failures": gorm.Expr("failures - 1"), "held_until": nil}).Error
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forgive clears what an account was held for: its owner has proved themselves
// by mail.
func (s *Store) forgive(tx *gorm.DB, email string) error {
	return s.succeed(tx, []counter{count("account", email, perAccount)})
}

// sharedDomain knows where anybody gets an address: people there have nothing to
// do with one another.
func sharedDomain(domain string) bool {
	switch domain {
	case "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com", "me.com", "mac.com",
		"aol.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "t-online.de", "mail.com", "mail.ru", "yandex.ru", "yandex.com", "proton.me",
		"protonmail.com", "pm.me", "fastmail.com", "zoho.com", "qq.com", "163.com", "126.com", "naver.com", "orange.fr", "free.fr", "laposte.net",
		"libero.it", "wp.pl", "o2.pl", "seznam.cz", "bluewin.ch", "hey.com", "tutanota.com", "posteo.de", "mailbox.org":
		return true
	}
	return false
}
