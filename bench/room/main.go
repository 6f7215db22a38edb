// Command room fills a room with people who show a recording and are silent,
// until its standard input ends: bench/room.ts measures a browser among them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"parley/bench/load"
)

type settings struct {
	url, room, film string
	key             load.Key
	people          int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "room:", err)
		os.Exit(1)
	}
}

func read(args []string) (settings, error) {
	var s settings
	fs := flag.NewFlagSet("room", flag.ContinueOnError)
	fs.StringVar(&s.url, "url", "", "http://host:port of the server")
	fs.StringVar(&s.key.ID, "key", "", "media key")
	fs.StringVar(&s.key.Secret, "secret", "", "its secret")
	fs.StringVar(&s.room, "room", "", "the room's name on the node")
	fs.StringVar(&s.film, "film", "", "IVF `file` with VP8 that everybody shows")
	fs.IntVar(&s.people, "people", 100, "how many come")
	return s, fs.Parse(args)
}

func run(ctx context.Context, args []string) error {
	set, err := read(args)
	if err != nil {
		return err
	}
	file, err := os.Open(set.film)
	if err != nil {
		return fmt.Errorf("open the recording: %w", err)
	}
	film, err := load.ReadIVF(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	fleet := load.NewFleet()
	defer fleet.Close()
	if err := fill(ctx, set, fleet, film); err != nil {
		return err
	}
	fmt.Println("ready") // what bench/room.ts waits for
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return nil
}

// fill lets everybody in, a few at a time.
func fill(ctx context.Context, set settings, fleet *load.Fleet, film *load.Recording) error {
	const atOnce = 4
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	var workers sync.WaitGroup
	next, failed := make(chan int), make(chan error, set.people)
	for range atOnce {
		workers.Go(func() {
			for i := range next {
				if err := enter(ctx, set, fleet, film, i); err != nil {
					failed <- fmt.Errorf("person %d: %w", i, err)
				}
			}
		})
	}
	for i := range set.people {
		next <- i
	}
	close(next)
	workers.Wait()
	close(failed)
	return <-failed
}

// enter lets one person in, who sends a picture and the silence of a microphone that is on, and receives nothing.
func enter(ctx context.Context, set settings, fleet *load.Fleet, film *load.Recording, i int) error {
	token, err := set.key.Token(set.room, fmt.Sprintf("Person %d", i+1))
	if err != nil {
		return err
	}
	c, err := fleet.Dial(ctx, load.Options{URL: set.url, Token: token, NoSubscribe: true})
	if err != nil {
		return err
	}
	sound := load.Microphone()
	sound.Silent = true
	return errors.Join(c.Publish(ctx, sound), c.Publish(ctx, load.Film(film)))
}
