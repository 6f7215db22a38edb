package sfu

import (
	"testing"
	"time"

	"parley/sfu/forward"
)

func TestLessIsAskedForAfterAWhile(t *testing.T) {
	type second struct{ needed, wished int }
	const off, top = forward.Off, forward.TopQuality
	for name, test := range map[string]struct {
		seconds func(i int) second
		want    int // seconds until less is asked for; 0: never in a minute
		asked   int
	}{
		"all is needed":             {func(int) second { return second{top, top} }, 0, top},
		"nobody looks":              {func(int) second { return second{off, off} }, 5, off},
		"small tiles":               {func(int) second { return second{0, 0} }, 5, 0},
		"no network has room":       {func(int) second { return second{0, top} }, 10, 0},
		"room at times":             {func(i int) second { return second{i % 8 / 7 * top, top} }, 0, top},
		"room for a middle at best": {func(i int) second { return second{i % 2, top} }, 10, 1},
		"tight, then not wanted":    {func(i int) second { return second{0, []int{top, 0}[min(i/3, 1)]} }, 10, 0},
		"small, then larger for 1 s": {func(i int) second {
			if i == 3 {
				return second{1, 1}
			}
			return second{0, 0}
		}, 5, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n, start := need{asked: top}, time.Now()
			for i := range 60 {
				s := test.seconds(i)
				if !n.settle(s.needed, s.wished, start.Add(time.Duration(i)*time.Second)) {
					continue
				}
				if i != test.want || n.asked != test.asked {
					t.Errorf("after %d s %d is asked for, want %d after %d s", i, n.asked, test.asked, test.want)
				}
				return
			}
			if test.want != 0 {
				t.Errorf("%d is asked for all the time", n.asked)
			}
		})
	}
}
