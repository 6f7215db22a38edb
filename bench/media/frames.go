package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// framesTask is what bench/frames.ts reads.
type framesTask struct {
	URL               string   `json:"url"`
	Publisher         string   `json:"publisher"`
	Viewers           []string `json:"viewers"`
	OnePeerConnection bool     `json:"onePeerConnection"`
}

// firstFrames has Chromium join, with livekit-client: the browser and the
// server share all cores, as they would on a developer's machine.
func firstFrames(onePeerConnection bool) func(context.Context, *stage) (sample, error) {
	return func(ctx context.Context, s *stage) (sample, error) {
		task := framesTask{URL: s.server.URL, OnePeerConnection: onePeerConnection}
		var err error
		if task.Publisher, err = s.server.Key.Token("room", "publisher"); err != nil {
			return nil, err
		}
		for i := range s.settings.visits + 1 {
			token, err := s.server.Key.Token("room", fmt.Sprintf("viewer-%d", i))
			if err != nil {
				return nil, err
			}
			task.Viewers = append(task.Viewers, token)
		}
		times, err := browse(ctx, s.settings, task)
		if err != nil {
			return nil, err
		}
		var connected, painted []time.Duration
		for _, t := range times[1:] { // the first warms up
			connected = append(connected, time.Duration(t.Connected*float64(time.Millisecond)))
			painted = append(painted, time.Duration(t.Painted*float64(time.Millisecond)))
		}
		return sample{
			"p50": milliseconds(percentile(painted, 0.5)), "p95": milliseconds(percentile(painted, 0.95)),
			"connected": milliseconds(percentile(connected, 0.5)),
		}, nil
	}
}

type frameTimes struct{ Connected, Painted float64 } // milliseconds

func browse(ctx context.Context, set settings, task framesTask) ([]frameTimes, error) {
	input, err := json.Marshal(task)
	if err != nil {
		return nil, err
	}
	command := set.server.Pin(-1, "node", set.browser, "frames")
	browser := exec.CommandContext(ctx, command[0], command[1:]...)
	browser.Stdin, browser.Stderr = bytes.NewReader(input), os.Stderr
	out, err := browser.Output()
	if err != nil {
		return nil, fmt.Errorf("measure in Chromium: %w", err)
	}
	var times []frameTimes
	if err := json.Unmarshal(out, &times); err != nil {
		return nil, fmt.Errorf("read what the browser measured: %w", err)
	}
	if len(times) != len(task.Viewers) {
		return nil, fmt.Errorf("%d of %d visits were measured", len(times), len(task.Viewers))
	}
	return times, nil
}
