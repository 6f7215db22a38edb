package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"
)

// bar is what nineteen of twenty visits must stay below, on every page.
const bar = 100 * time.Millisecond

// part is what this program owns of the file.
var part = regexp.MustCompile(`(?s)<!-- pages -->.*<!-- /pages -->\n?`)

// write puts figures into the file, between their marks or at its end.
func write(file string, part *regexp.Regexp, text string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if part.Match(old) {
		text = part.ReplaceAllLiteralString(string(old), text)
	} else {
		text = strings.TrimRight(string(old), "\n") + "\n\n" + text
	}
	return os.WriteFile(file, []byte(text), 0o644)
}

// loadAverage is how many wanted to work at once in the last minute.
func loadAverage() string {
	load, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(load), " ")
	return first
}

func report(s settings, results []result, queries []query) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- pages -->\n## Pages under load\n\nWritten by `make bench-web` on %s: %d people at once, signed in as the owner of the largest of %d organizations × %d people, %d meetings in all (`parley seed`), "+
		"for %s on each database; server, database and people share the machine. Load average afterwards: %s; far above the number of cores, others were at work and times are longer than they need to be. Bar: p95 ≤ %d ms on every page.\n",
		time.Now().Format(time.DateOnly), s.users, s.organizations, s.people, s.meetings, s.each, loadAverage(), bar.Milliseconds())
	for _, r := range results {
		fmt.Fprintf(&b, "\n### On %s\n\n%d visits.\n\n| page | p50 | p95 | p99 | kB | |\n| --- | ---: | ---: | ---: | ---: | --- |\n", r.database, r.requests)
		for _, p := range r.pages {
			if p.file() {
				continue
			}
			verdict := ""
			if p.quantile(95) > bar {
				verdict = "**over the bar**"
			}
			fmt.Fprintf(&b, "| `%s` | %d ms | %d ms | %d ms | %d | %s |\n", p.kind, p.quantile(50).Milliseconds(), p.quantile(95).Milliseconds(), p.quantile(99).Milliseconds(), p.bytes/1000, verdict)
		}
		fmt.Fprintf(&b, "\nFiles of everything, saved by one person when the others have gone, %d times each:\n\n| file | p50 | slowest | kB |\n| --- | ---: | ---: | ---: |\n", filesEach)
		for _, p := range r.pages {
			if p.file() {
				fmt.Fprintf(&b, "| `%s` | %d ms | %d ms | %d |\n", p.kind, p.quantile(50).Milliseconds(), p.quantile(99).Milliseconds(), p.bytes/1000)
			}
		}
	}
	b.WriteString("\n### Slowest queries\n\nBy their mean time on PostgreSQL during the run.\n")
	for _, q := range queries {
		fmt.Fprintf(&b, "\n%.2f ms on average, %d times:\n\n```sql\n%s\n```\n\nPostgreSQL:\n\n```\n%s\n```\n\nSQLite:\n\n```\n%s\n```\n", q.mean, q.calls, q.text, q.postgres, q.sqlite)
	}
	b.WriteString("<!-- /pages -->\n")
	return b.String()
}
