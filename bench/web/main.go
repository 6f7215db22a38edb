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
	"strconv"
	"time"
)

// settings are what may be asked for.
type settings struct {
	parley, out, keep               string
	users                           int
	each                            time.Duration
	organizations, people, meetings int
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
	flag.Parse()
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
	var results []result
	for _, on := range []struct{ name, database string }{{"SQLite", ""}, {"PostgreSQL", pg.address("parley")}} {
		fmt.Println("On", on.name)
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
	return write(s, results, queries)
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
