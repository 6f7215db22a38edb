package app

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// laterTime bounds one piece of work that nobody waits for.
const laterTime = 30 * time.Second

// later does what an answer must not wait for, such as a mail whose sending would tell by its time that there is somebody to send it to.
// Each piece has a goroutine; wait sees the last one end.
type later struct {
	log   *slog.Logger
	slots chan struct{}
	work  sync.WaitGroup
}

func newLater(log *slog.Logger) *later { return &later{log: log, slots: make(chan struct{}, 64)} }

// do starts a piece of work. When more than 64 are under way it is dropped, and the log says so.
func (l *later) do(what string, work func(ctx context.Context) error) {
	select {
	case l.slots <- struct{}{}:
	default:
		l.log.Warn("too much to do at once, dropped", "what", what)
		return
	}
	l.work.Go(func() {
		defer func() { <-l.slots }()
		ctx, cancel := context.WithTimeout(context.Background(), laterTime)
		defer cancel()
		if err := work(ctx); err != nil {
			l.log.Error("not done", "what", what, "err", err)
		}
	})
}

// wait returns when everything is done, or the context ends.
func (l *later) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { l.work.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
