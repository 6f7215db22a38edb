package sfu

import (
	"slices"
	"testing"

	"parley/sfu/forward"
)

func TestAllocate(t *testing.T) {
	ladder := []forward.Rung{{Quality: 0, Bits: 100}, {Quality: 1, Bits: 300}, {Quality: 2, Bits: 1000}}
	one := []forward.Rung{{Quality: 2, Bits: 800}}
	const any, off = forward.AnyQuality, forward.Off
	tile := func(wish, now int) claim { return claim{rank: rankTile, wish: wish, now: now, rungs: ladder} }
	screen := claim{rank: rankScreen, wish: 2, now: any, rungs: one}
	speaker := claim{rank: rankSpeaker, wish: 2, now: any, rungs: ladder}
	for name, test := range map[string]struct {
		room   int
		claims []claim
		stay   bool // nothing may be paused
		want   []int
		next   int
	}{
		"nothing to show":                 {1000, nil, false, []int{}, 0},
		"room for all":                    {5000, []claim{tile(2, any), tile(2, any)}, false, []int{any, any}, 0},
		"everybody before anybody better": {450, []claim{tile(2, any), tile(2, any), tile(2, any), tile(2, any)}, false, []int{0, 0, 0, 0}, 200},
		"one better":                      {450, []claim{tile(2, any), tile(2, any)}, false, []int{1, 0}, 200},
		"the largest first":               {350, []claim{tile(0, any), tile(2, any)}, false, []int{0, 0}, 200},
		"the largest is better":           {420, []claim{tile(0, any), tile(2, any)}, false, []int{0, 1}, 700},
		"no more than wished":             {5000, []claim{tile(1, any), tile(0, any)}, false, []int{1, 0}, 0},
		"the screen before tiles":         {950, []claim{tile(2, any), tile(2, any), screen}, false, []int{0, off, any}, 100},
		"the speaker before tiles":        {520, []claim{tile(2, any), speaker, tile(2, any)}, false, []int{0, 1, 0}, 200},
		"the speaker's lowest first":      {920, []claim{speaker, screen}, false, []int{0, any}, 200},
		"paused":                          {150, []claim{tile(2, any), tile(2, any)}, false, []int{0, off}, 100},
		"not paused, as they cannot tell": {150, []claim{tile(2, any), tile(2, any)}, true, []int{0, 0}, 200},
		"not up without room to spare":    {310, []claim{tile(2, 0)}, false, []int{0}, 200},
		"up with room to spare":           {335, []claim{tile(2, 0)}, false, []int{1}, 700},
		"what is had is kept":             {310, []claim{tile(2, 1)}, false, []int{1}, 700},
		"back from a pause":               {116, []claim{tile(2, off)}, false, []int{0}, 200},
		"not back from a pause":           {101, []claim{tile(2, off)}, false, []int{off}, 100},
		"hidden takes nothing":            {150, []claim{{rank: rankTile, wish: off, now: any}, tile(2, any)}, false, []int{any, 0}, 200},
		"less than nothing":               {-100, []claim{tile(2, any)}, false, []int{off}, 100},
	} {
		t.Run(name, func(t *testing.T) {
			given, next := allocate(test.room, test.claims, !test.stay)
			if !slices.Equal(given, test.want) || next != test.next {
				t.Errorf("%v, next step %d; want %v, %d", given, next, test.want, test.next)
			}
		})
	}
}
