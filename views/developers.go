package views

import (
	"strings"
	"time"
)

// DevelopersModel is the page of an organization's developers: its keys and webhooks.
type DevelopersModel struct {
	APIKeys   []KeyLine
	MediaKeys []KeyLine
	Scopes    []string // all there are
	Fresh     *FreshKey
	Label     string   // what was typed for a new API key, when Errors say what is wrong
	Chosen    []string // scopes
	Media     string   // what was typed for a new media key
	Errors    map[string]string
	Webhooks  []WebhookLine
	Events    []string // all that webhooks can hear of
	URL       string   // what was typed for a new webhook
	Heard     []string
	API       string // address of the API
	Signal    string // address for LiveKit SDKs
}

// WebhookLine is one endpoint on the list. State is "live", "failing" or "off".
type WebhookLine struct {
	ID, URL string
	Events  []string
	State   string
	Why     string // it is off

	OldUntil time.Time // the secret before signs too until then; zero = there is none
}

// WebhookModel is the page of one endpoint.
type WebhookModel struct {
	Webhook    WebhookLine
	Deliveries []DeliveryLine
}

// DeliveryLine is one message to an endpoint. State is "waiting", "delivered" or "failed".
type DeliveryLine struct {
	ID, Event, Type, State string
	Attempts, Status       int
	At                     time.Time // of the last attempt, else when it happened
	NextAt                 time.Time // zero = never
	Took                   time.Duration
	Fault                  string
}

// KeyLine is one key on the list.
type KeyLine struct {
	ID, Label string
	Scopes    []string // of an API key
	CreatedAt time.Time
	EndsAt    time.Time // zero = when it is revoked
	State     string    // "live", "ending", "over" or "revoked"
	UsedAt    time.Time // zero = never
	UsedFrom  string
}

// Live reports whether the key can still be changed.
func (k KeyLine) Live() bool { return k.State == "live" || k.State == "ending" }

// FreshKey is a key that was made just now; its secret is shown this once.
type FreshKey struct {
	Media      bool
	Webhook    bool // it is the secret of a webhook
	ID, Secret string
	Label      string
	OldUntil   time.Time // the key that it replaces works until then; zero when it replaces none
}

// keepChoices are how long an old key may live on beside its successor, in hours.
func keepChoices() []int { return []int{1, 24, 168} }

// scopeWord is the last part of the message about a scope.
func scopeWord(scope string) string { return strings.ReplaceAll(scope, ":", "_") }
