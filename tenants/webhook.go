package tenants

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// WebhookEvents are the kinds of things that an organization's servers can hear
// of. A meeting's end is everybody's leaving: nobody's is told one by one then.
func WebhookEvents() []string {
	return []string{EventMeetingStarted, EventMeetingEnded, EventParticipantJoined, EventParticipantLeft, EventMemberAdded, EventMemberRemoved}
}

// The kinds of events.
const (
	EventMeetingStarted    = "meeting.started"
	EventMeetingEnded      = "meeting.ended"
	EventParticipantJoined = "participant.joined"
	EventParticipantLeft   = "participant.left"
	EventMemberAdded       = "member.added"
	EventMemberRemoved     = "member.removed" // also who left by themselves
)

// Webhook is an address of an organization that hears what happens.
type Webhook struct {
	ID           string
	URL          string
	Events       []string
	Secret       string     // "whsec_" and base64, only right after it was made
	OldUntil     *time.Time // messages are signed by the secret before too until then; nil = it had none, or that is over
	CreatedAt    time.Time
	FailingSince *time.Time // nil = the last message arrived
	DisabledAt   *time.Time
	DisabledWhy  string // in English
}

const (
	webhooksMax   = 20
	webhookURLMax = 500
)

// CreateWebhook makes an endpoint. plainHTTP lets an address be without TLS, for
// demonstrations on one's own machine.
func (o *Scoped) CreateWebhook(ctx context.Context, by UserID, address string, events []string, plainHTTP bool) (Webhook, error) {
	var faults Errors
	address, fault := checkWebhookURL(address, plainHTTP)
	if fault != nil {
		faults = append(faults, fault)
	}
	if len(events) == 0 || slices.ContainsFunc(events, func(e string) bool { return !slices.Contains(WebhookEvents(), e) }) {
		faults = append(faults, invalid("events", KeyWebhookEvents))
	}
	if err := faults.orNil(); err != nil {
		return Webhook{}, err
	}
	id, err := newID()
	if err != nil {
		return Webhook{}, err
	}
	secret := randomBytes(24)
	row := webhookRow{ID: id, URL: address, Events: joinEvents(events), Sealed: o.store.sealer.seal(secret, keyOwner(o.org, id)), CreatedBy: by, CreatedAt: o.store.now()}
	err = o.write(ctx, "create a webhook", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		var n int64
		if err := tx.Model(&webhookRow{}).Count(&n).Error; err != nil {
			return err
		}
		if n >= webhooksMax {
			return &Error{Code: CodeLimited, Field: "url", Key: KeyTooManyWebhooks}
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return record(tx, row.CreatedAt, by, "webhook.create", id, bareAddress(address)) // the log is for good, and exported; a token in the address is not
	})
	if err != nil {
		return Webhook{}, err
	}
	out := row.webhook(row.CreatedAt)
	out.Secret = secretText(secret)
	return out, nil
}

// secretText is a secret as Standard Webhooks writes it.
func secretText(secret []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(secret) }

// WebhookOverlap is how long messages are signed by the secret before as well.
const WebhookOverlap = 24 * time.Hour

// RotateWebhook gives an endpoint another secret. For [WebhookOverlap] messages
// carry a signature by each of the two, so that a receiver that knows either
// takes them. Doing it again meanwhile forgets the oldest.
func (o *Scoped) RotateWebhook(ctx context.Context, by UserID, id string) (Webhook, error) {
	secret := randomBytes(24)
	var out Webhook
	err := o.changeWebhook(ctx, by, id, "webhook.rotate", func(tx *gorm.DB, row webhookRow) error {
		now := o.store.now()
		until := now.Add(WebhookOverlap)
		row.OldSealed, row.OldUntil, row.Sealed = row.Sealed, &until, o.store.sealer.seal(secret, keyOwner(o.org, id))
		out = row.webhook(now)
		return tx.Model(&webhookRow{}).Where("id = ?", id).
			Updates(map[string]any{"sealed": row.Sealed, "old_sealed": row.OldSealed, "old_until": until}).Error
	})
	out.Secret = secretText(secret)
	return out, err
}

// secrets are those that sign a message now, the newest first.
func (r webhookRow) secrets(s *Store, org OrgID) ([][]byte, error) {
	sealed := [][]byte{r.Sealed}
	if r.OldUntil != nil && s.now().Before(*r.OldUntil) {
		sealed = append(sealed, r.OldSealed)
	}
	out := make([][]byte, len(sealed))
	for i, one := range sealed {
		var err error
		if out[i], err = s.sealer.open(one, keyOwner(org, r.ID)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func checkWebhookURL(address string, plainHTTP bool) (string, *Error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(address) > webhookURLMax || !storable(address) {
		return "", invalid("url", KeyWebhookURL)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !plainHTTP) {
		return "", invalid("url", KeyWebhookURL)
	}
	return u.String(), nil
}

func joinEvents(events []string) string {
	return strings.Join(slices.DeleteFunc(WebhookEvents(), func(e string) bool { return !slices.Contains(events, e) }), " ")
}

// Webhooks lists the organization's endpoints, oldest first.
func (o *Scoped) Webhooks(ctx context.Context, by UserID) ([]Webhook, error) {
	var rows []webhookRow
	err := o.read(ctx, "list webhooks", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		return tx.Order("id").Find(&rows).Error
	})
	out := make([]Webhook, len(rows))
	for i, r := range rows {
		out[i] = r.webhook(o.store.now())
	}
	return out, err
}

// DeleteWebhook takes an endpoint away, with its log.
func (o *Scoped) DeleteWebhook(ctx context.Context, by UserID, id string) error {
	return o.changeWebhook(ctx, by, id, "webhook.delete", func(tx *gorm.DB, _ webhookRow) error {
		return tx.Where("id = ?", id).Delete(&webhookRow{}).Error
	})
}

// EnableWebhook lets an endpoint hear again that was switched off after long
// failure. What happened meanwhile is not told.
func (o *Scoped) EnableWebhook(ctx context.Context, by UserID, id string) error {
	return o.changeWebhook(ctx, by, id, "webhook.enable", func(tx *gorm.DB, _ webhookRow) error {
		return tx.Model(&webhookRow{}).Where("id = ?", id).
			Updates(map[string]any{"disabled_at": nil, "disabled_why": "", "failing_since": nil}).Error
	})
}

func (o *Scoped) changeWebhook(ctx context.Context, by UserID, id, action string, fn func(*gorm.DB, webhookRow) error) error {
	return o.write(ctx, action, func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		row, err := findWebhook(forUpdate(tx), id)
		if err != nil {
			return err
		}
		if err := fn(tx, row); err != nil {
			return err
		}
		return record(tx, o.store.now(), by, action, id, bareAddress(row.URL))
	})
}

func findWebhook(tx *gorm.DB, id string) (webhookRow, error) {
	var row webhookRow
	if err := parseID(id); err != nil {
		return row, err
	}
	return row, first(tx.Where("id = ?", id), &row, "webhook")
}

type webhookRow struct {
	Tenant       TenantID `gorm:"column:tenant_id;primaryKey"`
	ID           string   `gorm:"primaryKey"`
	URL          string
	Events       string
	Sealed       []byte
	OldSealed    []byte
	OldUntil     *time.Time
	CreatedBy    UserID
	CreatedAt    time.Time
	FailingSince *time.Time
	DisabledAt   *time.Time
	DisabledWhy  string
}

func (webhookRow) TableName() string { return "webhook_endpoints" }

func (r webhookRow) webhook(now time.Time) Webhook {
	out := Webhook{
		ID: r.ID, URL: r.URL, Events: strings.Fields(r.Events), CreatedAt: r.CreatedAt.UTC(),
		FailingSince: utc(r.FailingSince), DisabledAt: utc(r.DisabledAt), DisabledWhy: r.DisabledWhy,
	}
	if r.OldUntil != nil && now.Before(*r.OldUntil) {
		out.OldUntil = utc(r.OldUntil)
	}
	return out
}
