package sfu

import (
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
)

func TestConnectionQuality(t *testing.T) {
	const excellent, good, poor = livekit.ConnectionQuality_EXCELLENT, livekit.ConnectionQuality_GOOD, livekit.ConnectionQuality_POOR
	for name, test := range map[string]struct {
		up, down float64
		rtt      time.Duration
		paused   bool
		want     livekit.ConnectionQuality
	}{
		"nothing lost":        {0, 0, 20 * time.Millisecond, false, excellent},
		"a little lost":       {0.01, 0.03, 100 * time.Millisecond, false, excellent},
		"some lost upwards":   {0.06, 0, 0, false, good},
		"some lost downwards": {0, 0.06, 0, false, good},
		"much lost":           {0, 0.2, 0, false, poor},
		"all lost":            {1, 1, 0, false, poor},
		"a long way":          {0, 0, 700 * time.Millisecond, false, good},
		"a very long way":     {0, 0, 2 * time.Second, false, poor},
		"pictures paused":     {0, 0, 0, true, poor},
	} {
		if got := levelOf(score(test.up, test.down, test.rtt), test.paused); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
