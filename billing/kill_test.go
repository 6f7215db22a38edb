package billing_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"gorm.io/gorm"

	"parley/billing"
	"parley/billing/stripefake"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// childEnv makes this test binary a process that does one thing and stops at
// every step until it is told to go on: a [task] as JSON.
const childEnv = "PARLEY_BILLING_CHILD"

// task is what a child does.
type task struct {
	Database, Stripe string
	Now              time.Time
	Org              tenants.OrgID
	Do               string // checkout, pack, event, reconcile
	Checkout         billing.CheckoutInput
	Quote            billing.Quote
	Pack             billing.PackCheckoutInput
	Body             []byte
	Signature        string
}

// steps are the places where a child can die: after every request that Stripe has
// answered and before we hear of it, and after every statement that writes. What
// lies between two of them has no effect outside of the process.
type steps struct{ in *bufio.Reader }

func (s steps) step(name string) {
	fmt.Println(name)
	if _, err := s.in.ReadString('\n'); err != nil {
		os.Exit(3) // the parent is gone
	}
}

// RoundTrip lets the request happen, then asks whether to live.
func (s steps) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	s.step("answered " + r.Method + " " + r.URL.Path)
	return res, err
}

// watch asks after every statement that writes.
func (s steps) watch(db *tenants.DB) error {
	return db.Global(context.Background(), func(tx *gorm.DB) error {
		wrote := func(tx *gorm.DB) { s.step("wrote " + tx.Statement.Table) }
		cb := tx.Callback()
		return errors.Join(
			cb.Create().After("gorm:create").Register("test:step", wrote),
			cb.Update().After("gorm:update").Register("test:step", wrote),
			cb.Delete().After("gorm:delete").Register("test:step", wrote),
		)
	})
}

// runChild does a task in the child process.
func runChild(raw string) error {
	var job task
	if err := json.Unmarshal([]byte(raw), &job); err != nil {
		return err
	}
	quiet := slog.New(slog.DiscardHandler)
	ctx := context.Background()
	db, err := tenants.OpenDB(ctx, tenants.DBOptions{URL: job.Database, Log: quiet})
	if err != nil {
		return err
	}
	s := steps{bufio.NewReader(os.Stdin)}
	if err := s.watch(db); err != nil {
		return err
	}
	gw, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_child", URL: job.Stripe, Log: quiet, HTTP: &http.Client{Transport: s}})
	if err != nil {
		return err
	}
	sales, err := billing.New(db, gw, billing.Options{Clock: clockwork.NewFakeClockAt(job.Now), Log: quiet, WebhookSecret: secret})
	if err != nil {
		return err
	}
	switch job.Do {
	case "checkout":
		_, err = sales.StartCheckout(ctx, job.Checkout)
	case "pack":
		_, err = sales.StartPackCheckout(ctx, job.Pack)
	case "change":
		_, err = sales.AcceptQuote(ctx, job.Org, job.Quote.To, job.Quote.At, job.Quote.Today)
	case "event":
		_, err = sales.HandleEvent(ctx, job.Body, job.Signature)
	case "reconcile":
		_, err = sales.Reconcile(ctx)
	}
	s.step("done")
	return errors.Join(err, db.Close())
}

// killAt runs a child and kills it with SIGKILL at its n-th step, which it names;
// "" when it came to its end before.
func killAt(t *testing.T, n int, job task) string {
	t.Helper()
	raw, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+string(raw))
	var complaints strings.Builder
	child.Stderr = &complaints
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for at := 1; lines.Scan(); at++ {
		if at == n {
			_ = child.Process.Kill()
			_ = child.Wait()
			return lines.Text()
		}
		if _, err := io.WriteString(in, "go\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := child.Wait(); err != nil {
		t.Fatalf("the child failed by itself: %v\n%s", err, complaints.String())
	}
	return ""
}

// killWorld is a world whose database and Stripe a child can reach too.
func killWorld(t *testing.T) (w *world, job func(do string, org tenants.OrgID) task) {
	t.Helper()
	return killWorldOn(t, tenantstest.SQLitePath(t))
}

func killWorldOn(t *testing.T, database string) (w *world, job func(do string, org tenants.OrgID) task) {
	t.Helper()
	w = newWorld(t, tenantstest.Open(t, database), clockwork.NewFakeClockAt(tenantstest.Start))
	return w, func(do string, org tenants.OrgID) task {
		return task{Database: database, Stripe: w.api, Now: w.clock.Now(), Org: org, Do: do}
	}
}

// killPoints bounds a test that would otherwise never end, and fewestSteps one
// that would look at nothing.
const killPoints, fewestSteps = 60, 8

// everyStep kills a child at each of its steps in turn, each time for another
// organization, and lets after look at what is left.
func everyStep(t *testing.T, tell func(n int) (task, func(step string))) {
	t.Helper()
	for n := 1; n <= killPoints; n++ {
		job, after := tell(n)
		step := killAt(t, n, job)
		after(step)
		if t.Failed() {
			t.Fatalf("killed at step %d, %q", n, step)
		}
		if step == "" || step == "done" {
			if n < fewestSteps {
				t.Errorf("the child had %d steps only: does anybody watch it?", n)
			}
			t.Logf("killed at %d steps", n)
			return
		}
	}
	t.Errorf("the child has more than %d steps", killPoints)
}

// sold asserts that an organization has one customer, one running subscription,
// and has been charged for it once.
func (w *world) sold(org tenants.OrgID, plan string, charged int64) {
	w.t.Helper()
	sub := w.on(org, plan)
	customers := 0
	for _, c := range w.ask(http.MethodGet, "customers", map[string][]string{"limit": {"100"}})["data"].([]any) {
		if c.(map[string]any)["metadata"].(map[string]any)["parley_org"] == string(org) {
			customers++
		}
	}
	if customers != 1 {
		w.t.Errorf("%d customers", customers)
	}
	running := 0
	for _, s := range w.ask(http.MethodGet, "subscriptions", map[string][]string{"customer": {sub.CustomerID}, "status": {"all"}})["data"].([]any) {
		if s.(map[string]any)["status"] == "active" {
			running++
		}
	}
	if running != 1 {
		w.t.Errorf("%d subscriptions run", running)
	}
	if got := w.balances(org)["cash USD"]; got != charged {
		w.t.Errorf("%d cents were kept, want %d", got, charged)
	}
}

// TestKilledWhileBuying: somebody presses Upgrade, the process dies at any step,
// and they press again.
func TestKilledWhileBuying(t *testing.T) {
	w, job := killWorld(t)
	everyStep(t, func(n int) (task, func(string)) {
		org := w.newOrg(fmt.Sprintf("org-%d", n))
		do := job("checkout", org)
		do.Checkout = w.input(org, "pro", billing.Month)
		return do, func(string) {
			w.pay(w.upgrade(org, "pro", billing.Month))
			w.settle()
			w.sold(org, "pro", 1299)
			if n := w.openPages(org); n != 0 {
				w.t.Errorf("%d payment pages are open beside", n)
			}
		}
	})
}

// openPages counts payment pages of the organization that could still be paid.
func (w *world) openPages(org tenants.OrgID) (n int) {
	w.t.Helper()
	for _, p := range w.ask(http.MethodGet, "checkout/sessions", map[string][]string{"customer": {w.customer(org)}})["data"].([]any) {
		if p.(map[string]any)["status"] == "open" {
			n++
		}
	}
	return n
}

// TestKilledWhileHandlingAnEvent: the process dies at any step of a webhook, and
// Stripe sends it again because nobody answered.
func TestKilledWhileHandlingAnEvent(t *testing.T) {
	w, job := killWorld(t)
	w.stripe.Control.Hold()
	everyStep(t, func(n int) (task, func(string)) {
		org := w.newOrg(fmt.Sprintf("org-%d", n))
		w.pay(w.upgrade(org, "pro", billing.Month))
		events := w.stripe.Control.Discard()
		paid := events[len(events)-1]
		return w.eventTask(job, org, paid), func(string) {
			w.deliver(paid)
			w.sold(org, "pro", 1299)
			w.deliver(events...)
			w.sold(org, "pro", 1299)
		}
	})
}

// TestKilledWhileGivingBack: paid twice, and the process dies at any step of
// cancelling and refunding the second.
func TestKilledWhileGivingBack(t *testing.T) {
	w, job := killWorld(t)
	w.stripe.Control.Hold()
	everyStep(t, func(n int) (task, func(string)) {
		org := w.newOrg(fmt.Sprintf("org-%d", n))
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.deliver(w.stripe.Control.Discard()...)
		w.clock.Advance(time.Minute)
		w.pay(w.pageFor(w.customer(org), "pro", billing.Month))
		events := w.stripe.Control.Discard()
		again := events[len(events)-1]
		return w.eventTask(job, org, again), func(string) {
			w.deliver(again)
			w.deliver(w.stripe.Control.Discard()...)
			w.sold(org, "pro", 1299)
			if back := w.balances(org)["refunds:pro USD"]; back != 1299 {
				w.t.Errorf("%d cents were given back", back)
			}
		}
	})
}

// TestKilledWhileReconciling: every webhook is lost, and the process that finds
// it out dies at any step. Another one finds it out an hour later.
func TestKilledWhileReconciling(t *testing.T) {
	w, job := killWorld(t)
	w.lose()
	everyStep(t, func(n int) (task, func(string)) {
		org := w.newOrg(fmt.Sprintf("org-%d", n))
		w.pay(w.upgrade(org, "pro", billing.Month))
		w.clock.Advance(2 * billing.ReconcileEvery)
		return job("reconcile", org), func(string) {
			w.reconcile()
			w.sold(org, "pro", 1299)
		}
	})
}

func (w *world) eventTask(job func(string, tenants.OrgID) task, org tenants.OrgID, e stripefake.Event) task {
	w.t.Helper()
	body, err := json.Marshal(e)
	if err != nil {
		w.t.Fatal(err)
	}
	do := job("event", org)
	do.Body, do.Signature = body, stripefake.Sign(body, secret, w.clock.Now())
	return do
}

// deliver sends events, one after the other, past the queue.
func (w *world) deliver(all ...stripefake.Event) {
	w.t.Helper()
	for _, e := range all {
		if status, err := w.stripe.Control.Deliver(w.ctx(), e); err != nil || status != http.StatusOK {
			w.t.Fatalf("%s: %d %v", e.Type, status, err)
		}
	}
}
