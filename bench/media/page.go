package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// write makes the page of all tables, if one is wanted and all were measured.
func (r *results) write() error {
	if r.settings.out == "" || r.settings.only != "" || r.settings.scenarios != "" {
		return nil
	}
	var out strings.Builder
	cores, name := processors()
	fmt.Fprintf(&out, `# Measurements of the media node

Written by `+"`make bench-media`"+` on %s: %d cores (%s), %s, load average before: %s.
One load program, unchanged, against Parley and against LiveKit v1.11.0 in turn; a fresh server each time, on a core of its own, the load on another, everything on loopback.
Each figure is the median of %d rounds of %.0f seconds. CPU is the server's user and system time, divided by the RTP packets that all subscribers received.
Times of one machine say little; ratios of two things run in turn on it say more. What is measured and how: [bench/README.md](../bench/README.md).
`, time.Now().Format("2006-01-02"), cores, name, runtime.Version(), r.load, r.settings.rounds, r.settings.seconds.Seconds())
	for _, scene := range r.scenes {
		fmt.Fprintf(&out, "\n## %s\n\n%s\n", scene.title, r.table(scene))
	}
	if err := os.MkdirAll(filepath.Dir(r.settings.out), 0o750); err != nil {
		return fmt.Errorf("write tables: %w", err)
	}
	if err := os.WriteFile(r.settings.out, []byte(out.String()), 0o600); err != nil {
		return fmt.Errorf("write tables: %w", err)
	}
	fmt.Println("written to", r.settings.out)
	return nil
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
