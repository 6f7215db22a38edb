package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"parley/app"
	"parley/sfu"
	"parley/sfu/sfutest"
)

// output collects what a command prints, for a test that reads while it runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// running is a parley process inside the test's.
type running struct {
	t    *testing.T
	out  *output
	stop context.CancelFunc
	done chan error
}

// start runs a command until stopped; stopping must succeed.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: t, out: &output{}, stop: cancel, done: make(chan error, 1)}
	go func() { r.done <- run(ctx, args, stdio{strings.NewReader(""), r.out, r.out}) }()
	t.Cleanup(r.end)
	return r
}

// end asks the process to stop and waits until it has.
func (r *running) end() {
	r.stop()
	if r.done == nil {
		return
	}
	select {
	case err := <-r.done:
		if err != nil {
			r.t.Errorf("stopped with %v\n%s", err, r.out)
		}
	case <-time.After(60 * time.Second):
		r.t.Errorf("does not stop\n%s", r.out)
	}
	r.done = nil
}

var address = regexp.MustCompile(`Parley is at (http://\S+)`)

// base waits for the address that the process prints.
func (r *running) base() string {
	r.t.Helper()
	var found []string
	r.until("it prints its address", func() bool {
		found = address.FindStringSubmatch(r.out.String())
		return found != nil
	})
	return found[1]
}

func (r *running) until(what string, ok func() bool) {
	r.t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for !ok() {
		select {
		case err := <-r.done:
			r.done = nil
			r.t.Fatalf("ended with %v before %s\n%s", err, what, r.out)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("never came to this: %s\n%s", what, r.out)
		}
	}
}

// invoke runs a command to its end and gives what it printed.
func invoke(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	out := &output{}
	err := run(t.Context(), args, stdio{strings.NewReader(in), out, out})
	return out.String(), err
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url) //nolint:noctx // a test on loopback
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(body)
}

func TestServeOnAnEmptyFolderComesUpAndGoesDown(t *testing.T) {
	data := t.TempDir()
	for _, when := range []string{"first start", "second start"} {
		p := start(t, "serve", "--demo", "--data", data, "--listen", "127.0.0.1:0", "--media-port", "0", "--metrics", "127.0.0.1:0")
		base := p.base()
		for _, path := range []string{"/healthz", "/readyz", "/", "/pricing", "/dev/mail", "/dev/components"} {
			if code, body := get(t, base+path); code != 200 {
				t.Errorf("%s: %s answers %d: %.300s", when, path, code, body)
			}
		}
		if !strings.Contains(p.out.String(), "amara@okafor.example") {
			t.Errorf("%s: the demo sign-ins are not printed:\n%s", when, p.out)
		}
		p.end()
	}
}

func TestAdminWorksBesideARunningServer(t *testing.T) {
	data := t.TempDir()
	p := start(t, "serve", "--billing", "off", "--data", data, "--listen", "127.0.0.1:0", "--media-port", "0")
	base := p.base()
	for _, tt := range []struct {
		in     string
		args   []string
		fields []string
	}{
		{"", []string{"org", "create", "--name", "Acme Works", "--plan", "free", "--json"}, []string{"id", "slug", "name", "plan"}},
		{"two chairs and a lamp\n", []string{"user", "create", "--org", "acme-works", "--email", "ann@acme.example", "--role", "owner", "--password-stdin", "--json"}, []string{"id", "email", "role"}},
		{"two chairs and a lamp\n", []string{"operator", "create", "--email", "ops@parley.example", "--name", "Ops", "--password-stdin", "--json"}, []string{"email"}},
		{"", []string{"plan", "set", "--plan", "free", "--meeting-length", "3s", "--json"}, []string{"plan"}},
	} {
		out, err := invoke(t, tt.in, append(append([]string{"admin"}, tt.args...), "--data", data)...)
		if err != nil {
			t.Fatalf("admin %v: %v\n%s", tt.args, err, out)
		}
		var fields map[string]string
		if err := json.Unmarshal([]byte(out), &fields); err != nil {
			t.Fatalf("admin %v printed no JSON: %v\n%s", tt.args, err, out)
		}
		for _, f := range tt.fields {
			if fields[f] == "" {
				t.Errorf("admin %v: %q is missing in %s", tt.args, f, out)
			}
		}
	}
	one := joinWithKey(t, base, data, "acme-works", "standup")
	select { // three seconds after the first join the node ends it
	case <-one.Done():
	case <-time.After(60 * time.Second):
		t.Error("the meeting did not end at the plan's three seconds")
	}
}

func TestAdminSaysWhatIsWrong(t *testing.T) {
	data := t.TempDir()
	for name, tt := range map[string]struct {
		in   string
		args []string
		want string
	}{
		"no such command":      {"", []string{"admin", "dance"}, "use one of"},
		"no such organization": {"", []string{"admin", "key", "create", "--org", "nope", "--data", data}, "nope"},
		"no password":          {"", []string{"admin", "operator", "create", "--email", "a@b.example", "--data", data}, "--password-stdin"},
		"weak password":        {"short\n", []string{"admin", "operator", "create", "--email", "a@b.example", "--name", "A", "--password-stdin", "--data", data}, "--password"},
		"no such plan":         {"", []string{"admin", "plan", "set", "--plan", "nope", "--meeting-length", "1m", "--data", data}, "plan"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := invoke(t, tt.in, tt.args...)
			if err == nil || !strings.Contains(out, tt.want) {
				t.Errorf("err = %v, output %q; want an error that names %q", err, out, tt.want)
			}
		})
	}
}

// TestTiersApart runs a web tier and a media node over a NATS server, and stops the web tier during a meeting.
func TestTiersApart(t *testing.T) {
	nats := natsServer(t)
	data := t.TempDir()
	media := start(t, "media", "--nats", nats, "--media-port", "0", "--node-ip", "127.0.0.1", "--data", t.TempDir())
	web := start(t, "web", "--billing", "off", "--nats", nats, "--data", data, "--listen", "127.0.0.1:0")
	base := web.base()
	web.until("a media node is found", func() bool { code, _ := get(t, base+"/readyz"); return code == 200 })
	if out, err := invoke(t, "", "admin", "org", "create", "--name", "Acme", "--data", data); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := invoke(t, "", "admin", "plan", "set", "--plan", "free", "--meeting-length", "8s", "--data", data); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	one := joinWithKey(t, base, data, "acme", "standup")
	two := joinWithKey(t, base, data, "acme", "standup")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := one.Publish(ctx, sfutest.Microphone()); err != nil {
		t.Fatal(err)
	}
	if err := two.Hears(ctx, one.Join().GetParticipant().GetIdentity(), 1, 20); err != nil {
		t.Fatalf("media does not flow between the tiers: %v", err)
	}
	web.end()
	media.until("the node ends the meeting by itself", func() bool {
		return strings.Contains(media.out.String(), "limit")
	})
}

var joins int

// mediaKey is what key create prints.
type mediaKey struct{ Key, Secret, URL string }

func makeKey(t *testing.T, data, org string) (key mediaKey) {
	t.Helper()
	out, err := invoke(t, "", "admin", "key", "create", "--org", org, "--json", "--data", data)
	if err != nil {
		t.Fatalf("key create: %v\n%s", err, out)
	}
	if err := json.Unmarshal([]byte(out), &key); err != nil || key.URL == "" {
		t.Fatalf("key create printed %q: %v", out, err)
	}
	return key
}

// joinWithKey makes a key of the organization and joins with it, as any LiveKit client does.
func joinWithKey(t *testing.T, base, data, org, room string) *sfutest.Peer {
	t.Helper()
	key := makeKey(t, data, org)
	joins++
	token, err := sfu.SignToken(key.Key, []byte(key.Secret), sfu.Grant{Room: room, Identity: fmt.Sprintf("robot-%d", joins)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	p, err := sfutest.Dial(ctx, "ws"+strings.TrimPrefix(base, "http"), sfutest.Options{Token: token})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	t.Cleanup(p.Leave)
	return p
}

func natsServer(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("the NATS server does not come up")
	}
	return s.ClientURL()
}

func TestMetricsListenerSaysWhereTimeGoes(t *testing.T) {
	p := &process{metrics: app.NewMetrics()}
	srv := httptest.NewServer(p.inspection())
	defer srv.Close()
	for path, says := range map[string]string{"/metrics": "parley_", "/debug/pprof/goroutine?debug=1": "goroutine profile"} {
		if code, body := get(t, srv.URL+path); code != 200 || !strings.Contains(body, says) {
			t.Errorf("%s answers %d without %q: %.200s", path, code, says, body)
		}
	}
}
