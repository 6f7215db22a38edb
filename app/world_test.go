package app_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/app"
	"parley/app/identity"
	"parley/app/identityfake"
	"parley/billing"
	"parley/billing/ads"
	"parley/billing/stripefake"
	"parley/sfu"
	"parley/sfu/cluster"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestMain(m *testing.M) { tenantstest.Main(m) }

// world is a whole Parley on loopback: real store, real billing against the Stripe stand-in, a real media node, real events.
type world struct {
	t       *testing.T
	base    string
	db      *tenants.DB
	store   *tenants.Store
	ads     *ads.Service
	billing *billing.Service
	stripe  *stripefake.Server
	node    *sfu.Node
	web     *app.Server
	mails   app.FolderMailer
	login   *identityfake.Server
	failing *error // what the check named "switch" answers

	stripeDown atomic.Bool // Stripe answers nothing
}

const webhookSecret = "whsec_test"

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, tenantstest.SQLitePath(t))
}

// onBoth runs a test in a world on SQLite and in one on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newWorldOn(t, tenantstest.SQLitePath(t))) })
	t.Run("postgres", func(t *testing.T) { test(t, newWorldOn(t, tenantstest.PostgresURL(t))) })
}

func newWorldOn(t *testing.T, database string) *world {
	t.Helper()
	return newWorldAt(t, database, clockwork.NewRealClock())
}

// newWorldAt is a world with a clock of its own.
func newWorldAt(t *testing.T, database string, clock clockwork.Clock) *world {
	t.Helper()
	db := tenantstest.Open(t, database)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	w := &world{t: t, db: db, base: "http://" + l.Addr().String(), failing: new(error)}
	w.mails = app.FolderMailer{Dir: filepath.Join(t.TempDir(), "mail"), From: "Parley <parley@parley.example>"}
	w.store = tenants.New(db, tenants.Options{Clock: clock, Log: log, Secret: [32]byte{2}, PasswordCost: tenants.PasswordCost{MemoryKiB: 64, Passes: 1}})

	w.stripe, err = stripefake.New(stripefake.Config{
		Clock: clock, Log: log, WebhookURL: w.base + "/webhooks/stripe", WebhookSecret: webhookSecret, PagesBase: w.base + "/dev/stripe",
	})
	must(t, err)
	t.Cleanup(w.stripe.Close)
	gateway, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_app", HTTP: &http.Client{Transport: switched{w.stripe.Client().Transport, &w.stripeDown}}, Log: log})
	must(t, err)
	w.billing, err = billing.New(db, gateway, billing.Options{Clock: clock, Log: log, WebhookSecret: webhookSecret})
	must(t, err)
	must(t, w.billing.SeedPacks(t.Context()))

	w.ads = ads.New(db, ads.Options{Clock: clock, Secret: [32]byte{3}, PictureWidth: 96})
	nats, err := cluster.Embedded(t.TempDir(), log)
	must(t, err)
	t.Cleanup(nats.Close)
	events, err := cluster.NewPublisher(nats.Conn(), cluster.PublisherOptions{Logger: log, Clock: clock})
	must(t, err)
	t.Cleanup(func() { _ = events.Close(context.Background()) })
	w.node, err = sfu.NewNode(sfu.Config{Logger: log, Clock: clock, Keyring: app.Keys{Store: w.store}, NodeIPs: []string{"127.0.0.1"}, Emit: events.Emit})
	must(t, err)

	w.login, err = identityfake.New(identityfake.Config{Clock: clock, Base: w.base + "/dev/login"})
	must(t, err)
	client := app.Client{ID: identityfake.ClientID, Secret: identityfake.ClientSecret}
	w.web, err = app.New(app.Config{Google: client, Facebook: client, BaseURL: w.base, Version: "test", Demo: true, Selling: true, Secret: [32]byte{1}, Contact: "help@parley.example"}, app.Deps{
		Log: log, Clock: clock, Tenants: w.store, Billing: w.billing, Ads: w.ads, Media: w.node, Doors: w.node.Doors, Mailer: w.mails, Metrics: app.NewMetrics(),
		Nodes: app.MediaNodes{List: func() []app.MediaNode {
			return []app.MediaNode{{ID: "this", Name: "this one", State: "open", Ready: true, Pool: "default", Version: "test", Seen: clock.Now()}}
		}},
		Around: func(context.Context) []app.Surrounding {
			return []app.Surrounding{{Name: "Disk", Detail: "there is room"}}
		},
		Checks:   []app.Check{{Name: "switch", Ok: func(context.Context) error { return *w.failing }}},
		Dev:      &app.Dev{Mails: w.mails, Stripe: w.stripe.Pages(), Login: w.login},
		Identity: &identity.Client{Transport: w.login, Outward: identity.PublicOnly(true), Reach: w.login.Reach, Now: clock.Now},
	})
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	followed := make(chan error, 1)
	go func() {
		followed <- cluster.Consume(ctx, nats.Conn(), cluster.ConsumerOptions{Logger: log, Clock: clock, Durable: "web"}, w.web.MediaEvent)
	}()
	served := make(chan error, 1)
	go func() { served <- w.web.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := w.node.Close(ctx); err != nil {
			t.Errorf("close node: %v", err)
		}
		if err := w.web.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		stop()
		if err := <-followed; err != nil {
			t.Errorf("follow events: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return w
}

// switched is the way to Stripe, which can be cut.
type switched struct {
	http.RoundTripper
	down *atomic.Bool
}

// RoundTrip fails while the way is cut.
func (s switched) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.down.Load() {
		return nil, errors.New("cut off from Stripe")
	}
	return s.RoundTripper.RoundTrip(r)
}

// browser is one person's browser: it keeps cookies and follows no redirect by itself.
type browser struct {
	w    *world
	http *http.Client
	csrf string // of the page seen last
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	return &browser{w: w, http: &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// owner signs up and gives the browser and the path of the organization's console.
func (w *world) owner(name string) (*browser, string) {
	w.t.Helper()
	b := w.browser()
	b.get("/signup").status(200)
	res := b.post("/signup", form("name", name, "email", strings.ToLower(name)+"@parley.example", "password", "two chairs and a lamp", "organization", name+" and friends"))
	res.status(303)
	u, err := url.Parse(res.header.Get("Location"))
	must(w.t, err)
	return b, u.Path
}

// password is everybody's.
const password = "two chairs and a lamp"

// member makes a person with a role in an organization, signed in.
func (w *world) member(org, name string, role tenants.Role) *browser {
	w.t.Helper()
	found, err := w.store.OrgBySlug(w.t.Context(), strings.TrimPrefix(org, "/o/"))
	must(w.t, err)
	email := strings.ToLower(name) + "@" + found.Slug + ".example"
	_, err = w.store.CreateUser(w.t.Context(), tenants.CreateUserInput{Org: found.ID, Email: email, Name: name, Password: password, Role: role})
	must(w.t, err)
	b := w.browser()
	b.get("/login").status(200)
	b.post("/login", form("email", email, "password", password)).status(303)
	return b
}

// room opens a room in an organization and gives its code.
func (b *browser) room(org string) string {
	b.w.t.Helper()
	b.get(org).status(200)
	res := b.post(org+"/rooms", form("name", "Kitchen refit"))
	res.status(303)
	u, err := url.Parse(res.header.Get("Location"))
	must(b.w.t, err)
	return u.Query().Get("room")
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	code   int
	header http.Header
	body   string
}

var csrfField = regexp.MustCompile(`name="csrf"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf"`)

func (b *browser) do(method, path, accept string, body url.Values) *answer {
	b.w.t.Helper()
	target := path
	if strings.HasPrefix(path, "/") {
		target = b.w.base + path
	}
	var reader io.Reader
	if body != nil {
		reader = strings.NewReader(body.Encode())
	}
	req, err := http.NewRequestWithContext(b.w.t.Context(), method, target, reader)
	must(b.w.t, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Accept", accept)
	return b.answer(req)
}

// answer sends a request and keeps the form token of the page that comes back.
func (b *browser) answer(req *http.Request) *answer {
	b.w.t.Helper()
	res, err := b.http.Do(req)
	must(b.w.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(b.w.t, err)
	if m := csrfField.FindStringSubmatch(string(raw)); m != nil {
		b.csrf = m[1] + m[2]
	}
	return &answer{t: b.w.t, what: req.Method + " " + req.URL.Path, code: res.StatusCode, header: res.Header, body: string(raw)}
}

func (b *browser) get(path string) *answer {
	b.w.t.Helper()
	return b.do(http.MethodGet, path, "text/html", nil)
}

// post sends a form with the token of the page seen last.
func (b *browser) post(path string, f url.Values) *answer {
	b.w.t.Helper()
	f.Set("csrf", b.csrf)
	return b.do(http.MethodPost, path, "text/html", f)
}

// postJSON is the same, asking for JSON.
func (b *browser) postJSON(path string, f url.Values) *answer {
	b.w.t.Helper()
	f.Set("csrf", b.csrf)
	return b.do(http.MethodPost, path, "application/json", f)
}

func (a *answer) status(want int) *answer {
	a.t.Helper()
	if a.code != want {
		a.t.Fatalf("%s answered %d, want %d; Location %q\n%s", a.what, a.code, want, a.header.Get("Location"), excerpt(a.body))
	}
	return a
}

func (a *answer) has(parts ...string) *answer {
	a.t.Helper()
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			a.t.Errorf("%s does not contain %q:\n%s", a.what, part, excerpt(a.body))
		}
	}
	return a
}

func (a *answer) lacks(parts ...string) *answer {
	a.t.Helper()
	for _, part := range parts {
		if strings.Contains(a.body, part) {
			a.t.Errorf("%s contains %q, which it must not", a.what, part)
		}
	}
	return a
}

func (a *answer) location(want string) *answer {
	a.t.Helper()
	if got := a.header.Get("Location"); got != want {
		a.t.Errorf("%s leads to %q, want %q", a.what, got, want)
	}
	return a
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func excerpt(s string) string {
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	return s[:min(len(s), 2000)]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually polls until the condition holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to this: %s", what)
		}
		<-time.After(20 * time.Millisecond)
	}
}
