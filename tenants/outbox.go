package tenants

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// OutMail is a mail on its way out. It is written in the transaction of the deed
// that it tells of; the web tier puts it into words and hands it over.
type OutMail struct {
	ID     string
	Kind   string // which letter
	To     string
	Lang   string            // BCP 47, of the words
	Params map[string]string // what the words are filled with
	Tries  int
}

const (
	mailClaim    = 3 * time.Minute // how long one sender has for a batch
	mailPatience = 72 * time.Hour  // after that a mail is given up

	// mailLeft tells who was deleted that it is done. Nothing but the mail itself
	// has the address any more, so it is forgotten when it is given up.
	mailLeft = "left"
)

// putMails writes mails down. tx may be inside an organization or not: mails
// belong to none.
func (s *Store) putMails(tx *gorm.DB, mails []OutMail) error {
	if len(mails) == 0 {
		return nil
	}
	now := s.now()
	rows := make([]mailRow, len(mails))
	for i, m := range mails {
		id, err := newID()
		if err != nil {
			return err
		}
		params, err := json.Marshal(m.Params)
		if err != nil {
			return err
		}
		rows[i] = mailRow{ID: id, Kind: m.Kind, Recipient: m.To, Lang: m.Lang, Params: string(params), CreatedAt: now, NextTryAt: now}
	}
	return tx.CreateInBatches(rows, 100).Error
}

// DueMails takes up to n mails that are due. Nobody else gets them for three
// minutes: a sender that dies in between delays them and loses none.
func (s *Store) DueMails(ctx context.Context, n int) ([]OutMail, error) {
	var rows []mailRow
	now := s.now()
	var waiting int64 // an empty outbox costs no turn at writing
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Model(&mailRow{}).Where("given_up_at IS NULL AND next_try_at <= ?", now).Limit(1).Count(&waiting).Error
	})
	if err != nil || waiting == 0 {
		return nil, wrap(err, "look into the outbox")
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		skip := clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}
		due := tx.Clauses(skip).Where("given_up_at IS NULL AND next_try_at <= ?", now)
		if err := due.Order("next_try_at, id").Limit(n).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		return tx.Model(&mailRow{}).Where("id IN ?", ids).
			Updates(map[string]any{"next_try_at": now.Add(mailClaim), "tries": gorm.Expr("tries + 1")}).Error
	})
	if err != nil {
		return nil, wrap(err, "take mails that are due")
	}
	out := make([]OutMail, len(rows))
	for i, r := range rows {
		out[i] = OutMail{ID: r.ID, Kind: r.Kind, To: r.Recipient, Lang: r.Lang, Tries: r.Tries + 1}
		if err := json.Unmarshal([]byte(r.Params), &out[i].Params); err != nil {
			return nil, wrap(err, "read a mail")
		}
	}
	return out, nil
}

// MailSent takes a mail off the list: it was handed over.
func (s *Store) MailSent(ctx context.Context, id string) error {
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		return tx.Where("id = ?", id).Delete(&mailRow{}).Error
	}), "take a sent mail off the list")
}

// MailFailed plans the next try: after one minute, two, four, and from then on
// every hour; after three days the mail is given up, which it tells.
func (s *Store) MailFailed(ctx context.Context, id string, cause error) (givenUp bool, err error) {
	now := s.now()
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		var row mailRow
		if err := first(forUpdate(tx).Where("id = ?", id), &row, "mail"); err != nil {
			return err
		}
		changed := map[string]any{"last_error": truncate(cause.Error(), 300), "next_try_at": now.Add(mailPause(row.Tries))}
		if givenUp = now.Sub(row.CreatedAt) > mailPatience; givenUp {
			changed["given_up_at"] = now
		}
		if givenUp && row.Kind == mailLeft {
			return tx.Where("id = ?", id).Delete(&mailRow{}).Error
		}
		return tx.Model(&mailRow{}).Where("id = ?", id).Updates(changed).Error
	})
	return givenUp, wrap(err, "plan a mail's next try")
}

func mailPause(tries int) time.Duration {
	if tries > 6 {
		return time.Hour
	}
	return time.Minute << max(tries-1, 0)
}
