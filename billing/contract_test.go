package billing_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/billing"
	"parley/billing/stripemock"
)

// asksNothing are the methods of [billing.Gateway] that send no request, with the
// reason.
var asksNothing = map[string]string{
	"ParseEvent": "it reads what Stripe has sent",
}

// TestStripeKnowsEveryRequest calls every method of what [billing.NewStripe] makes,
// also those that somebody adds tomorrow, against Stripe's own description of its API: each
// must ask something, and nothing that Stripe does not know. Which requests
// follow from which answers is for the other tests, whose requests
// [stripemock.Watch] holds against the same description.
func TestStripeKnowsEveryRequest(t *testing.T) {
	said := &answers{next: stripemock.Client(t).Transport}
	gw, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_123", URL: "http://stripe.invalid", HTTP: &http.Client{Transport: said}})
	if err != nil {
		t.Fatal(err)
	}
	rights := map[string]string{}
	methods := reflect.TypeOf(gw) // and not of the interface: there may be more than one
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		if asksNothing[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			call := reflect.ValueOf(gw).MethodByName(name)
			in := make([]reflect.Value, call.Type().NumIn())
			for n := range in {
				in[n] = some(call.Type().In(n), "")
			}
			in[0] = reflect.ValueOf(t.Context())
			out := call.Call(in)
			if err, failed := out[len(out)-1].Interface().(error); failed {
				t.Error(err)
			}
			all := said.take()
			if len(all) == 0 {
				t.Errorf("it asks Stripe nothing; if that is meant, say why in asksNothing")
			}
			for _, one := range all {
				t.Log(one)
				if !strings.HasPrefix(one, "200 ") {
					t.Error("Stripe would not take this: " + one)
				}
				note(rights, one)
			}
		})
	}
	rights["webhook_endpoints"] = "read" // CheckEndpoint
	guide, err := os.ReadFile("../docs/stripe.md")
	if err != nil {
		t.Fatal(err)
	}
	for resource, right := range rights {
		row := func(right string) bool {
			return strings.Contains(string(guide), fmt.Sprintf("| `%s` | %s |", resource, right))
		}
		if !row(right) && !row("write") {
			t.Errorf("docs/stripe.md, step 2, lacks a right that a key needs: %s, %s", resource, right)
		}
	}
}

// note remembers which right a key needs for a request that [answers] has noted.
func note(rights map[string]string, asked string) {
	parts := strings.Fields(asked)
	resource, _, _ := strings.Cut(strings.TrimPrefix(parts[2], "/v1/"), "/")
	resource, _, _ = strings.Cut(resource, "?")
	if parts[1] != http.MethodGet {
		rights[resource] = "write"
	} else if rights[resource] == "" {
		rights[resource] = "read"
	}
}

// TestStripeKnowsEveryEvent has Stripe's description judge the list of events that
// an endpoint is to send.
func TestStripeKnowsEveryEvent(t *testing.T) {
	form := url.Values{"url": {"https://parley.example/webhooks/stripe"}, "enabled_events[]": billing.WebhookEvents()}
	for _, kind := range []string{"", "invoice.eaten"} {
		status := http.StatusOK
		if kind != "" {
			status = http.StatusBadRequest
			form.Add("enabled_events[]", kind)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://stripe.invalid/v1/webhook_endpoints", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer sk_test_123")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := stripemock.Client(t).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("with %q: %d %s", kind, res.StatusCode, text)
		}
	}
}

// some is a value of a type that Stripe could take. Where it allows a few words
// only, the name of the field says which.
func some(of reflect.Type, field string) reflect.Value {
	v := reflect.New(of).Elem()
	if of == reflect.TypeFor[time.Time]() {
		return reflect.ValueOf(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC))
	}
	switch of.Kind() {
	case reflect.String:
		v.SetString(word(field))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(3)
	case reflect.Float64:
		v.SetFloat(20)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
		v.Elem().Set(some(of.Elem(), field))
	case reflect.Slice:
		v.Set(reflect.Append(v, some(of.Elem(), field)))
	case reflect.Struct:
		for i := range of.NumField() {
			if of.Field(i).IsExported() {
				v.Field(i).Set(some(of.Field(i).Type, of.Field(i).Name))
			}
		}
	}
	return v
}

func word(field string) string {
	switch {
	case strings.HasSuffix(field, "Currency"):
		return "usd"
	case field == "Interval":
		return billing.Month
	case field == "Duration":
		return billing.DiscountOnce
	case strings.HasSuffix(field, "URL"):
		return "https://parley.example/billing"
	}
	return "some_1"
}

// answers notes what was asked and how it was answered.
type answers struct {
	next http.RoundTripper
	mu   sync.Mutex
	all  []string
}

// RoundTrip is part of http.RoundTripper.
func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := a.next.RoundTrip(r)
	if err == nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.all = append(a.all, strconv.Itoa(res.StatusCode)+" "+r.Method+" "+r.URL.RequestURI())
	}
	return res, err
}

func (a *answers) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := a.all
	a.all = nil
	return all
}
