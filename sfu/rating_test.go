package sfu

import (
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
)

func TestConnectionQuality(t *testing.T) {
	const excellent, good, poor = livekit.ConnectionQuality_EXCELLENT, livekit.ConnectionQuality_GOOD, livekit.ConnectionQuality_POOR
	const ms = time.Millisecond
	for name, test := range map[string]struct {
		up, down reception
		paused   bool
		want     livekit.ConnectionQuality
	}{
		"nothing lost":        {down: reception{rtt: 20 * ms}, want: excellent},
		"a little lost":       {up: reception{loss: 0.01}, down: reception{loss: 0.03, rtt: 100 * ms}, want: excellent},
		"some lost upwards":   {up: reception{loss: 0.06}, want: good},
		"some lost downwards": {down: reception{loss: 0.06}, want: good},
		"much lost":           {down: reception{loss: 0.2}, want: poor},
		"all lost":            {up: reception{loss: 1}, down: reception{loss: 1}, want: poor},
		"a long way":          {down: reception{rtt: 700 * ms}, want: good},
		"a very long way":     {down: reception{rtt: 2000 * ms}, want: poor},
		"jitter of a wifi":    {up: reception{jitter: 30 * ms}, down: reception{jitter: 50 * ms}, want: excellent},
		"much jitter upwards": {up: reception{jitter: 90 * ms}, want: good},
		"much jitter down":    {down: reception{jitter: 90 * ms}, want: good},
		"hopeless jitter":     {down: reception{jitter: 300 * ms}, want: poor},
		"a bit of everything": {up: reception{jitter: 60 * ms}, down: reception{loss: 0.06, rtt: 400 * ms}, want: poor},
		"pictures paused":     {paused: true, want: poor},
	} {
		if got := levelOf(score(test.up, test.down), test.paused); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
