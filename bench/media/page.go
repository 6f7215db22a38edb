package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const pageHead = `# Measurements of the media node

Written by ` + "`make bench-media`" + `, a section at a time. One load program, unchanged, against Parley and against LiveKit v1.11.0 in turn; a fresh
server each time, on a core of its own, the load on another, everything on loopback. Figures are medians. CPU is the server's user and system time, divided
by the RTP packets that all subscribers received. Microseconds of one machine say little; ratios of two things run in turn on it say more.
What is measured, and how: [bench/README.md](../bench/README.md).
`

// mark begins the section of a scenario. What others wrote between marks stays.
func mark(name string) string { return "<!-- measured: " + name + " -->" }

// write puts a scenario's table in its place on the page, if one is wanted and
// all servers were measured.
func (r *results) write(scene scenario) error {
	if r.settings.out == "" || r.settings.only != "" {
		return nil
	}
	old, err := os.ReadFile(r.settings.out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read page: %w", err)
	}
	var out strings.Builder
	out.WriteString(pageHead)
	for _, other := range scenarios() {
		text := sectionOf(string(old), other.name)
		if other.name == scene.name {
			text = r.section(scene)
		}
		if text != "" {
			fmt.Fprintf(&out, "\n%s\n%s\n", mark(other.name), text)
		}
	}
	if err := os.MkdirAll(filepath.Dir(r.settings.out), 0o750); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	if err := os.WriteFile(r.settings.out, []byte(out.String()), 0o644); err != nil { //nolint:gosec // a page for everybody
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// sectionOf is what a page has of a scenario.
func sectionOf(page, name string) string {
	_, rest, found := strings.Cut(page, mark(name))
	if !found {
		return ""
	}
	text, _, _ := strings.Cut(rest, "<!-- measured:")
	return strings.TrimSpace(text)
}

func (r *results) section(scene scenario) string {
	cores, name := processors()
	set := r.settings
	return fmt.Sprintf("## %s\n\nParley %s, %s: %d cores (%s), %s; %d rounds of %s; load average before: %s.\n\n%s",
		scene.title, set.server.Version(), time.Now().Format("2006-01-02"), cores, name, runtime.Version(), set.rounds, scene.length(set), r.load[scene.name], r.table(scene))
}

// length says how much one round measures.
func (s scenario) length(set settings) string {
	switch s.name {
	case "join":
		return fmt.Sprintf("%d joins", set.joins)
	case "frames", "frames-two":
		return fmt.Sprintf("%d joins", set.visits)
	default:
		return fmt.Sprintf("%.0f s", set.seconds.Seconds())
	}
}

// processors counts all of the machine's, not only the one that this program keeps to.
func processors() (n int, name string) {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.NumCPU(), runtime.GOARCH
	}
	for line := range strings.SplitSeq(string(info), "\n") {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == "model name" {
			n, name = n+1, strings.TrimSpace(value)
		}
	}
	if n == 0 {
		return runtime.NumCPU(), runtime.GOARCH
	}
	return n, name
}

// loadAverage is of the last minute: above what is measured, others are at work.
func loadAverage() string {
	average, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(average), " ")
	return first
}
