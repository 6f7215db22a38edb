package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"

	"parley/tenants"
)

// runSeed fills a database with made-up organizations, for measuring and for trying out. It works in demo mode only, so that nobody
// fills the database of a service by a command that was typed in the wrong window.
func runSeed(ctx context.Context, args []string, std stdio) error {
	o := tenants.SeedOptions{Password: "good light two chairs"}
	cfg, rest, err := parseConfig("seed", args, std.err, func(fs *flag.FlagSet) {
		fs.IntVar(&o.Organizations, "organizations", 200, "`number` of organizations")
		fs.IntVar(&o.People, "people", 500, "`number` of people in each")
		fs.IntVar(&o.Meetings, "meetings", 50_000, "`number` of meetings in all; the first organization has every tenth")
		fs.BoolVar(&o.Force, "force", false, "also into a database that has organizations")
		fs.Uint64Var(&o.Seed, "seed", 1, "`number` that the names and times depend on")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%q is not understood", rest[0])
	}
	if !cfg.Demo {
		return errors.New("this fills the database with people who do not exist; give --demo to say that it is one for trying out")
	}
	if err := cfg.prepareData(); err != nil {
		return err
	}
	secret, err := cfg.secret()
	if err != nil {
		return err
	}
	p := &process{cfg: cfg, log: slog.New(slog.DiscardHandler), std: std, clock: realClock(), secret: secret}
	defer p.stop()
	if err := p.openStore(ctx); err != nil {
		return err
	}
	o.Progress = func(n int) {
		if n%20 == 0 || n == o.Organizations {
			fmt.Fprintf(std.out, "%d of %d organizations\n", n, o.Organizations)
		}
	}
	owner, err := p.store.Seed(ctx, o)
	if errors.Is(err, tenants.ErrNotEmpty) {
		return fmt.Errorf("%w; --force adds to it all the same", err)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "Everybody's password is %q. The owner of the largest organization: %s\n", o.Password, owner)
	return err
}
