package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"parley/bench/load"
	"parley/bench/server"
)

// stage is a fresh server, and the people on it.
type stage struct {
	settings settings
	scene    scenario
	server   *server.Server
	fleet    *load.Fleet
	people   int
	empty    int64 // resident bytes of the server before the audience came

	mu       sync.Mutex
	expected map[*load.Client]int // tracks that each should receive
	order    []*load.Client       // those who receive
}

// arriveTime bounds how long everybody may take to receive everything.
const arriveTime = 60 * time.Second

// measureServer starts a server, fills it, and measures.
func measureServer(ctx context.Context, set settings, scene scenario, kind server.Kind) (result sample, err error) {
	if scene.anyCore {
		set.server.Core = -1
	}
	srv, err := set.server.Start(ctx, kind)
	if err != nil {
		return nil, err
	}
	s := &stage{settings: set, scene: scene, server: srv, fleet: load.NewFleet(), people: scene.people, expected: map[*load.Client]int{}}
	if set.people > 0 {
		s.people = set.people
	}
	defer func() {
		s.fleet.Close()
		if err != nil {
			err = fmt.Errorf("%w; the server said: %s", err, last(srv.Said(), 2000))
		}
		err = errors.Join(err, srv.Stop())
	}()
	if scene.run != nil {
		return scene.run(ctx, s)
	}
	return s.steady(ctx)
}

func last(text string, n int) string { return text[max(0, len(text)-n):] }

// join lets somebody in.
func (s *stage) join(ctx context.Context, room, identity string, deaf bool) (*load.Client, error) {
	token, err := s.server.Key.Token(room, identity)
	if err != nil {
		return nil, err
	}
	c, err := s.fleet.Dial(ctx, load.Options{URL: s.server.URL, Token: token, OneConnection: s.settings.oneConnection, NoSubscribe: deaf})
	if err != nil {
		return nil, fmt.Errorf("join of %s: %w", identity, err)
	}
	return c, nil
}

// audience lets in those who only receive.
func (s *stage) audience(ctx context.Context, tracks int) error {
	if err := s.wait(ctx, time.Second); err != nil {
		return err
	}
	s.before()
	return s.everybody(ctx, s.people, func(ctx context.Context, i int) error {
		c, err := s.join(ctx, "room", fmt.Sprintf("subscriber-%d", i), false)
		if err == nil {
			s.expect(c, tracks)
		}
		return err
	})
}

// before notes the server's memory before the audience comes.
func (s *stage) before() { s.empty, _ = s.server.Resident() }

func (s *stage) expect(c *load.Client, tracks int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected[c] = tracks
	s.order = append(s.order, c)
}

func (s *stage) listeners() []*load.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.order
}

// everybody does something n times, a few at a time.
func (s *stage) everybody(ctx context.Context, n int, do func(context.Context, int) error) error {
	const atOnce = 8
	ctx, cancel := context.WithTimeout(ctx, arriveTime)
	defer cancel()
	var workers sync.WaitGroup
	next, failed := make(chan int), make(chan error, n)
	for range atOnce {
		workers.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					failed <- err
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	close(failed)
	return <-failed
}

// arrive waits until everybody receives all that they should.
func (s *stage) arrive(ctx context.Context) error {
	deadline := time.Now().Add(arriveTime)
	for {
		missing := s.missing()
		if missing == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return missing
		}
		if err := s.wait(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

func (s *stage) missing() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c, tracks := range s.expected {
		got := 0
		for _, stream := range c.Streams() {
			if stream.Packets() > 0 {
				got++
			}
		}
		if got < tracks {
			return fmt.Errorf("somebody receives %d tracks of %d: %w", got, tracks, c.Err())
		}
	}
	return nil
}

func (s *stage) settle(ctx context.Context) error {
	if err := s.arrive(ctx); err != nil {
		return err
	}
	return s.wait(ctx, s.settings.warm)
}

func (s *stage) wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// meter is where everything stood at one moment.
type meter struct {
	at             time.Time
	server, load   time.Duration
	packets, bytes uint64
	in, out        uint64 // datagrams that the kernel dropped: on their way to the server, to the load
}

func (s *stage) read() (m meter, err error) {
	m.at = time.Now()
	m.packets, m.bytes = s.fleet.Received()
	var failed [4]error
	m.server, failed[0] = s.server.CPU()
	m.load, failed[1] = server.CPU(os.Getpid())
	m.in, failed[2] = s.server.Drops()
	m.out, failed[3] = server.Drops(os.Getpid())
	return m, errors.Join(failed[:]...)
}

// steady fills the server and measures it in flow.
func (s *stage) steady(ctx context.Context) (sample, error) {
	if err := s.scene.fill(ctx, s); err != nil {
		return nil, err
	}
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	profiled := s.profile(ctx)
	from, err := s.read()
	if err != nil {
		return nil, err
	}
	if err := s.wait(ctx, s.settings.seconds); err != nil {
		return nil, err
	}
	to, err := s.read()
	if err != nil {
		return nil, err
	}
	full, err := s.server.Resident()
	if err := errors.Join(err, <-profiled); err != nil {
		return nil, err
	}
	return s.figures(from, to, full)
}

func (s *stage) figures(from, to meter, full int64) (sample, error) {
	packets := float64(to.packets - from.packets)
	if packets == 0 {
		return nil, errors.New("nothing is received")
	}
	perPacket := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) / packets }
	seconds := to.at.Sub(from.at).Seconds()
	return sample{
		"cpu": perPacket(to.server - from.server), "load": perPacket(to.load - from.load),
		"share": float64(to.server-from.server) / float64(to.load-from.load),
		"rate":  packets / seconds, "mbit": float64(to.bytes-from.bytes) * 8 / seconds / 1e6,
		"core": (to.server - from.server).Seconds() / seconds,
		"mb":   float64(full-s.empty) / 1e6 / float64(max(len(s.listeners()), 1)),
		"lost": float64(s.fleet.Lost()), "dropped-in": float64(to.in - from.in), "dropped-out": float64(to.out - from.out),
	}, nil
}
