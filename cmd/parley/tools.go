package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"github.com/jonboulle/clockwork"

	"parley/migrations"
)

// logger writes to w: text for people, JSON for machines.
func (c Config) logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

func (c Config) dataPath(name string) string { return filepath.Join(c.Data, name) }

func realClock() clockwork.Clock { return clockwork.NewRealClock() }

// runMigrate brings the database to this version, or says where it stands.
func runMigrate(ctx context.Context, args []string, std stdio) error {
	if len(args) == 0 {
		return errors.New("say what to do: parley migrate up, or parley migrate status")
	}
	cfg, _, err := parseConfig("migrate", args[1:], std.err, nil)
	if err != nil {
		return err
	}
	if err := cfg.prepareData(); err != nil {
		return err
	}
	switch args[0] {
	case "up":
		if err := migrations.Up(ctx, cfg.Database); err != nil {
			return err
		}
		_, err = fmt.Fprintln(std.out, "The database is up to date.")
		return err
	case "status":
		steps, err := migrations.Status(ctx, cfg.Database)
		if err != nil {
			return err
		}
		for _, step := range steps {
			state := "pending"
			if step.Applied {
				state = "applied " + step.At.UTC().Format("2006-01-02 15:04")
			}
			fmt.Fprintf(std.out, "%s  %s\n", filepath.Base(step.Name), state)
		}
		return nil
	}
	return fmt.Errorf("%q is not understood; use up or status", args[0])
}
