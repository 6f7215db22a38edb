package stripemock

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// request is one that somebody sent to the stand-in.
type request struct {
	method, address string // with the query
	kind            string // its Content-Type
	version         string
	body            []byte
}

// known are the kinds of requests that the test binary has asked about.
var known sync.Map

// Watch is next, with each kind of request that it takes shown to stripe-mock as
// well when the test is over. One that Stripe would not understand fails the
// test, whatever next answered.
func Watch(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	var mu sync.Mutex
	var fresh []request
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range fresh {
			if err := r.ask(Client(t)); err != nil {
				t.Errorf("a request that Stripe would not take: %v", err)
			}
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil { // who asked was killed in the middle
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		one := request{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("Stripe-Version"), body}
		if _, old := known.LoadOrStore(one.shape(), true); !old {
			mu.Lock()
			fresh = append(fresh, one)
			mu.Unlock()
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// patience is how long stripe-mock may take for one answer.
const patience = time.Minute

// ask shows the request to stripe-mock. The error says what it does not know.
func (r request) ask(client *http.Client) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.method, "http://stripe.invalid"+r.address, bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer sk_test_123") // of the only form that it takes
	for name, value := range map[string]string{"Content-Type": r.kind, "Stripe-Version": r.version} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 == 2 {
		return err
	}
	var said struct{ Error struct{ Message string } }
	if json.Unmarshal(answer, &said) == nil && said.Error.Message != "" {
		answer = []byte(said.Error.Message)
	}
	return fmt.Errorf("%s %s %s: answered %d: %s", r.method, r.address, r.body, res.StatusCode, answer)
}

var (
	madeID = regexp.MustCompile(`^[a-z]+_[0-9a-z]{16,}$`) // as the stand-in makes them
	word   = regexp.MustCompile(`^[a-z_]{1,40}$`)         // what may be one of a few that Stripe allows
)

// shape is the same for requests that Stripe understands or not for the same
// reason: method, path without ids, names of parameters, and those values that
// may be of a list of allowed ones.
func (r request) shape() string {
	path, query, _ := strings.Cut(r.address, "?")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if madeID.MatchString(part) {
			parts[i] = "{id}"
		}
	}
	var all []string
	for _, encoded := range []string{query, string(r.body)} {
		values, err := url.ParseQuery(encoded)
		if err != nil {
			return r.method + r.address + string(r.body)
		}
		for name, list := range values {
			for _, value := range list {
				if !word.MatchString(value) || strings.Contains(name, "metadata") {
					value = ""
				}
				all = append(all, name+"="+value)
			}
		}
	}
	slices.Sort(all)
	return r.method + " " + strings.Join(parts, "/") + " " + r.version + " " + strings.Join(all, "&")
}
