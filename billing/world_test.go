package billing_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/billing"
	"parley/billing/stripefake"
	"parley/billing/stripemock"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

const secret = "whsec_test"

// world is Parley's billing between a database and a Stripe, over real HTTP.
type world struct {
	t       *testing.T
	db      *tenants.DB
	clock   *clockwork.FakeClock
	stripe  *stripefake.Server
	billing *billing.Service
	gateway billing.Gateway
	hook    string
	pages   string
	api     string // of Stripe
	browser *http.Client
	store   *tenants.Store
	newOrg  func(name string) tenants.OrgID

	newPerson func(name string) tenants.UserID

	mu      sync.Mutex
	changes []billing.Change // of the webhook, in the order taken
}

func newWorld(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) *world {
	t.Helper()
	people := tenantstest.New(t, db, clock)
	w := &world{t: t, db: db, clock: clock, store: people.Store, newOrg: func(name string) tenants.OrgID { return people.Org(name).Organization.ID }}
	w.newPerson = func(name string) tenants.UserID { return people.Org(name).Owner(name).User(name).ID }
	quiet := slog.New(slog.DiscardHandler)
	w.browser = &http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	mux := http.NewServeMux()
	front := httptest.NewServer(mux)
	t.Cleanup(front.Close)
	w.hook, w.pages = front.URL+"/webhooks/stripe", front.URL
	fake, err := stripefake.New(stripefake.Config{
		Clock: w.clock, Log: quiet, WebhookURL: w.hook, WebhookSecret: secret, PagesBase: front.URL + "/dev/stripe", HTTP: front.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	t.Cleanup(w.browser.CloseIdleConnections)
	w.stripe = fake
	api := httptest.NewServer(stripemock.Watch(t, fake.API()))
	t.Cleanup(api.Close)
	w.api = api.URL
	gw, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_standin", URL: api.URL, Log: quiet, HTTP: api.Client()})
	if err != nil {
		t.Fatal(err)
	}
	w.gateway = gw
	w.billing, err = billing.New(db, gw, billing.Options{Clock: w.clock, Log: quiet, WebhookSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/dev/stripe/", fake.Pages())
	mux.HandleFunc("POST /webhooks/stripe", w.takeWebhook)
	return w
}

func (w *world) takeWebhook(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	change, err := w.billing.HandleEvent(r.Context(), body, r.Header.Get("Stripe-Signature"))
	switch {
	case errors.Is(err, billing.ErrSignature):
		rw.WriteHeader(http.StatusBadRequest)
	case err != nil:
		w.t.Logf("webhook: %v", err)
		rw.WriteHeader(http.StatusInternalServerError)
	}
	w.mu.Lock()
	w.changes = append(w.changes, change)
	w.mu.Unlock()
}

func (w *world) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	w.t.Cleanup(cancel)
	return ctx
}

func (w *world) input(org tenants.OrgID, plan, interval string) billing.CheckoutInput {
	return billing.CheckoutInput{
		Org: org, OrgName: "Acme", Email: "ann@acme.test", Plan: plan, Interval: interval,
		SuccessURL: w.pages + "/o/acme/billing/done?session={CHECKOUT_SESSION_ID}", CancelURL: w.pages + "/o/acme/billing",
	}
}

// upgrade presses the button and returns the payment page's address.
func (w *world) upgrade(org tenants.OrgID, plan, interval string) string {
	w.t.Helper()
	page, err := w.billing.StartCheckout(w.ctx(), w.input(org, plan, interval))
	if err != nil {
		w.t.Fatalf("start the checkout: %v", err)
	}
	return page
}

func (w *world) open(page string) (int, string) {
	w.t.Helper()
	res, err := w.browser.Get(page)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func token(page string) url.Values {
	if m := regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(page); m != nil {
		return url.Values{"token": {m[1]}}
	}
	return url.Values{}
}

// press opens a payment page and presses "pay" or "decline" on it.
func (w *world) press(page, button string) (status int, text, to string) {
	w.t.Helper()
	_, html := w.open(page)
	return w.post(page+"/"+button, token(html))
}

// submit presses a button of a page that was opened earlier.
func (w *world) submit(action, html string) (int, string) {
	w.t.Helper()
	status, text, _ := w.post(action, token(html))
	return status, text
}

func (w *world) post(action string, form url.Values) (status int, text, to string) {
	w.t.Helper()
	res, err := w.browser.PostForm(action, form)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b), res.Header.Get("Location")
}

// pay pays a page that is open.
func (w *world) pay(page string) {
	w.t.Helper()
	if status, text, _ := w.press(page, "pay"); status != http.StatusSeeOther {
		w.t.Fatalf("paying: %d %s", status, text)
	}
}

// settle waits until every webhook has been taken.
func (w *world) settle() {
	w.t.Helper()
	if err := w.stripe.Wait(w.ctx()); err != nil {
		w.t.Fatal(err)
	}
}

// on asserts the plan in force and returns the mirror.
func (w *world) on(org tenants.OrgID, plan string) billing.Subscription {
	w.t.Helper()
	p, sub, err := w.billing.PlanOf(w.ctx(), org)
	if err != nil {
		w.t.Fatal(err)
	}
	if p.ID != plan {
		w.t.Fatalf("on plan %q (%+v), want %q", p.ID, sub, plan)
	}
	return sub
}

// happened lists the events of one kind.
func (w *world) happened(kind string) []stripefake.Event {
	var out []stripefake.Event
	for _, e := range w.stripe.Control.Events() {
		if e.Type == kind {
			out = append(out, e)
		}
	}
	return out
}

// buy takes an organization to a plan the usual way.
func (w *world) buy(org tenants.OrgID, plan, interval string) billing.Subscription {
	w.t.Helper()
	w.pay(w.upgrade(org, plan, interval))
	w.settle()
	return w.on(org, plan)
}

func contains(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
}

func (w *world) log() *slog.Logger { return slog.New(slog.DiscardHandler) }

// ask calls Stripe's API by hand, as somebody in the dashboard would.
func (w *world) ask(method, path string, form url.Values) map[string]any {
	w.t.Helper()
	u, body := "http://stripe.invalid/v1/"+path, strings.NewReader(form.Encode())
	if method == http.MethodGet {
		u, body = u+"?"+form.Encode(), strings.NewReader("")
	}
	r, err := http.NewRequest(method, u, body)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_test_dashboard")
	res, err := w.stripe.Client().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s %s: %d %v %v", method, path, res.StatusCode, out, err)
	}
	return out
}

func (w *world) customer(org tenants.OrgID) string {
	w.t.Helper()
	_, sub, err := w.billing.PlanOf(w.ctx(), org)
	if err != nil || sub.CustomerID == "" {
		w.t.Fatalf("the customer of %s: %+v, %v", org, sub, err)
	}
	return sub.CustomerID
}

// subscription asks Stripe for the organization's newest subscription.
func (w *world) subscription(org tenants.OrgID) string {
	w.t.Helper()
	all := w.ask(http.MethodGet, "subscriptions", url.Values{"customer": {w.customer(org)}, "status": {"all"}})["data"].([]any)
	if len(all) == 0 {
		w.t.Fatalf("%s has no subscription", org)
	}
	return all[0].(map[string]any)["id"].(string)
}

// pageFor opens a payment page that Parley knows nothing of.
func (w *world) pageFor(customer, plan, interval string) string {
	w.t.Helper()
	prices := w.ask(http.MethodGet, "prices", url.Values{"lookup_keys[0]": {billing.LookupKey(plan, 1, interval)}})["data"].([]any)
	cs := w.ask(http.MethodPost, "checkout/sessions", url.Values{
		"mode": {"subscription"}, "customer": {customer}, "line_items[0][price]": {prices[0].(map[string]any)["id"].(string)},
		"success_url": {w.pages + "/done"},
	})
	return cs["url"].(string)
}
