package stripefake

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
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

func count2(events []Event, kind string) int {
	n := 0
	for _, e := range events {
		if e.Type == kind {
			n++
		}
	}
	return n
}

func TestPays(t *testing.T) {
	w := newWorld(t, "")
	cs, customer := w.sell()
	status, page, header := w.get(cs["url"].(string))
	if status != http.StatusOK {
		t.Fatalf("the payment page: %d", status)
	}
	for _, want := range []string{"Demo payment:", "no money moves", "Parley Pro", "Total due today", "$25.98", "4242 4242 4242 4242", "Decline the card", ">Back<", "2 seats, $12.99 a seat a month"} {
		if !strings.Contains(page, want) {
			t.Errorf("the payment page lacks %q", want)
		}
	}
	if csp := header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self';") {
		t.Errorf("policy: %q", csp)
	}
	for _, bad := range []string{"<script", "style=", "onclick", "http://www"} {
		if strings.Contains(page, bad) {
			t.Errorf("the payment page contains %q", bad)
		}
	}
	status, _, header = w.press(cs["url"].(string)+"/pay", w.token(page))
	if status != http.StatusSeeOther || header.Get("Location") != w.pages.URL+"/done?s="+cs["id"].(string) {
		t.Fatalf("after paying: %d to %q", status, header.Get("Location"))
	}
	subs := w.must("GET", "subscriptions", "customer="+customer+"&status=all&expand[]=data.latest_invoice")["data"].([]any)
	if len(subs) != 1 {
		t.Fatalf("subscriptions: %v", subs)
	}
	sub := subs[0].(map[string]any)
	if sub["status"] != "active" || sub["metadata"].(map[string]any)["org"] != "1" || sub["latest_invoice"].(map[string]any)["amount_paid"] != 2598.0 {
		t.Errorf("subscription: %v", sub)
	}
	if end := time.Unix(int64(sub["current_period_end"].(float64)), 0).UTC(); end.Month() != time.February || end.Day() != 28 {
		t.Errorf("a month from 31 January ends on %v", end)
	}
	got := w.wait()
	for _, kind := range []string{"customer.subscription.created", "invoice.paid", "checkout.session.completed"} {
		if count2(got, kind) != 1 {
			t.Errorf("%s came %d times", kind, count2(got, kind))
		}
	}
	if w.sigs[0] != Sign(w.bodies[0], "whsec_test", w.clock.Now()) {
		t.Errorf("signature %q", w.sigs[0])
	}

	status, page, _ = w.press(cs["url"].(string)+"/pay", w.token(page))
	if status != http.StatusConflict || !strings.Contains(page, "paid already") {
		t.Errorf("paying twice: %d %s", status, page)
	}
	if n := len(w.must("GET", "subscriptions", "customer="+customer)["data"].([]any)); n != 1 {
		t.Errorf("paying twice made %d subscriptions", n)
	}
}

func TestDeclined(t *testing.T) {
	w := newWorld(t, "")
	cs, customer := w.sell()
	_, page, _ := w.get(cs["url"].(string))
	status, page, _ := w.press(cs["url"].(string)+"/decline", w.token(page))
	if status != http.StatusPaymentRequired || !strings.Contains(page, "Nothing was charged") {
		t.Fatalf("declined: %d %s", status, page)
	}
	if n := len(w.must("GET", "subscriptions", "status=all&customer="+customer)["data"].([]any)); n != 0 {
		t.Errorf("a declined card made %d subscriptions", n)
	}
	if status, _, _ := w.press(cs["url"].(string)+"/pay", w.token(page)); status != http.StatusSeeOther {
		t.Errorf("paying after a decline: %d", status)
	}
}

func TestForgedForm(t *testing.T) {
	w := newWorld(t, "")
	cs, customer := w.sell()
	for _, form := range []url.Values{{}, {"token": {"00"}}, {"token": {strings.Repeat("0", 64)}}} {
		if status, _, _ := w.press(cs["url"].(string)+"/pay", form); status != http.StatusForbidden {
			t.Errorf("a form with %v: %d", form, status)
		}
	}
	if n := len(w.must("GET", "subscriptions", "customer="+customer)["data"].([]any)); n != 0 {
		t.Errorf("a forged form bought %d subscriptions", n)
	}
	if status, _, _ := w.get(w.pages.URL + "/dev/stripe/checkout/cs_test_guess"); status != http.StatusNotFound {
		t.Errorf("a guessed session: %d", status)
	}
}

func TestExpiredSession(t *testing.T) {
	w := newWorld(t, "")
	cs, _ := w.sell()
	_, page, _ := w.get(cs["url"].(string))
	form := w.token(page)
	w.clock.Advance(24*time.Hour + time.Second)
	for _, try := range []func() (int, string, http.Header){
		func() (int, string, http.Header) { return w.press(cs["url"].(string)+"/pay", form) },
		func() (int, string, http.Header) { return w.get(cs["url"].(string)) },
	} {
		if status, page, _ := try(); status != http.StatusGone || !strings.Contains(page, "expired") {
			t.Errorf("an expired session: %d %s", status, page)
		}
	}
	if n := count2(w.wait(), "checkout.session.expired"); n != 1 {
		t.Errorf("told %d times that the session expired", n)
	}
}

func TestIdempotencyKeys(t *testing.T) {
	w := newWorld(t, "")
	ids := make(chan string, 8)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, out := w.call("POST", "customers", "name=Acme", "key-1")
			id, _ := out["id"].(string)
			ids <- id
		})
	}
	wg.Wait()
	first := <-ids
	for range 7 {
		if id := <-ids; id != first || id == "" {
			t.Errorf("the same key made %q and %q", first, id)
		}
	}
	status, out := w.call("POST", "customers", "name=Other", "key-1")
	if status != http.StatusBadRequest || out["error"].(map[string]any)["type"] != "idempotency_error" {
		t.Errorf("the same key with another request: %d %v", status, out)
	}
	if n := len(w.must("GET", "customers", "")["data"].([]any)); n != 1 {
		t.Errorf("%d customers", n)
	}
}

func TestErrorsLikeStripes(t *testing.T) {
	w := newWorld(t, "")
	cs, _ := w.sell()
	for _, c := range []struct {
		method, path, form string
		status             int
		code, param        string
	}{
		{"GET", "customers/cus_none", "", 404, "resource_missing", "id"},
		{"GET", "subscriptions", "customer=cus_none", 404, "resource_missing", "customer"},
		{"GET", "checkout/sessions/cs_none", "", 404, "resource_missing", "session"},
		{"POST", "customers", "nickname=x", 400, "parameter_unknown", "nickname"},
		{"POST", "prices", "product=parley_pro&currency=usd&unit_amount=1&recurring[interval]=month&lookup_key=parley_pro_month", 400, "resource_already_exists", "lookup_key"},
		{"POST", "prices", "product=parley_pro&currency=usd&unit_amount=much", 400, "parameter_invalid_integer", "unit_amount"},
		{"POST", "products", "id=parley_pro&name=again", 400, "resource_already_exists", ""},
		{"POST", "checkout/sessions", "mode=subscription", 400, "parameter_missing", "success_url"},
		{"POST", "checkout/sessions", "mode=subscription&success_url=javascript:alert(1)", 400, "url_invalid", "success_url"},
		{"GET", "nothing", "", 404, "", ""},
	} {
		status, out := w.call(c.method, c.path, c.form, "")
		e, _ := out["error"].(map[string]any)
		code, _ := e["code"].(string)
		param, _ := e["param"].(string)
		if status != c.status || code != c.code || param != c.param || e["message"] == "" {
			t.Errorf("%s %s %s: %d %v", c.method, c.path, c.form, status, out)
		}
	}
	w.must("POST", "checkout/sessions/"+cs["id"].(string)+"/expire", "")
	if status, _ := w.call("POST", "checkout/sessions/"+cs["id"].(string)+"/expire", "", ""); status != http.StatusBadRequest {
		t.Errorf("expired twice: %d", status)
	}
	res, err := http.Get(w.api.URL + "/v1/customers")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a key: %d", res.StatusCode)
	}
}

func TestRenewsFailsAndGivesUp(t *testing.T) {
	w := newWorld(t, "")
	cs, customer := w.sell()
	_, page, _ := w.get(cs["url"].(string))
	w.press(cs["url"].(string)+"/pay", w.token(page))
	state := func() map[string]any {
		return w.must("GET", "subscriptions", "status=all&customer="+customer)["data"].([]any)[0].(map[string]any)
	}
	w.clock.Advance(28 * 24 * time.Hour)
	if s := state(); s["status"] != "active" || len(w.must("GET", "invoices", "customer="+customer)["data"].([]any)) != 2 {
		t.Fatalf("after a month: %v", s)
	}
	if end := time.Unix(int64(state()["current_period_end"].(float64)), 0).UTC(); end.Day() != 31 || end.Month() != time.March {
		t.Errorf("the second month ends on %v, not on the 31st where the cycle began", end)
	}
	w.s.Control.DeclineCard(customer, true)
	w.clock.Advance(31 * 24 * time.Hour)
	if s := state(); s["status"] != "past_due" {
		t.Fatalf("unpaid: %v", s["status"])
	}
	w.s.Control.DeclineCard(customer, false)
	w.s.Control.PayOpen(customer)
	if s := state(); s["status"] != "active" {
		t.Fatalf("paid late: %v", s["status"])
	}
	w.s.Control.DeclineCard(customer, true)
	w.clock.Advance(60 * 24 * time.Hour)
	if s := state(); s["status"] != "canceled" {
		t.Fatalf("never paid: %v", s["status"])
	}
	if n := count2(w.wait(), "customer.subscription.deleted"); n != 1 {
		t.Errorf("told %d times that it ended", n)
	}
}

func TestPortal(t *testing.T) {
	w := newWorld(t, "")
	cs, customer := w.sell()
	_, page, _ := w.get(cs["url"].(string))
	w.press(cs["url"].(string)+"/pay", w.token(page))
	portal := w.must("POST", "billing_portal/sessions", "customer="+customer+"&return_url="+url.QueryEscape(w.pages.URL+"/back"))["url"].(string)
	_, page, _ = w.get(portal)
	for _, want := range []string{"Acme", "Parley Pro", "Renews on 28 February 2026", "Cancel at the end of the period", "$25.98", "Paid"} {
		if !strings.Contains(page, want) {
			t.Errorf("the portal lacks %q", want)
		}
	}
	form := w.token(page)
	form.Set("subscription", regexp.MustCompile(`value="(sub_[^"]+)"`).FindStringSubmatch(page)[1])
	if status, _, _ := w.press(portal+"/cancel", url.Values{"subscription": form["subscription"]}); status != http.StatusForbidden {
		t.Errorf("without a token: %d", status)
	}
	w.press(portal+"/cancel", form)
	if _, page, _ = w.get(portal); !strings.Contains(page, "Ends on 28 February 2026") {
		t.Errorf("after cancelling: %s", page)
	}
	w.press(portal+"/resume", form)
	if _, page, _ = w.get(portal); !strings.Contains(page, "Renews on 28 February 2026") {
		t.Errorf("after resuming: %s", page)
	}
	w.press(portal+"/cancel", form)
	w.clock.Advance(28 * 24 * time.Hour)
	if _, page, _ = w.get(portal); !strings.Contains(page, "No subscription") {
		t.Errorf("after the end: %s", page)
	}
	if status, _, _ := w.press(portal+"/resume", form); status != http.StatusConflict {
		t.Errorf("resuming what has ended: %d", status)
	}
}

func TestWebhooksMistreated(t *testing.T) {
	w := newWorld(t, "")
	w.s.Control.SetPolicy(Policy{Repeat: 2, Drop: func(e Event) bool { return e.Type == "product.created" }})
	w.sell()
	got := w.wait()
	if n := count2(got, "customer.created"); n != 3 {
		t.Errorf("repeated twice it came %d times", n)
	}
	if n := count2(got, "product.created"); n != 0 {
		t.Errorf("dropped it came %d times", n)
	}
	w.s.Control.SetPolicy(Policy{Delay: time.Hour})
	w.must("POST", "customers", "name=Late")
	if n := count2(w.wait(), "customer.created"); n != 3 {
		t.Errorf("a delayed event came at once")
	}
	w.clock.Advance(time.Hour)
	w.until(func() bool { return count2(w.wait(), "customer.created") == 4 })

	w.s.Control.SetPolicy(Policy{})
	w.s.Control.Hold()
	w.must("POST", "customers", "name=Held")
	if n := count2(w.wait(), "customer.created"); n != 4 {
		t.Errorf("a held event came")
	}
	w.s.Control.Release()
	w.until(func() bool { return count2(w.wait(), "customer.created") == 5 })
}

func TestWebhookIsSentAgainUntilTaken(t *testing.T) {
	w := newWorld(t, "")
	w.answer = http.StatusInternalServerError
	w.must("POST", "customers", "name=Acme")
	w.until(func() bool { return len(w.wait()) == 1 })
	w.mu.Lock()
	w.answer = http.StatusOK
	w.mu.Unlock()
	w.clock.Advance(2 * time.Second)
	w.until(func() bool { return len(w.wait()) == 2 })
	w.clock.Advance(time.Hour)
	if n := len(w.wait()); n != 2 {
		t.Errorf("sent %d times after it was taken", n)
	}
}

// until polls: the courier has a goroutine of its own.
func (w *world) until(ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			w.t.Fatal("it did not happen in 30 seconds")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestRemembersAcrossRestarts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stripe", "state.json")
	w := newWorld(t, file)
	cs, customer := w.sell()
	_, page, _ := w.get(cs["url"].(string))
	w.press(cs["url"].(string)+"/pay", w.token(page))
	again := newWorld(t, file)
	subs := again.must("GET", "subscriptions", "customer="+customer)["data"].([]any)
	if len(subs) != 1 || subs[0].(map[string]any)["status"] != "active" {
		t.Errorf("after a restart: %v", subs)
	}
}

func TestInsideTheProcess(t *testing.T) {
	w := newWorld(t, "")
	r, err := http.NewRequest("GET", "http://stripe.invalid/v1/customers", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_test_x")
	res, err := w.s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("status %d", res.StatusCode)
	}
}

func FuzzParams(f *testing.F) {
	f.Add("line_items[0][price]=x&line_items[0][quantity]=2&expand[]=a&expand[]=b")
	f.Add("a[[b]]=1&[]=2&=3&a=4")
	f.Fuzz(func(t *testing.T, form string) {
		p, err := parseParams(form)
		if err != nil {
			return
		}
		_ = p.strings("a")
		_ = p.dict("metadata")
		_ = p.unknown()
	})
}
