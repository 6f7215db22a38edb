package stripefake

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

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
		if times(got, kind) != 1 {
			t.Errorf("%s came %d times", kind, times(got, kind))
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
	if n := times(w.wait(), "checkout.session.expired"); n != 1 {
		t.Errorf("told %d times that the session expired", n)
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
