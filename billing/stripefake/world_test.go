package stripefake

import (
	"context"
	"encoding/json"
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
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a stand-in over real HTTP, and somebody who takes its webhooks.
type world struct {
	t      *testing.T
	s      *Server
	clock  *clockwork.FakeClock
	api    *httptest.Server
	pages  *httptest.Server
	client *http.Client

	mu     sync.Mutex
	got    []Event
	sigs   []string
	bodies [][]byte
	answer int
}

func newWorld(t *testing.T, file string) *world {
	t.Helper()
	w := &world{t: t, clock: clockwork.NewFakeClockAt(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)), answer: http.StatusOK}
	w.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	hook := httptest.NewServer(http.HandlerFunc(w.take))
	t.Cleanup(hook.Close)
	mux := http.NewServeMux()
	w.pages = httptest.NewServer(mux)
	t.Cleanup(w.pages.Close)
	s, err := New(Config{
		Clock: w.clock, Log: slog.New(slog.DiscardHandler), WebhookURL: hook.URL, WebhookSecret: "whsec_test",
		PagesBase: w.pages.URL + "/dev/stripe", File: file, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w.s = s
	mux.Handle("/dev/stripe/", s.Pages())
	w.api = httptest.NewServer(s.API())
	t.Cleanup(w.api.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

func (w *world) take(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var e Event
	_ = json.Unmarshal(body, &e)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got, w.sigs, w.bodies = append(w.got, e), append(w.sigs, r.Header.Get("Stripe-Signature")), append(w.bodies, body)
	rw.WriteHeader(w.answer)
}

// call asks the API and returns the status and the decoded answer.
func (w *world) call(method, path, form, key string) (int, map[string]any) {
	w.t.Helper()
	u := w.api.URL + "/v1/" + path
	var body io.Reader
	if method == http.MethodGet && form != "" {
		u += "?" + form
	} else if form != "" {
		body = strings.NewReader(form)
	}
	r, err := http.NewRequest(method, u, body)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_test_x")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	res, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, out
}

func (w *world) must(method, path, form string) map[string]any {
	w.t.Helper()
	status, out := w.call(method, path, form, "")
	if status != http.StatusOK {
		w.t.Fatalf("%s %s %s: %d %v", method, path, form, status, out)
	}
	return out
}

// sell makes a customer, a price and an open session.
func (w *world) sell() (session map[string]any, customer string) {
	w.t.Helper()
	customer = w.must("POST", "customers", "email=ann@acme.test&name=Acme&metadata[org]=1")["id"].(string)
	w.must("POST", "products", "id=parley_pro&name=Parley+Pro")
	price := w.must("POST", "prices", "product=parley_pro&currency=usd&unit_amount=1299&recurring[interval]=month&lookup_key=parley_pro_month")["id"].(string)
	form := url.Values{
		"mode": {"subscription"}, "customer": {customer}, "line_items[0][price]": {price}, "line_items[0][quantity]": {"2"},
		"success_url": {w.pages.URL + "/done?s={CHECKOUT_SESSION_ID}"}, "cancel_url": {w.pages.URL + "/back"},
		"subscription_data[metadata][org]": {"1"},
	}
	return w.must("POST", "checkout/sessions", form.Encode()), customer
}

func (w *world) get(u string) (int, string, http.Header) {
	w.t.Helper()
	res, err := w.client.Get(u)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b), res.Header
}

func (w *world) press(u string, form url.Values) (int, string, http.Header) {
	w.t.Helper()
	res, err := w.client.PostForm(u, form)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b), res.Header
}

func (w *world) token(page string) url.Values {
	w.t.Helper()
	m := regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(page)
	if m == nil {
		w.t.Fatalf("the page has no token: %s", page)
	}
	return url.Values{"token": {m[1]}}
}

func (w *world) wait() []Event {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := w.s.Wait(ctx); err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Event{}, w.got...)
}

func times(events []Event, kind string) int {
	n := 0
	for _, e := range events {
		if e.Type == kind {
			n++
		}
	}
	return n
}

// until polls: the courier has a goroutine of its own.
func (w *world) until(ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			w.t.Fatal("it did not happen in 30 seconds")
		}
		<-time.After(5 * time.Millisecond)
	}
}
