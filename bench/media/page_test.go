package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEachScenarioOwnsASectionOfThePage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "docs", "page.md")
	write := func(name string, values ...float64) {
		r := newResults(settings{out: path, rounds: 3})
		for _, scene := range scenarios() {
			if scene.name != name {
				continue
			}
			r.begin(scene)
			for _, value := range values {
				r.add(scene, "parley", sample{"p50": value})
				r.add(scene, "livekit", sample{"p50": 4 * value})
			}
			if err := r.write(scene); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("latency", 1, 2, 3)
	write("join", 10, 99, 20)
	write("latency", 5, 7, 6)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	for _, line := range []string{"| **Parley** | 20.0 | | 0.25 |", "| **Parley** | 6.00 | | 0.25 |", "| LiveKit, one UDP port | 24.00 | | 1.00 |"} {
		if strings.Count(page, line) != 1 {
			t.Errorf("the page has %q %d times:\n%s", line, strings.Count(page, line), page)
		}
	}
	if strings.Index(page, "## Join") > strings.Index(page, "## Latency") {
		t.Error("sections are not in their order")
	}
}
