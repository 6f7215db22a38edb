package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"parley/bench/floor"
	"parley/bench/load"
	"parley/bench/server"
)

// The floor's sender is this same program, started with this word.
const (
	floorCommand = "send-floor"
	floorName    = "floor"
)

// sendFloor is the child: it sends what its one argument says, until it is ended.
func sendFloor(ctx context.Context, args []string) error {
	var o floor.Options
	if len(args) != 1 {
		return fmt.Errorf("%s is for this program's own use", floorCommand)
	}
	if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
		return fmt.Errorf("read options: %w", err)
	}
	fmt.Println("ready")
	return floor.Send(ctx, o)
}

// floorOf measures the child in a scenario's place.
func floorOf(burst, gso bool) func(context.Context, settings, scenario) (sample, error) {
	return func(ctx context.Context, set settings, scene scenario) (sample, error) {
		people := scene.people
		if set.people > 0 {
			people = set.people
		}
		sink, err := floor.Listen(people)
		if err != nil {
			return nil, err
		}
		defer sink.Close()
		layer := load.Camera().Layers[0]
		options, err := json.Marshal(floor.Options{
			Ports: sink.Ports(), Frames: layer.Frames, Packets: layer.Packets, Bytes: layer.Bytes, Burst: burst, GSO: gso,
		})
		if err != nil {
			return nil, err
		}
		child, err := startFloor(set.server.Core, string(options))
		if err != nil {
			return nil, err
		}
		defer func() { _, _ = child.Process.Kill(), child.Wait() }()
		return meterFloor(ctx, set, sink, child.Process.Pid)
	}
}

func startFloor(core int, options string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	command := server.Config{}.Pin(core, self, floorCommand, options)
	child := exec.Command(command[0], command[1:]...)
	child.Stderr = os.Stderr
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start floor: %w", err)
	}
	if err := child.Start(); err != nil {
		return nil, fmt.Errorf("start floor: %w", err)
	}
	_, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("start floor: %w", err)
	}
	return child, nil
}

func meterFloor(ctx context.Context, set settings, sink *floor.Sink, pid int) (sample, error) {
	wait := func(d time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
	wait(time.Second)
	packets := sink.Packets()
	used, err := server.CPU(pid)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	wait(set.seconds)
	got := float64(sink.Packets() - packets)
	after, err := server.CPU(pid)
	if err != nil || got == 0 {
		return nil, fmt.Errorf("the floor sends nothing: %w", err)
	}
	seconds := time.Since(begun).Seconds()
	return sample{
		"cpu": float64(after-used) / float64(time.Microsecond) / got, "rate": got / seconds, "core": (after - used).Seconds() / seconds,
	}, ctx.Err()
}
