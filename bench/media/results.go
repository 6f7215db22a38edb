package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// sample is the figures of one run, by name.
type sample map[string]float64

// String is for the terminal, while it runs.
func (s sample) String() string {
	var parts []string
	for _, name := range []string{"cpu", "load", "share", "core", "rate", "mbit", "mb", "lost", "dropped-in", "dropped-out", "p50", "p95", "p99", "connected"} {
		if value, ok := s[name]; ok {
			parts = append(parts, fmt.Sprintf("%s %.*f", name, digits(value), value))
		}
	}
	return strings.Join(parts, "  ")
}

func digits(value float64) int {
	if value >= 100 || value == math.Trunc(value) {
		return 0
	}
	return 2
}

// figure is a column of a table.
type figure struct {
	name, title string
	format      string
}

var (
	cpuFigures = []figure{
		{"cpu", "CPU µs a packet", "%.1f"}, {"share", "server ÷ load CPU", "%.2f"}, {"core", "share of a core", "%.2f"},
		{"rate", "packets/s out", "%.0f"}, {"mb", "MB a subscriber", "%.2f"}, {"lost", "lost", "%.0f"},
	}
	joinFigures    = []figure{{"p50", "p50 ms", "%.1f"}, {"p95", "p95 ms", "%.1f"}}
	frameFigures   = []figure{{"p50", "painted p50 ms", "%.0f"}, {"p95", "painted p95 ms", "%.0f"}, {"connected", "connected p50 ms", "%.0f"}}
	latencyFigures = []figure{{"p50", "p50 ms", "%.2f"}, {"p99", "p99 ms", "%.2f"}}
)

// results are all samples, and what becomes of them.
type results struct {
	settings settings
	samples  map[string]map[string][]sample // by scenario and target
	load     map[string]string              // of the machine, before each scenario
}

func newResults(s settings) *results {
	return &results{settings: s, samples: map[string]map[string][]sample{}, load: map[string]string{}}
}

func (r *results) begin(scene scenario) {
	r.samples[scene.name], r.load[scene.name] = map[string][]sample{}, loadAverage()
}

func (r *results) add(scene scenario, target string, s sample) {
	r.samples[scene.name][target] = append(r.samples[scene.name][target], s)
}

// median of a figure over the rounds.
func (r *results) median(scene, target, name string) (float64, bool) {
	var values []float64
	for _, s := range r.samples[scene][target] {
		if value, ok := s[name]; ok {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return 0, false
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 0 {
		return (values[middle-1] + values[middle]) / 2, true
	}
	return values[middle], true
}

// table is one scenario's, with the ratio of its first figure to the better of
// LiveKit's rows and to the floor.
func (r *results) table(scene scenario) string {
	var out strings.Builder
	out.WriteString("| |")
	for _, f := range scene.figures {
		out.WriteString(" " + f.title + " |")
	}
	out.WriteString(" ÷ LiveKit's better |")
	if scene.floor != "" {
		out.WriteString(" ÷ floor |")
	}
	out.WriteString("\n| --- |" + strings.Repeat(" ---: |", len(scene.figures)+1))
	if scene.floor != "" {
		out.WriteString(" ---: |")
	}
	for _, target := range targetNames() {
		if len(r.samples[scene.name][target]) == 0 {
			continue
		}
		out.WriteString("\n| " + targetTitle(target) + " |")
		for _, f := range scene.figures {
			if value, ok := r.median(scene.name, target, f.name); ok {
				fmt.Fprintf(&out, " "+f.format+" |", value)
			} else {
				out.WriteString(" |")
			}
		}
		out.WriteString(r.ratio(scene, target, r.better(scene)))
		if scene.floor != "" {
			out.WriteString(r.ratio(scene, target, r.floor(scene)))
		}
	}
	return out.String()
}

// better is LiveKit's better row, by the first figure.
func (r *results) better(scene scenario) float64 {
	best := math.NaN()
	for _, target := range []string{"livekit", "livekit-batch"} {
		if value, ok := r.median(scene.name, target, scene.figures[0].name); ok && !(value >= best) {
			best = value
		}
	}
	return best
}

func (r *results) floor(scene scenario) float64 {
	value, ok := r.median(scene.name, floorName, scene.figures[0].name)
	if !ok {
		return math.NaN()
	}
	return value
}

func (r *results) ratio(scene scenario, target string, to float64) string {
	value, ok := r.median(scene.name, target, scene.figures[0].name)
	if !ok || math.IsNaN(to) {
		return " |"
	}
	return fmt.Sprintf(" %.2f |", value/to)
}

func targetTitle(name string) string {
	return map[string]string{
		"parley": "**Parley**", "livekit": "LiveKit, one UDP port", "livekit-batch": "LiveKit, `batch_io` 128 / 2 ms",
		floorName: "floor: encrypt and one `sendto` a packet", floorName + "-gso": "floor with UDP GSO",
		directName: "without a server",
	}[name]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// percentile is the value that a share of all does not exceed (nearest rank).
func percentile(values []time.Duration, share float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}
