package tenants

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
)

// directoryBatch is how many organizations are looked up at once.
const directoryBatch = 500

// OrgsByID finds organizations by their ids. Those that are gone are missing.
func (s *Store) OrgsByID(ctx context.Context, ids []OrgID) (map[OrgID]Organization, error) {
	out := make(map[OrgID]Organization, len(ids))
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		for from := 0; from < len(ids); from += directoryBatch {
			var rows []orgRow
			if err := tx.Where("id IN ?", ids[from:min(from+directoryBatch, len(ids))]).Find(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				out[r.ID] = r.organization()
			}
		}
		return nil
	})
	return out, wrap(err, "find organizations")
}

// OrgsLike finds organizations with a text in their name or address, at most
// limit of them.
func (s *Store) OrgsLike(ctx context.Context, text string, limit int) (ids []OrgID, err error) {
	if text = strings.ToLower(strings.TrimSpace(text)); text == "" || !storable(text) {
		return nil, nil
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Model(&orgRow{}).Where(`(LOWER(name) LIKE ? ESCAPE '\' OR slug LIKE ? ESCAPE '\')`, like, like).Order("slug").Limit(limit).Pluck("id", &ids).Error
	})
	return ids, wrap(err, "look for organizations")
}

// OrgsMade says when organizations were made, of those that were made from a
// moment on and are there now.
func (s *Store) OrgsMade(ctx context.Context, since time.Time) (map[OrgID]time.Time, error) {
	var rows []orgRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Select("id", "created_at").Where("created_at >= ?", since.UTC()).Find(&rows).Error
	})
	out := make(map[OrgID]time.Time, len(rows))
	for _, r := range rows {
		out[r.ID] = r.CreatedAt.UTC()
	}
	return out, wrap(err, "look when organizations were made")
}

// Backlog is what waits to be done beside requests.
type Backlog struct {
	Mails     int       // on their way
	OldestAt  time.Time // when the one that waits longest was written; zero when none waits
	GivenUp   int       // mails that nobody took for three days
	Overdue   int       // jobs that should have been begun
	OverdueAt time.Time // when the one that waits longest was due; zero when none does

	Failing int // organizations whose servers did not take a webhook, which is tried again
}

// overdue is how late a job may be before it counts as overdue: one that is being
// done is put off by its lease.
const overdue = 10 * time.Minute

// Backlog counts what waits.
func (s *Store) Backlog(ctx context.Context) (b Backlog, err error) {
	now := s.now()
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var waiting, givenUp, late int64
		if err := tx.Model(&mailRow{}).Where("given_up_at IS NULL").Count(&waiting).Error; err != nil {
			return err
		}
		if err := tx.Model(&mailRow{}).Where("given_up_at IS NOT NULL").Count(&givenUp).Error; err != nil {
			return err
		}
		if err := tx.Model(&jobRow{}).Where("due_at < ?", now.Add(-overdue)).Count(&late).Error; err != nil {
			return err
		}
		b.Mails, b.GivenUp, b.Overdue = int(waiting), int(givenUp), int(late)
		var mail []mailRow
		if err := tx.Where("given_up_at IS NULL").Order("created_at").Limit(1).Find(&mail).Error; err != nil {
			return err
		}
		var job []jobRow
		if err := tx.Where("due_at < ?", now.Add(-overdue)).Order("due_at").Limit(1).Find(&job).Error; err != nil {
			return err
		}
		var failing int64
		if err := tx.Model(&jobRow{}).Where("kind = ? AND tries > 0", jobWebhook).Distinct("org_id").Count(&failing).Error; err != nil {
			return err
		}
		b.Failing = int(failing)
		if len(mail) > 0 {
			b.OldestAt = mail[0].CreatedAt.UTC()
		}
		if len(job) > 0 {
			b.OverdueAt = job[0].DueAt.UTC()
		}
		return nil
	})
	return b, wrap(err, "count what waits")
}

// AskPlanMove has an organization moved to the version of its plan that is sold
// now, soon. Asking again changes nothing.
func (s *Store) AskPlanMove(ctx context.Context, org OrgID) error {
	return wrap(s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		var row orgRow
		if err := first(tx.Where("id = ?", string(org)), &row, "organization"); err != nil {
			return err
		}
		return addJob(tx, ErrandPlanMove, wholeOrg, s.now())
	}), "ask to move an organization")
}
