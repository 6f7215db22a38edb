package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/bench/load"
	"parley/bench/server"
)

// scenario is one thing to measure.
type scenario struct {
	name, title string
	people      int                                           // subscribers
	run         func(context.Context, *stage) (sample, error) // nil: steady
	fill        func(context.Context, *stage) error
	floor       string        // which floor goes with it; empty: none
	kinds       []server.Kind // nil: all
	anyCore     bool          // the server is bound to no core
	figures     []figure
}

// plain are the servers without the row that is there for many subscribers.
var plain = []server.Kind{server.Parley, server.LiveKit}

func scenarios() []scenario {
	return []scenario{
		{name: "video", title: "Video, 1 → 100, evenly paced", people: 100, fill: oneToMany(load.Camera()), floor: "spread", figures: cpuFigures},
		{name: "burst", title: "Video, 1 → 100, each frame's seven packets at once", people: 100, fill: oneToMany(burst(load.Camera())), floor: "burst", figures: cpuFigures},
		{name: "audio", title: "Audio, 10 → 50", people: 50, fill: manyToMany(load.Microphone(), 10), figures: cpuFigures},
		{name: "rooms", title: "20 rooms of 5, all send and receive", people: 100, fill: rooms(5), figures: cpuFigures},
		{name: "simulcast", title: "Simulcast, 1 → 100, a third of them each layer", people: 100, fill: layers, figures: cpuFigures},
		{name: "join", title: "Join, from dialling to the first packet of audio", run: joins, figures: joinFigures},
		{name: "latency", title: "Latency, one subscriber on an idle node", run: latency, figures: latencyFigures},
		{name: "frames", title: "First frame in Chromium, one connection", run: firstFrames(true), kinds: plain, anyCore: true, figures: frameFigures},
		{name: "frames-two", title: "First frame in Chromium, two connections", run: firstFrames(false), kinds: plain, anyCore: true, figures: frameFigures},
	}
}

func scenarioNames() (names []string) {
	for _, s := range scenarios() {
		names = append(names, s.name)
	}
	return names
}

func burst(s load.Source) load.Source {
	s.Burst = true
	return s
}

// oneToMany is a publisher, and an audience that sends nothing.
func oneToMany(source load.Source) func(context.Context, *stage) error { return manyToMany(source, 1) }

func manyToMany(source load.Source, publishers int) func(context.Context, *stage) error {
	return func(ctx context.Context, s *stage) error {
		for i := range publishers {
			p, err := s.join(ctx, "room", fmt.Sprintf("publisher-%d", i), true)
			if err != nil {
				return err
			}
			if err := p.Publish(ctx, source); err != nil {
				return err
			}
		}
		return s.audience(ctx, publishers)
	}
}

// rooms is meetings of a few: each shows a small picture, one of them speaks.
func rooms(size int) func(context.Context, *stage) error {
	return func(ctx context.Context, s *stage) error {
		s.before()
		return s.everybody(ctx, s.people, func(ctx context.Context, i int) error {
			c, err := s.join(ctx, fmt.Sprintf("room-%d", i/size), fmt.Sprintf("person-%d", i), false)
			if err != nil {
				return err
			}
			voice := load.Microphone()
			voice.Silent = i%size != 0
			for _, source := range []load.Source{load.Tile(), voice} {
				if err := c.Publish(ctx, source); err != nil {
					return err
				}
			}
			s.expect(c, 2*(size-1))
			return nil
		})
	}
}

// layers is a simulcast of which everybody asks for one of three sizes.
func layers(ctx context.Context, s *stage) error {
	if err := oneToMany(load.Simulcast())(ctx, s); err != nil {
		return err
	}
	if err := s.arrive(ctx); err != nil {
		return err
	}
	for i, c := range s.listeners() {
		if err := c.SetQuality(livekit.VideoQuality(i % 3)); err != nil {
			return err
		}
	}
	return nil
}

// joins measures people who come one after the other.
func joins(ctx context.Context, s *stage) (sample, error) {
	p, err := s.join(ctx, "room", "publisher", true)
	if err != nil {
		return nil, err
	}
	if err := p.Publish(ctx, load.Microphone()); err != nil {
		return nil, err
	}
	var times []time.Duration
	for i := range s.settings.joins + 1 {
		begun := time.Now()
		c, err := s.join(ctx, "room", fmt.Sprintf("listener-%d", i), false)
		if err != nil {
			return nil, err
		}
		select {
		case <-c.FirstPacket():
		case <-c.Over():
			return nil, fmt.Errorf("join %d: signalling has ended: %w", i, c.Err())
		case <-time.After(20 * time.Second):
			return nil, fmt.Errorf("join %d: no packet comes: %w", i, c.Err())
		}
		if i > 0 { // the first warms up
			times = append(times, time.Since(begun))
		}
		c.Close()
	}
	return sample{"p50": milliseconds(percentile(times, 0.5)), "p95": milliseconds(percentile(times, 0.95))}, nil
}

// latency measures how long packets are on their way through a node that has
// nothing else to do.
func latency(ctx context.Context, s *stage) (sample, error) {
	s.people = 1
	if err := oneToMany(load.Camera())(ctx, s); err != nil {
		return nil, err
	}
	return s.times(ctx)
}

// direct measures the same from one connection to another, without a server.
func direct(ctx context.Context, set settings, scene scenario) (sample, error) {
	s := &stage{settings: set, scene: scene, fleet: load.NewFleet()}
	defer s.fleet.Close()
	if err := s.fleet.Pair(ctx, load.Camera()); err != nil {
		return nil, err
	}
	return s.times(ctx)
}

func (s *stage) times(ctx context.Context) (sample, error) {
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	s.fleet.Time(true)
	err := s.wait(ctx, s.settings.seconds)
	s.fleet.Time(false)
	times := s.fleet.Times()
	if len(times) == 0 {
		return nil, errors.Join(err, errors.New("nothing is received"))
	}
	return sample{"p50": milliseconds(percentile(times, 0.5)), "p99": milliseconds(percentile(times, 0.99))}, err
}

// directName is the way without a server.
const directName = "direct"

// target is a server, or what goes without one.
type target struct {
	name    string
	measure func(context.Context, settings, scenario) (sample, error)
}

func targetNames() []string {
	return []string{string(server.Parley), string(server.LiveKit), string(server.LiveKitBatch), floorName, floorName + "-gso", directName}
}

func (s scenario) targets() (all []target) {
	kinds := s.kinds
	if kinds == nil {
		kinds = []server.Kind{server.Parley, server.LiveKit, server.LiveKitBatch}
	}
	for _, kind := range kinds {
		all = append(all, target{name: string(kind), measure: func(ctx context.Context, set settings, scene scenario) (sample, error) {
			return measureServer(ctx, set, scene, kind)
		}})
	}
	if s.name == "latency" {
		all = append(all, target{name: directName, measure: direct})
	}
	if s.floor != "" {
		all = append(all, target{name: floorName, measure: floorOf(s.floor == "burst", false)})
	}
	if s.floor == "burst" {
		all = append(all, target{name: floorName + "-gso", measure: floorOf(true, true)})
	}
	return all
}
