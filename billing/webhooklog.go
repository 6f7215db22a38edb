package billing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants"
)

// What became of an event of Stripe.
const (
	OutcomeHandled = "handled" // the mirror was written, or had been before
	OutcomeIgnored = "ignored" // its type changes nothing of ours
	OutcomeNobody  = "nobody"  // it is about a customer that no organization has
	OutcomeFailed  = "failed"  // it comes again, from Stripe or by replay
)

// How an event came to us first.
const (
	ViaWebhook        = "webhook"
	ViaReconciliation = "reconciliation" // no webhook brought it
)

// LogMemory is how long the log of events is kept.
const LogMemory = eventMemory

// logRow is an event in the log.
type logRow struct {
	ID         string `gorm:"primaryKey"`
	Type       string
	HappenedAt time.Time
	ReceivedAt time.Time
	TriedAt    time.Time
	HandledAt  *time.Time
	Tries      int
	Via        string
	Outcome    string
	Error      string
	OrgID      string
}

// TableName is where it lies.
func (logRow) TableName() string { return "stripe_log" }

// LoggedEvent is an event of Stripe and what became of it. Of its content nothing
// is kept.
type LoggedEvent struct {
	ID, Type string
	Happened time.Time // at Stripe
	Received time.Time // the first time
	Tried    time.Time // the last time
	Handled  time.Time // the first time that it went well; zero = not yet
	Tries    int
	Via      string
	Outcome  string
	Error    string
	Org      tenants.OrgID // "" = nobody's, or not found out
}

func (r logRow) event() LoggedEvent {
	e := LoggedEvent{
		ID: r.ID, Type: r.Type, Happened: r.HappenedAt.UTC(), Received: r.ReceivedAt.UTC(), Tried: r.TriedAt.UTC(),
		Tries: r.Tries, Via: r.Via, Outcome: r.Outcome, Error: r.Error, Org: tenants.OrgID(r.OrgID),
	}
	if r.HandledAt != nil {
		e.Handled = r.HandledAt.UTC()
	}
	return e
}

// note writes down what became of an event. It is for people to read: what decides
// whether an event has been dealt with is [eventRow]. So a note that fails fails
// nothing else.
func (s *Service) note(ctx context.Context, e Event, via string, change Change, failed error) {
	now := s.now()
	row := logRow{
		ID: e.ID, Type: e.Type, HappenedAt: e.Created, ReceivedAt: now, TriedAt: now, Tries: 1, Via: via, Outcome: change.outcome, OrgID: string(change.Org),
	}
	if failed != nil {
		row.Outcome, row.Error = OutcomeFailed, oneLine(failed.Error(), 500)
	} else {
		row.HandledAt = &now
	}
	ctx = context.WithoutCancel(ctx)
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		again := map[string]any{"tries": gorm.Expr("stripe_log.tries + 1"), "tried_at": now, "outcome": row.Outcome, "error": row.Error}
		if row.OrgID != "" {
			again["org_id"] = row.OrgID
		}
		if row.HandledAt != nil {
			again["handled_at"] = gorm.Expr("COALESCE(stripe_log.handled_at, ?)", now)
		}
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.Assignments(again)}).Create(&row).Error
	})
	if err != nil {
		s.log.Error("what became of a Stripe event was not written down", "event", e.ID, "err", err)
	}
}

// oneLine makes a short line of a text that others wrote.
func oneLine(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// forget takes what is old out of the log.
func (s *Service) forget(ctx context.Context) error {
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		return tx.Delete(&logRow{}, "received_at < ?", s.now().Add(-LogMemory)).Error
	})
	if err != nil {
		return fmt.Errorf("billing: take old events out of the log: %w", err)
	}
	return nil
}

// LogQuery says which events are listed.
type LogQuery struct {
	Outcome string          // "" = any
	Text    string          // part of the type or of the id
	Orgs    []tenants.OrgID // of these organizations; beside a text, those as well
	Skip    int
	Limit   int
}

// Webhooks lists the events that Stripe told of, or that were found there: those
// that failed first, then the newest. It also counts them all.
func (s *Service) Webhooks(ctx context.Context, q LogQuery) (events []LoggedEvent, total int, err error) {
	var rows []logRow
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		tx = tx.Model(&logRow{})
		if q.Outcome != "" {
			tx = tx.Where("outcome = ?", q.Outcome)
		}
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(q.Text)) + "%"
		switch {
		case q.Text != "" && len(q.Orgs) > 0:
			tx = tx.Where(`(LOWER(type) LIKE ? ESCAPE '\' OR LOWER(id) LIKE ? ESCAPE '\' OR org_id IN ?)`, like, like, q.Orgs)
		case q.Text != "":
			tx = tx.Where(`(LOWER(type) LIKE ? ESCAPE '\' OR LOWER(id) LIKE ? ESCAPE '\')`, like, like)
		case len(q.Orgs) > 0:
			tx = tx.Where("org_id IN ?", q.Orgs)
		}
		tx = tx.Session(&gorm.Session{})
		var n int64
		if err := tx.Count(&n).Error; err != nil {
			return err
		}
		total = int(n)
		return tx.Order("CASE WHEN outcome = 'failed' THEN 0 ELSE 1 END, received_at DESC, id").Offset(q.Skip).Limit(q.Limit).Find(&rows).Error
	})
	if err != nil {
		return nil, 0, fmt.Errorf("billing: list the events: %w", err)
	}
	for _, r := range rows {
		events = append(events, r.event())
	}
	return events, total, nil
}

// Replay fetches an event from Stripe and does what it asks for, also when that
// has been done before: it ends in the state that Stripe has now, so doing it again
// changes nothing. ErrNotFound when Stripe does not remember it: it does for
// thirty days.
func (s *Service) Replay(ctx context.Context, id string) (Change, error) {
	e, err := s.gw.Event(ctx, id)
	if err != nil {
		if errors.Is(err, ErrNotFound) {
			err = fault(tenants.CodeNotFound, KeyEventGone, err)
		}
		return Change{}, err
	}
	change, news, err := s.handle(ctx, e)
	if err == nil && !news && change.Org != "" {
		again, failed := s.Sync(ctx, change.Org)
		change, err = again, failed
		change.outcome = OutcomeHandled
	}
	s.note(ctx, e, ViaWebhook, change, err)
	return change, err
}

// Reach asks Stripe for something small: an error says why it cannot be reached.
func (s *Service) Reach(ctx context.Context) error {
	_, err := s.gw.Events(ctx, s.now())
	return err
}

// WebhookHealth says whether Stripe reaches us.
type WebhookHealth struct {
	Last   time.Time // when a webhook came last; zero = none in ninety days
	Found  int       // events of the last day that no webhook brought
	Failed int       // events that are not dealt with
	Silent bool      // events happened, and no webhook came for long
}

// silence is how long no webhook may come while events are found that one should
// have brought.
const silence = time.Hour

// WebhookHealth looks at the log.
func (s *Service) WebhookHealth(ctx context.Context) (h WebhookHealth, err error) {
	now := s.now()
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var last []logRow
		if err := tx.Where("via = ?", ViaWebhook).Order("received_at DESC").Limit(1).Find(&last).Error; err != nil {
			return err
		}
		if len(last) > 0 {
			h.Last = last[0].ReceivedAt.UTC()
		}
		var found, failed int64
		if err := tx.Model(&logRow{}).Where("via = ? AND received_at > ?", ViaReconciliation, now.Add(-24*time.Hour)).Count(&found).Error; err != nil {
			return err
		}
		h.Found = int(found)
		err := tx.Model(&logRow{}).Where("outcome = ?", OutcomeFailed).Count(&failed).Error
		h.Failed = int(failed)
		return err
	})
	if err != nil {
		return WebhookHealth{}, fmt.Errorf("billing: look at the log of events: %w", err)
	}
	h.Silent = h.Found > 0 && now.Sub(h.Last) > silence
	return h, nil
}
