package billing_test

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/billing"
	"parley/tenants/tenantstest"
)

// TestTheEndpointIsLookedAt is what `parley doctor` asks Stripe.
func TestTheEndpointIsLookedAt(t *testing.T) {
	w := newWorld(t, tenantstest.Open(t, tenantstest.SQLitePath(t)), clockwork.NewFakeClockAt(tenantstest.Start))
	const ours = "https://parley.example/webhooks/stripe"
	stripe := billing.StripeConfig{Key: "sk_test_doctor", URL: w.api, Log: w.log()}
	want := func(when, part string) {
		t.Helper()
		err := billing.CheckEndpoint(w.ctx(), stripe, ours)
		if part == "" && err != nil || part != "" && (err == nil || !strings.Contains(err.Error(), part)) {
			t.Errorf("%s: %v, want %q", when, err, part)
		}
	}
	form := func(address string, events ...string) url.Values {
		out := url.Values{"enabled_events[]": events}
		if address != "" {
			out.Set("url", address)
		}
		return out
	}
	want("a new account", "has no webhook endpoint; make one for "+ours)
	w.ask(http.MethodPost, "webhook_endpoints", form("https://elsewhere.example/", "*"))
	want("somebody else's endpoint", "only for https://elsewhere.example/")
	id := w.ask(http.MethodPost, "webhook_endpoints", form(ours, billing.WebhookEvents()[1:]...))["id"].(string)
	want("one event is missing", "does not send "+billing.WebhookEvents()[0])
	w.ask(http.MethodPost, "webhook_endpoints/"+id, form("", billing.WebhookEvents()...))
	want("all of them", "")
	w.ask(http.MethodPost, "webhook_endpoints/"+id, form("", "*"))
	want("everything", "")
	w.ask(http.MethodPost, "webhook_endpoints/"+id, url.Values{"disabled": {"true"}})
	want("switched off", "is disabled")
}

// TestTheGuideNamesTheEvents keeps docs/stripe.md in step.
func TestTheGuideNamesTheEvents(t *testing.T) {
	guide, err := os.ReadFile("../docs/stripe.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok1 := strings.Cut(string(guide), "<!-- events -->\n```\n")
	list, _, ok2 := strings.Cut(rest, "\n```\n")
	if got := strings.Split(list, "\n"); !ok1 || !ok2 || !slices.Equal(got, billing.WebhookEvents()) {
		t.Errorf("docs/stripe.md lists\n%s\nand the code takes\n%s", list, strings.Join(billing.WebhookEvents(), "\n"))
	}
}
