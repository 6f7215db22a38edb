// Command parley is the whole product in one binary: see `parley help`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // people choose time zones, and small images have none
)

// version is set by the build.
var version = "dev"

// command is one thing that parley can do.
type command struct {
	name, does string
	run        func(ctx context.Context, args []string, std stdio) error
}

// stdio is what a command reads and writes, so that tests can hand in their own.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

func commands() []command {
	return []command{
		{"serve", "everything in one process", runServe},
		{"web", "the web tier only; needs --nats", runWeb},
		{"media", "a media node only; needs --nats", runMedia},
		{"migrate", "bring the database to this version: up, status", runMigrate},
		{"admin", "make organizations, people, operators and keys; set plans", runAdmin},
		{"seed", "fill a database for trying out with made-up organizations; needs --demo", runSeed},
		{"doctor", "check configuration and surroundings, and say what to do", runDoctor},
		{"healthcheck", "ask a running Parley whether it is ready; exit 0 if so", runHealthcheck},
		{"version", "print the version", runVersion},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr})
	stop()
	if err != nil {
		os.Exit(1)
	}
}

// run finds the command and runs it. An error has been told to the person when it returns.
func run(ctx context.Context, args []string, std stdio) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(std.out)
		return nil
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, args[1:], std)
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		if err != nil {
			fmt.Fprintf(std.err, "parley %s: %s\n", c.name, err)
		}
		return err
	}
	err := fmt.Errorf("there is no command %q", args[0])
	fmt.Fprintln(std.err, "parley:", err)
	usage(std.err)
	return err
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Parley is a meeting service in one binary.\n\nUsage: parley COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-12s %s\n", c.name, c.does)
	}
	fmt.Fprint(w, "\nparley COMMAND --help lists the flags; each is also PARLEY_… in the environment.\n")
}

func runVersion(_ context.Context, _ []string, std stdio) error {
	_, err := fmt.Fprintln(std.out, version)
	return err
}
