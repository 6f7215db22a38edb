package stripefake

import (
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

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
	if n := times(w.wait(), "customer.subscription.deleted"); n != 1 {
		t.Errorf("told %d times that it ended", n)
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
