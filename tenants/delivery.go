package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// The states of a delivery.
const (
	DeliveryWaiting   = "waiting"   // not tried yet, or to be tried again
	DeliveryDelivered = "delivered" // answered with 2xx
	DeliveryFailed    = "failed"    // given up
)

// retryAfter is how long each failed attempt waits for the next one. The last
// one comes after three days and more.
var retryAfter = []time.Duration{
	5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// failingFor is how long an endpoint may fail at everything until it is switched
// off.
const failingFor = 5 * 24 * time.Hour

// Delivery is one message to one endpoint, as the log shows it.
type Delivery struct {
	ID        string
	EventID   string
	Type      string
	State     string
	Attempts  int
	CreatedAt time.Time
	NextAt    *time.Time
	TriedAt   *time.Time
	Status    int // of the last answer; 0 = there was none
	Took      time.Duration
	Fault     string // in English; "" when it arrived
}

// Attempt is all that a delivery needs.
type Attempt struct {
	Delivery, EventID, URL string
	Secrets                [][]byte // each signs it; the newest first
	Payload                []byte
}

// Attempt reads what is to be sent. [CodeNotFound] when there is nothing to send
// any more.
func (o *Scoped) Attempt(ctx context.Context, delivery string) (Attempt, error) {
	var out Attempt
	err := o.read(ctx, "read a delivery", func(tx *gorm.DB) error {
		d, endpoint, err := findDelivery(tx, delivery)
		if err != nil {
			return err
		}
		if d.State != DeliveryWaiting || endpoint.DisabledAt != nil {
			return notFound("delivery")
		}
		var event webhookEventRow
		if err := first(tx.Where("id = ?", d.EventID), &event, "event"); err != nil {
			return err
		}
		secrets, err := endpoint.secrets(o.store, o.org)
		out = Attempt{Delivery: d.ID, EventID: event.ID, URL: endpoint.URL, Secrets: secrets, Payload: []byte(event.Payload)}
		return err
	})
	return out, err
}

func findDelivery(tx *gorm.DB, id string) (deliveryRow, webhookRow, error) {
	var d deliveryRow
	if err := parseID(id); err != nil {
		return d, webhookRow{}, err
	}
	if err := first(tx.Where("id = ?", id), &d, "delivery"); err != nil {
		return d, webhookRow{}, err
	}
	endpoint, err := findWebhook(tx.Session(&gorm.Session{NewDB: true}), d.EndpointID)
	return d, endpoint, err
}

// AttemptResult is how an attempt went.
type AttemptResult struct {
	Status int
	Took   time.Duration
	Fault  string // "" when it arrived
}

// Settle notes how an attempt went, and when the next one is due if it failed.
// off is set when the endpoint was switched off because of it, after having
// failed at everything for days: its admins are to be told.
func (o *Scoped) Settle(ctx context.Context, delivery string, r AttemptResult) (off *Webhook, err error) {
	err = o.write(ctx, "note how a delivery went", func(tx *gorm.DB) error {
		d, endpoint, err := findDelivery(forUpdate(tx), delivery)
		if err != nil {
			return err
		}
		now := o.store.now()
		next, state := nextAttempt(d.Attempts, r.Fault, now)
		err = tx.Model(&deliveryRow{}).Where("id = ?", d.ID).Updates(map[string]any{
			"state": state, "attempts": d.Attempts + 1, "next_at": next, "tried_at": now, "status": r.Status, "took": r.Took, "fault": truncate(r.Fault, 200),
		}).Error
		if err != nil {
			return err
		}
		if next == nil {
			err = dropJob(tx, jobWebhook, o.org, d.ID)
		} else {
			err = againJob(tx, jobWebhook, d.ID, *next, d.Attempts+1)
		}
		if err != nil {
			return err
		}
		off, err = endpoint.heard(tx, r.Fault == "", now)
		return err
	})
	return off, err
}

// nextAttempt says when to try again after so many attempts before this one.
func nextAttempt(before int, fault string, now time.Time) (*time.Time, string) {
	switch {
	case fault == "":
		return nil, DeliveryDelivered
	case before >= len(retryAfter):
		return nil, DeliveryFailed
	}
	at := now.Add(retryAfter[before])
	return &at, DeliveryWaiting
}

// heard notes whether an endpoint is well, and switches off one that was not for
// too long.
func (r webhookRow) heard(tx *gorm.DB, well bool, now time.Time) (*Webhook, error) {
	change := map[string]any{"failing_since": nil}
	off := false
	switch {
	case well && r.FailingSince == nil || r.DisabledAt != nil:
		return nil, nil
	case well:
	case r.FailingSince == nil:
		change["failing_since"] = now
	case now.Sub(*r.FailingSince) < failingFor:
		return nil, nil
	default:
		off = true
		change = map[string]any{"disabled_at": now, "disabled_why": "no message arrived for five days"}
		r.DisabledAt = &now
	}
	if err := tx.Model(&webhookRow{}).Where("id = ?", r.ID).Updates(change).Error; err != nil || !off {
		return nil, err
	}
	out := r.webhook(now)
	return &out, record(byService(tx), now, "", "webhook.disable", r.ID, bareAddress(r.URL))
}

// byService says that the service itself acts in this transaction.
func byService(tx *gorm.DB) *gorm.DB {
	return tx.WithContext(WithOrigin(tx.Statement.Context, Origin{Via: ViaService}))
}

// Deliveries lists the last deliveries to an endpoint, newest first, at most 100.
func (o *Scoped) Deliveries(ctx context.Context, by UserID, endpoint string) (Webhook, []Delivery, error) {
	var hook webhookRow
	var out []Delivery
	err := o.read(ctx, "list deliveries", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		var err error
		if hook, err = findWebhook(tx, endpoint); err != nil {
			return err
		}
		var rows []deliveryRow
		if err := tx.Where("endpoint_id = ?", endpoint).Order("id DESC").Limit(100).Find(&rows).Error; err != nil {
			return err
		}
		out, err = deliveriesOf(tx, rows)
		return err
	})
	return hook.webhook(o.store.now()), out, err
}

func deliveriesOf(tx *gorm.DB, rows []deliveryRow) ([]Delivery, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.EventID
	}
	var events []webhookEventRow
	if len(ids) > 0 {
		if err := tx.Select("tenant_id", "id", "type").Where("id IN ?", ids).Find(&events).Error; err != nil {
			return nil, err
		}
	}
	kinds := make(map[string]string, len(events))
	for _, e := range events {
		kinds[e.ID] = e.Type
	}
	out := make([]Delivery, len(rows))
	for i, r := range rows {
		out[i] = Delivery{
			ID: r.ID, EventID: r.EventID, Type: kinds[r.EventID], State: r.State, Attempts: r.Attempts, CreatedAt: r.CreatedAt.UTC(),
			NextAt: utc(r.NextAt), TriedAt: utc(r.TriedAt), Status: r.Status, Took: r.Took, Fault: r.Fault,
		}
	}
	return out, nil
}

// Redeliver sends an event to an endpoint once more, beside what was sent before.
func (o *Scoped) Redeliver(ctx context.Context, by UserID, delivery string) error {
	return o.write(ctx, "send a message again", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		d, _, err := findDelivery(tx, delivery)
		if err != nil {
			return err
		}
		return queueDelivery(tx, d.EndpointID, d.EventID, o.store.now())
	})
}

// Managers are the people who look after the organization, for mails to them.
func (o *Scoped) Managers(ctx context.Context) ([]User, error) {
	var people []userRow
	err := o.read(ctx, "find who manages", func(tx *gorm.DB) error {
		var rows []membershipRow
		if err := tx.Where("role IN ?", []string{string(RoleOwner), string(RoleAdmin)}).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = string(r.UserID)
		}
		return tx.Where("id IN ?", ids).Order("email").Find(&people).Error
	})
	out := make([]User, len(people))
	for i, p := range people {
		out[i] = p.user()
	}
	return out, err
}
