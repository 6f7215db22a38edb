package views

import (
	"time"

	"github.com/a-h/templ"
)

// developerPages are the pages of [everyPage] that admins and developers see, with the name wherever somebody can type one.
func developerPages(member Page, name string, at time.Time) map[string]templ.Component {
	lines := []AuditLine{
		{Seq: 9, At: at, Who: name, Action: "room.archive", About: name, Target: "0190b7a4", Detail: name, Address: "192.0.2.1"},
		{Seq: 8, At: at, Gone: true, Action: "member.create", Target: "0190b7a4"},
		{Seq: 7, At: at, Key: name, Action: "Something new.", Detail: name},
		{Seq: 6, At: at, Service: true, Action: "organization.create"},
		{Seq: 5, At: at, Action: "key.create"},
	}
	var keys, media []KeyLine
	for i, state := range []string{"live", "ending", "over", "revoked"} {
		keys = append(keys, KeyLine{ID: "AK" + itoa(i), Label: name, Scopes: []string{"rooms:read"}, State: state, CreatedAt: at, EndsAt: at, UsedAt: at, UsedFrom: "192.0.2.1"})
		media = append(media, KeyLine{ID: "PK" + itoa(i), Label: name, State: state, CreatedAt: at, EndsAt: at})
	}
	hooks := []WebhookLine{{ID: "1", URL: name, Events: []string{"meeting.started"}, State: "live"}, {ID: "2", URL: name, State: "failing"}, {ID: "3", URL: name, State: "off"}}
	return map[string]templ.Component{
		"audit":           Audit(member, AuditModel{Lines: lines, Filter: AuditFilterModel{Person: name, Family: "room", From: "2026-01-01"}, Older: "/o/acme/audit?before=5", Newer: "/o/acme/audit?after=9", CSV: "/o/acme/audit.csv"}),
		"audit, empty":    Audit(member, AuditModel{CSV: "/o/acme/audit.csv"}),
		"audit, no match": Audit(member, AuditModel{CSV: "/o/acme/audit.csv", Filter: AuditFilterModel{Person: name}}),
		"developers":      Developers(member, DevelopersModel{Scopes: []string{"rooms:read"}, API: "https://parley.example/api/v1", Signal: "wss://parley.example"}),
		"webhook": Webhook(member, WebhookModel{Webhook: hooks[2], Deliveries: []DeliveryLine{
			{ID: "1", Event: name, Type: "meeting.started", State: "waiting", Attempts: 2, At: at, NextAt: at, Fault: name},
			{ID: "2", Event: name, Type: "meeting.ended", State: "delivered", Attempts: 1, Status: 200, At: at, Took: time.Second},
			{ID: "3", Event: name, Type: "meeting.ended", State: "failed", Attempts: 11, Status: 500, At: at, Fault: "answered 500"},
		}}),
		"webhook, quiet":       Webhook(member, WebhookModel{Webhook: hooks[0]}),
		"developers, webhooks": Developers(member, DevelopersModel{Webhooks: hooks, Events: []string{"meeting.started"}, URL: name, Errors: map[string]string{"url": "error.webhook.url", "events": "error.webhook.events"}}),
		"developers, keys":     Developers(member, DevelopersModel{Scopes: []string{"rooms:read"}, APIKeys: keys, MediaKeys: media, Fresh: &FreshKey{ID: "AK1", Label: name, Secret: "secret", OldUntil: at}}),
		"developers, mistaken": Developers(member, DevelopersModel{Scopes: []string{"rooms:read"}, Label: name, Media: name, Fresh: &FreshKey{Media: true, ID: "PK1", Label: name}, Errors: map[string]string{"label": "error.name.long", "scopes": "error.scopes.invalid", "media_label": "error.name.empty"}}),
		"audit, not there":     Audit(member, AuditModel{Locked: true}),
	}
}
