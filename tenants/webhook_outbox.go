package tenants

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// outboxMemory is how long events and the log of their deliveries are kept.
const outboxMemory = 30 * 24 * time.Hour

// jobWebhook is the kind of job that a delivery waits as.
const jobWebhook = "webhook"

// publish writes an event into the outbox, for every endpoint that wants to hear
// of it, in the transaction of its cause. data becomes the JSON of its "data".
func publish(tx *gorm.DB, kind string, at time.Time, data any) error {
	var endpoints []webhookRow
	if err := tx.Where("disabled_at IS NULL").Find(&endpoints).Error; err != nil {
		return wrap(err, "find webhooks")
	}
	endpoints = slices.DeleteFunc(endpoints, func(r webhookRow) bool { return !slices.Contains(strings.Fields(r.Events), kind) })
	if len(endpoints) == 0 {
		return nil
	}
	if err := tx.Where("created_at < ?", at.Add(-outboxMemory)).Delete(&webhookEventRow{}).Error; err != nil {
		return wrap(err, "forget old events")
	}
	payload, err := json.Marshal(map[string]any{"type": kind, "timestamp": at.UTC().Format(time.RFC3339Nano), "data": data})
	if err != nil {
		return err
	}
	id, err := newID()
	if err != nil {
		return err
	}
	if err := tx.Create(&webhookEventRow{ID: id, Type: kind, Payload: string(payload), CreatedAt: at}).Error; err != nil {
		return wrap(err, "write an event")
	}
	for _, endpoint := range endpoints {
		if err := queueDelivery(tx, endpoint.ID, id, at); err != nil {
			return err
		}
	}
	return nil
}

// queueDelivery makes a delivery that is due at once.
func queueDelivery(tx *gorm.DB, endpoint, event string, at time.Time) error {
	id, err := newID()
	if err != nil {
		return err
	}
	row := deliveryRow{ID: id, EndpointID: endpoint, EventID: event, State: DeliveryWaiting, CreatedAt: at, NextAt: &at}
	if err := tx.Create(&row).Error; err != nil {
		return wrap(err, "queue a delivery")
	}
	return addJob(tx, jobWebhook, id, at)
}

// meetingEvent is what is told of a meeting.
func meetingEvent(m Meeting) map[string]any {
	out := map[string]any{"meeting_id": m.ID, "room_id": m.Room, "started_at": m.StartedAt.UTC()}
	if m.EndedAt != nil {
		out["ended_at"], out["end_reason"] = m.EndedAt.UTC(), m.EndReason
	}
	return out
}

// participantEvent is what is told of somebody in a meeting.
func participantEvent(m Meeting, identity, name string, member bool) map[string]any {
	event := map[string]any{"meeting_id": m.ID, "room_id": m.Room, "identity": identity, "name": name, "member": member}
	if name == "" { // a person who has been deleted: see schema Participant of the API
		event["name"] = nil
	}
	return event
}

type webhookEventRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	ID        string   `gorm:"primaryKey"`
	Type      string
	Payload   string
	CreatedAt time.Time
}

func (webhookEventRow) TableName() string { return "webhook_events" }

type deliveryRow struct {
	Tenant     TenantID `gorm:"column:tenant_id;primaryKey"`
	ID         string   `gorm:"primaryKey"`
	EndpointID string
	EventID    string
	State      string
	Attempts   int
	CreatedAt  time.Time
	NextAt     *time.Time
	TriedAt    *time.Time
	Status     int
	Took       time.Duration
	Fault      string
}

func (deliveryRow) TableName() string { return "webhook_deliveries" }
