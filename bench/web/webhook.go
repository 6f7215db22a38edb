package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
)

// eventsBar is how many of Stripe's events a second must be handled on two cores.
const eventsBar = 200

// hooks is how the webhook did on one database.
type hooks struct {
	database        string
	customers, sent int
	took, cpu       time.Duration   // on the clock; of the server, on all cores
	times           []time.Duration // of each event, sorted
}

func (h hooks) rate() float64 { return float64(h.sent) / h.took.Seconds() }

// quantile is a time that so many of a hundred stayed below.
func (h hooks) quantile(of int) time.Duration { return page{times: h.times}.quantile(of) }

// webhooks has a fresh server in demo mode, with Stripe's stand-in inside, sell
// plans to customers, damages what it has written down of them, and sends it
// signed events about them, many at once. Afterwards each event must have been
// answered with 200 and be remembered, and what is written down be right again.
func (s settings) webhooks(ctx context.Context, name, data, database, address string) (hooks, error) {
	out := hooks{database: name, customers: s.customers, sent: s.events}
	secret := "whsec_" + rand.Text()
	args := []string{"--demo", "--data", data, "--stripe-webhook-secret", secret}
	if database != "" {
		args = append(args, "--database", database)
	}
	if s.profile != "" {
		args = append(args, "--metrics", s.profile)
	}
	server, err := serve(ctx, s.parley, args)
	if err != nil {
		return out, err
	}
	defer server.stop()
	for i := range s.customers {
		if err := buy(ctx, server.url, i); err != nil {
			return out, fmt.Errorf("customer %d buys a plan: %w", i, err)
		}
	}
	driver := "pgx"
	if address == "" {
		driver, address = "sqlite", filepath.Join(data, "parley.db")
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		return out, err
	}
	defer db.Close()
	before, err := paying(ctx, db, s.customers)
	if err != nil {
		return out, err
	}
	if _, err := db.ExecContext(ctx, "UPDATE subscriptions SET plan = '', status = '', seats = 0, pay_interval = ''"); err != nil {
		return out, err
	}
	worked := server.cpu()
	if err := out.send(ctx, server.url+"/webhooks/stripe", secret, before, s.together); err != nil {
		return out, err
	}
	out.cpu = server.cpu() - worked
	var handled int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM stripe_events WHERE id LIKE 'evt_bench_%'").Scan(&handled); err != nil {
		return out, err
	}
	if handled != s.events {
		return out, fmt.Errorf("%d events were sent and answered with 200, and %d are remembered", s.events, handled)
	}
	after, err := mirrors(ctx, db)
	if err != nil {
		return out, err
	}
	if !slices.Equal(before, after) {
		return out, fmt.Errorf("what is written down of the customers is\n%v, and was\n%v", after, before)
	}
	return out, nil
}

// mirror is what is written down of a customer.
type mirror struct {
	customer, subscription, plan, status, interval string
	seats                                          int
}

func mirrors(ctx context.Context, db *sql.DB) (out []mirror, err error) {
	rows, err := db.QueryContext(ctx, "SELECT customer_id, subscription_id, plan, status, pay_interval, seats FROM subscriptions WHERE customer_id IS NOT NULL ORDER BY customer_id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m mirror
		if err := rows.Scan(&m.customer, &m.subscription, &m.plan, &m.status, &m.interval, &m.seats); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// paying waits until that many customers are written down as paying, which the
// stand-in's own events bring about, and gives them.
func paying(ctx context.Context, db *sql.DB, customers int) ([]mirror, error) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		all, err := mirrors(ctx, db)
		if err != nil {
			return nil, err
		}
		paid := !slices.ContainsFunc(all, func(m mirror) bool { return m.plan == "" || m.seats == 0 })
		if paid && len(all) == customers {
			return all, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return nil, fmt.Errorf("%d of %d customers are written down as paying: %v", len(all), customers, all)
		}
	}
}

var (
	formToken = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`)
	orgLink   = regexp.MustCompile(`^/o/[^/?]+`)
)

// buy signs an organization up and pays for its plan, as a browser would.
func buy(ctx context.Context, base string, n int) error {
	p := newPerson(base)
	form, _, err := p.open(ctx, "/signup")
	if err != nil {
		return err
	}
	home, err := p.post("/signup", form, url.Values{
		"name": {"Owner"}, "email": {fmt.Sprintf("owner-%d@bench.example", n)}, "password": {"correct horse battery staple"}, "organization": {fmt.Sprintf("Bench %d", n)},
	})
	if err != nil {
		return err
	}
	org := orgLink.FindString(home)
	if form, _, err = p.open(ctx, org+"/billing"); err != nil {
		return err
	}
	interval := []string{"month", "year"}[n%2]
	checkout, err := p.post(org+"/checkout", form, url.Values{"plan": {"pro"}, "interval": {interval}, "seats": {fmt.Sprint(1 + n%5)}})
	if err != nil {
		return err
	}
	checkout = strings.TrimPrefix(checkout, base)
	page, _, err := p.open(ctx, checkout)
	if err != nil {
		return err
	}
	m := formToken.FindStringSubmatch(page)
	if m == nil {
		return errors.New("the payment page has no form")
	}
	_, err = p.post(checkout+"/pay", form, url.Values{"token": {m[1]}})
	return err
}

// post sends a form with the token of the page that it stood on, and gives the
// address to which it leads.
func (p *person) post(path, page string, form url.Values) (string, error) {
	m := field.FindStringSubmatch(page)
	if m == nil {
		return "", errors.New("the page has no form")
	}
	form.Set("csrf", html.UnescapeString(m[1]+m[2]))
	res, err := p.http.PostForm(p.base+path, form)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		text, _ := io.ReadAll(res.Body)
		return "", fmt.Errorf("%s was answered with %d: %.500s", path, res.StatusCode, text)
	}
	return res.Header.Get("Location"), nil
}

// send posts the events, so many at once, to the customers in turn, and notes
// how long each took.
func (h *hooks) send(ctx context.Context, address, secret string, to []mirror, together int) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: together}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	h.times = make([]time.Duration, h.sent)
	faults := make(chan error, together)
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range together {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < h.sent; i = int(next.Add(1)) - 1 {
				start := time.Now()
				if err := post(ctx, client, address, secret, event(i, to[i%len(to)])); err != nil {
					faults <- fmt.Errorf("event %d: %w", i, err)
					return
				}
				h.times[i] = time.Since(start)
			}
		})
	}
	all.Wait()
	h.took = time.Since(began)
	slices.Sort(h.times)
	select {
	case err := <-faults:
		return err
	default:
		return nil
	}
}

// event is one as Stripe sends it, about one of the things that a customer has.
func event(n int, about mirror) []byte {
	kinds := []struct{ name, object, id string }{
		{"customer.subscription.updated", "subscription", about.subscription},
		{"invoice.paid", "invoice", "in_bench"},
		{"charge.succeeded", "charge", "ch_bench"},
		{"checkout.session.completed", "checkout.session", "cs_bench"},
	}
	kind := kinds[n%len(kinds)]
	body, err := json.Marshal(map[string]any{
		"id": fmt.Sprintf("evt_bench_%d", n), "object": "event", "api_version": "2023-10-16", "created": time.Now().Unix(), "type": kind.name,
		"data": map[string]any{"object": map[string]any{"id": kind.id, "object": kind.object, "customer": about.customer, "filler": strings.Repeat("x", 2000)}},
	})
	if err != nil {
		panic(err) // maps of strings and numbers
	}
	return body
}

func post(ctx context.Context, client *http.Client, address, secret string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	now := time.Now().Unix()
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", now, body)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Stripe-Signature", fmt.Sprintf("t=%d,v1=%s", now, hex.EncodeToString(mac.Sum(nil))))
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d: %.300s %w", res.StatusCode, text, err)
	}
	return nil
}

// hookPart is what the measurement of the webhook owns of the file.
var hookPart = regexp.MustCompile(`(?s)<!-- webhook -->.*<!-- /webhook -->\n?`)

func hookReport(s settings, results []hooks) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- webhook -->\n## Stripe’s events\n\nWritten by `make bench-web` on %s: %d signed events about %d customers that pay, %d at once, to a server in demo mode, with Stripe’s stand-in in the same process; "+
		"who sends shares the machine too. Each event is verified, the customer’s state is fetched from the stand-in (two requests), and written in one transaction with the event’s id; what was written down of the customers had been damaged before, "+
		"and has to be right afterwards. Load average afterwards: %s. Bar: %d events a second on two cores, none lost.\n\n",
		time.Now().Format(time.DateOnly), s.events, s.customers, s.together, loadAverage(), eventsBar)
	b.WriteString("| on | events a second | p50 | p95 | p99 | server’s CPU an event | sent | handled | |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n")
	for _, h := range results {
		verdict := ""
		if h.rate() < eventsBar {
			verdict = "**below the bar**"
		}
		each := float64(h.cpu.Microseconds()) / 1000 / float64(h.sent)
		fmt.Fprintf(&b, "| %s | %.0f | %d ms | %d ms | %d ms | %.1f ms | %d | %d | %s |\n", h.database, h.rate(),
			h.quantile(50).Milliseconds(), h.quantile(95).Milliseconds(), h.quantile(99).Milliseconds(), each, h.sent, len(h.times), verdict)
	}
	b.WriteString("<!-- /webhook -->\n")
	return b.String()
}
