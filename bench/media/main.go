// Command media measures Parley's media node and LiveKit's server in turn,
// with one and the same load, on two cores of one machine: see README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"parley/bench/server"
)

// settings are what the flags say.
type settings struct {
	only, scenarios string
	seconds, warm   time.Duration
	rounds          int
	people          int
	joins, visits   int
	browser         string // script that joins in Chromium
	oneConnection   bool
	profile, out    string
	loadCore        int
	server          server.Config
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := measure
	args := os.Args[1:]
	if len(args) > 0 && args[0] == floorCommand {
		run, args = sendFloor, args[1:]
	}
	if err := run(ctx, args); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "media:", err)
		os.Exit(1)
	}
}

func read(args []string) (settings, error) {
	var s settings
	fs := flag.NewFlagSet("media", flag.ContinueOnError)
	seconds := fs.Float64("seconds", 10, "length of one measurement")
	warm := fs.Float64("warm", 3, "seconds between the last join and the measurement")
	fs.StringVar(&s.only, "only", "", "comma-separated `servers` of: "+strings.Join(targetNames(), ", "))
	fs.StringVar(&s.scenarios, "scenario", "", "comma-separated `scenarios` of: "+strings.Join(scenarioNames(), ", "))
	fs.IntVar(&s.rounds, "rounds", 3, "times that each is measured; the median counts")
	fs.IntVar(&s.people, "people", 0, "subscribers, instead of the scenario's number")
	fs.IntVar(&s.joins, "joins", 40, "joins a round")
	fs.IntVar(&s.visits, "visits", 12, "joins in Chromium a round")
	fs.StringVar(&s.browser, "browser", "bench/run.mjs", "`script` that joins in Chromium")
	fs.BoolVar(&s.oneConnection, "one-connection", false, "join by /rtc/v1 instead of /rtc")
	fs.StringVar(&s.profile, "profile", "", "write a CPU profile of Parley in each scenario to `FILE`-SCENARIO.pprof")
	fs.StringVar(&s.out, "out", "", "put the tables into `FILE`, a page of Markdown, unless --only leaves some out")
	fs.StringVar(&s.server.Parley, "parley", "bin/parley", "`path` of Parley's binary")
	fs.StringVar(&s.server.LiveKit, "livekit", "bin/tools/livekit-server-v1.11.0", "`path` of LiveKit's server")
	fs.IntVar(&s.server.Core, "server-core", 0, "`core` of the server, -1 for all")
	fs.IntVar(&s.loadCore, "load-core", 1, "`core` of the load, -1 for all")
	if err := fs.Parse(args); err != nil {
		return s, err
	}
	s.seconds, s.warm = time.Duration(*seconds*float64(time.Second)), time.Duration(*warm*float64(time.Second))
	for _, path := range []*string{&s.server.Parley, &s.server.LiveKit} {
		full, err := filepath.Abs(*path) // servers run in a folder of their own
		if err != nil {
			return s, err
		}
		*path = full
	}
	return s, errors.Join(known("server", s.only, targetNames()), known("scenario", s.scenarios, scenarioNames()))
}

func known(what, list string, names []string) error {
	for name := range strings.SplitSeq(list, ",") {
		if name != "" && !slices.Contains(names, name) {
			return fmt.Errorf("there is no %s %q", what, name)
		}
	}
	return nil
}

// wanted says whether a list, if there is one, has a name.
func wanted(list, name string) bool {
	return list == "" || slices.Contains(strings.Split(list, ","), name)
}

// measure runs every scenario against every server in turn, round after round,
// so that what changes on the machine meanwhile meets all alike.
func measure(ctx context.Context, args []string) error {
	s, err := read(args)
	if err != nil {
		return err
	}
	if err := pinSelf(s.loadCore); err != nil {
		return err
	}
	results := newResults(s)
	for _, scene := range scenarios() {
		if !wanted(s.scenarios, scene.name) {
			continue
		}
		results.begin(scene)
		if err := s.rotate(ctx, scene, results); err != nil {
			return err
		}
		fmt.Printf("\n%s\n\n", results.table(scene))
		if err := results.write(scene); err != nil {
			return err
		}
	}
	return nil
}

// rotate measures one scenario.
func (s settings) rotate(ctx context.Context, scene scenario, into *results) error {
	for round := range s.rounds {
		for _, t := range scene.targets() {
			if !wanted(s.only, t.name) {
				continue
			}
			sample, err := t.measure(ctx, s, scene)
			if err != nil {
				return fmt.Errorf("%s, %s, round %d: %w", scene.name, t.name, round+1, err)
			}
			fmt.Printf("%-10s %-14s %d/%d  %s\n", scene.name, t.name, round+1, s.rounds, sample)
			into.add(scene, t.name, sample)
		}
	}
	return nil
}
