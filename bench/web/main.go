package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// settings are what may be asked for.
type settings struct {
	parley, out, keep               string
	only, profile                   string
	users                           int
	each                            time.Duration
	organizations, people, meetings int
	events, customers, together     int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-web:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var s settings
	flag.StringVar(&s.parley, "parley", "bin/parley", "the binary")
	flag.StringVar(&s.out, "out", "docs/benchmarks.md", "the file whose part about pages is written anew")
	flag.StringVar(&s.keep, "data", "", "folder to keep seeded databases in (default: a new one, removed afterwards)")
	flag.IntVar(&s.users, "users", 20, "people at once")
	flag.DurationVar(&s.each, "time", 20*time.Second, "how long they open pages, on each database")
	flag.IntVar(&s.organizations, "organizations", 200, "organizations")
	flag.IntVar(&s.people, "people", 500, "people in each")
	flag.IntVar(&s.meetings, "meetings", 50_000, "meetings in all")
	flag.StringVar(&s.only, "only", "", "pages, webhook or entitlements; empty measures all")
	flag.IntVar(&s.events, "events", 3000, "events that Stripe sends, on each database")
	flag.IntVar(&s.customers, "customers", 40, "customers that the events are about")
	flag.IntVar(&s.together, "together", 32, "events on their way at once")
	flag.StringVar(&s.profile, "profile", "", "host and port at which the server that gets the events shows /debug/pprof/ meanwhile")
	flag.Parse()
	if !slices.Contains([]string{"", "pages", "webhook", "entitlements"}, s.only) {
		return fmt.Errorf("--only %q is neither pages nor webhook nor entitlements", s.only)
	}
	if s.wants("entitlements") {
		all, err := entitlements(ctx)
		if err != nil {
			return fmt.Errorf("entitlements: %w", err)
		}
		if err := write(s.out, askedPart, askedReport(all)); err != nil || s.only != "" {
			return err
		}
	}
	folder := s.keep
	if folder == "" {
		var err error
		if folder, err = os.MkdirTemp("", "bench-web-"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	pg, err := startPostgres(ctx, filepath.Join(folder, "postgres"))
	if err != nil {
		return err
	}
	defer pg.stop()
	if s.wants("pages") {
		if err := s.measurePages(ctx, folder, pg); err != nil {
			return err
		}
	}
	if !s.wants("webhook") {
		return nil
	}
	return s.measureWebhook(ctx, folder, pg)
}

// wants reports whether a part is to be measured.
func (s settings) wants(part string) bool { return s.only == "" || s.only == part }

func (s settings) measurePages(ctx context.Context, folder string, pg *postgres) error {
	var results []result
	for _, on := range []struct{ name, database string }{{"SQLite", ""}, {"PostgreSQL", pg.address("parley")}} {
		fmt.Println("Pages on", on.name)
		r, err := s.measure(ctx, on.name, filepath.Join(folder, on.name), on.database)
		if err != nil {
			return fmt.Errorf("on %s: %w", on.name, err)
		}
		results = append(results, r)
	}
	queries, err := pg.slowest(ctx, filepath.Join(folder, "SQLite", "parley.db"))
	if err != nil {
		return err
	}
	return write(s.out, part, report(s, results, queries))
}

// measureWebhook has databases of its own: their customers are few and pay.
func (s settings) measureWebhook(ctx context.Context, folder string, pg *postgres) error {
	if err := pg.fresh(ctx, "parley_webhook"); err != nil {
		return err
	}
	var results []hooks
	for _, on := range []struct{ name, database, address string }{
		{name: "SQLite"},
		{"PostgreSQL", "postgres://parley@/parley_webhook?host=" + pg.dir + "&sslmode=disable", "postgres://postgres@/parley_webhook?host=" + pg.dir + "&sslmode=disable"},
	} {
		data, err := os.MkdirTemp(folder, "webhook-")
		if err != nil {
			return err
		}
		h, err := s.webhooks(ctx, on.name, data, on.database, on.address)
		if err != nil {
			return fmt.Errorf("webhook on %s: %w", on.name, err)
		}
		fmt.Printf("Webhook on %s: %.0f events a second\n", on.name, h.rate())
		results = append(results, h)
	}
	return write(s.out, hookPart, hookReport(s, results))
}

// result is how the pages did on one database.
type result struct {
	database string
	pages    []page // slowest first
	requests int
}

func (s settings) measure(ctx context.Context, name, data, database string) (result, error) {
	args := []string{"--demo", "--data", data}
	if database != "" {
		args = append(args, "--database", database)
	}
	owner, password, err := s.seed(ctx, data, args)
	if err != nil {
		return result{}, err
	}
	server, err := serve(ctx, s.parley, args)
	if err != nil {
		return result{}, err
	}
	defer server.stop()
	pages, err := s.visit(ctx, server.url, owner, password)
	if err != nil {
		server.stop()
		log := server.log.String()
		return result{}, fmt.Errorf("%w\n%s", err, log[max(0, len(log)-3000):])
	}
	r := result{database: name, pages: pages}
	for _, p := range pages {
		r.requests += len(p.times)
	}
	return r, nil
}

var seeded = regexp.MustCompile(`password is "([^"]+)".*organization: (\S+)`)

// seed fills the database, unless it was kept from last time.
func (s settings) seed(ctx context.Context, data string, args []string) (owner, password string, err error) {
	note := filepath.Join(data, "seeded")
	out, err := os.ReadFile(note)
	if err != nil {
		command := append([]string{"seed"}, args...)
		command = append(command, "--organizations", strconv.Itoa(s.organizations), "--people", strconv.Itoa(s.people), "--meetings", strconv.Itoa(s.meetings))
		cmd := exec.CommandContext(ctx, s.parley, command...)
		cmd.Stderr = os.Stderr
		if out, err = cmd.Output(); err != nil {
			return "", "", fmt.Errorf("parley seed: %w", err)
		}
		if err := os.WriteFile(note, out, 0o600); err != nil {
			return "", "", err
		}
	}
	m := seeded.FindSubmatch(out)
	if m == nil {
		return "", "", fmt.Errorf("parley seed said nothing of an owner: %s", out)
	}
	return string(m[2]), string(m[1]), nil
}
