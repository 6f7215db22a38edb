package app_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

// figure is what the card shows that leads there.
func (a *answer) figure(path string) string {
	a.t.Helper()
	card := regexp.MustCompile(`(?s)class="card operator-card" href="` + regexp.QuoteMeta(html.EscapeString(path)) + `"[^>]*>.*?operator-figure num">([^<]*)<`).FindStringSubmatch(a.body)
	if card == nil {
		a.t.Fatalf("no card leads to %s", path)
	}
	return card[1]
}

// What needs an operator is counted on the first page, each thing on its own card.
func TestTheOverviewCountsWhatNeedsAnOperator(t *testing.T) { onBothAhead(t, theOverviewCounts) }

func theOverviewCounts(t *testing.T, w *world, clock *ahead) {
	const (
		organizations, suspended = "/operator/tenants", "/operator/tenants?show=closed"
		people, locked           = "/operator/people", "/operator/people?show=closed"
		owing, failing           = "/operator/revenue#unpaid", "/operator/tenants?show=failing"
	)
	ops := w.operator("Olga")
	ann, org := w.owner("Ann")
	ben, benOrg := w.owner("Ben")
	w.member(org, "Bob", tenants.RoleMember)
	expect := func(after string, want map[string]string) {
		t.Helper()
		page := ops.get("/operator").status(200)
		for card, n := range want {
			if got := page.figure(card); got != n {
				t.Errorf("%s: the card to %s shows %s, want %s", after, card, got, n)
			}
		}
	}
	expect("at first", map[string]string{organizations: "2", suspended: "0", people: "3", locked: "0", owing: "0", failing: "0"})

	bob, err := w.store.UserByEmail(t.Context(), "bob@"+strings.TrimPrefix(org, "/o/")+".example")
	must(t, err)
	at := "/operator/people/" + string(bob.ID)
	ops.act(at, at+"/lock", form("reason", "Somebody else used it")).status(303)
	at = "/operator/tenants/" + string(w.business(benOrg).ID)
	ops.act(at, at+"/suspend", form("reason", "Complaints about spam", "form", "closing")).status(303)
	ben.get(benOrg).status(200)
	expect("after a lock and a suspension", map[string]string{organizations: "2", suspended: "1", people: "3", locked: "1", owing: "0", failing: "0"})

	down := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusInternalServerError) }))
	defer down.Close()
	ann.get(org + "/developers")
	ann.post(org+"/developers/webhooks", url.Values{"url": {down.URL}, "event": {"meeting.started"}}).status(200)
	ann.join(ann.room(org), "Ann")
	w.deliver()
	id, customer := w.buys(ann, org, "pro")
	w.fails(id, customer, clock)
	eventually(t, "the missing payment is known", func() bool { return ann.shows(org, "missing-payment") })
	expect("after a payment and a webhook failed", map[string]string{suspended: "1", locked: "1", owing: "1", failing: "1"})
}
