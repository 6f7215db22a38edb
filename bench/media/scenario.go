package main

import (
	"context"
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
	floor       string // which floor goes with it; empty: none
	figures     []figure
}

func scenarios() []scenario {
	return []scenario{
		{name: "video", title: "Video, 1 → 100, evenly paced", people: 100, fill: oneToMany(load.Camera()), floor: "spread", figures: cpuFigures},
		{name: "burst", title: "Video, 1 → 100, each frame's seven packets at once", people: 100, fill: oneToMany(burst(load.Camera())), floor: "burst", figures: cpuFigures},
		{name: "audio", title: "Audio, 10 → 50", people: 50, fill: manyToMany(load.Microphone(), 10), figures: cpuFigures},
		{name: "rooms", title: "20 rooms of 5, all send and receive", people: 100, fill: rooms(5), figures: cpuFigures},
		{name: "simulcast", title: "Simulcast, 1 → 100, a third of them each layer", people: 100, fill: layers, figures: cpuFigures},
		{name: "join", title: "Join, from dialling to the first packet of audio", run: joins, figures: joinFigures},
		{name: "latency", title: "Added latency, one subscriber on an idle node", run: latency, figures: latencyFigures},
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
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	s.fleet.Time(true)
	err := s.wait(ctx, s.settings.seconds)
	s.fleet.Time(false)
	times := s.fleet.Times()
	return sample{"p50": milliseconds(percentile(times, 0.5)), "p99": milliseconds(percentile(times, 0.99))}, err
}

// target is a server, or a floor.
type target struct {
	name    string
	measure func(context.Context, settings, scenario) (sample, error)
}

func targetNames() []string {
	return []string{string(server.Parley), string(server.LiveKit), string(server.LiveKitBatch), floorName, floorName + "-gso"}
}

func (s scenario) targets() (all []target) {
	for _, kind := range []server.Kind{server.Parley, server.LiveKit, server.LiveKitBatch} {
		all = append(all, target{name: string(kind), measure: func(ctx context.Context, set settings, scene scenario) (sample, error) {
			return measureServer(ctx, set, scene, kind)
		}})
	}
	if s.floor != "" {
		all = append(all, target{name: floorName, measure: floorOf(s.floor == "burst", false)})
	}
	if s.floor == "burst" {
		all = append(all, target{name: floorName + "-gso", measure: floorOf(true, true)})
	}
	return all
}
