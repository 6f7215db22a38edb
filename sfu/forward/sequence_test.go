package forward

import (
	"slices"
	"testing"
)

func TestSequenceClosesGapsThatAreNone(t *testing.T) {
	type in struct {
		seq  uint16
		drop bool
	}
	for name, test := range map[string]struct {
		in   []in
		want []int64 // relative to the first number out; -1: nothing
	}{
		"in order":               {[]in{{10, false}, {11, false}, {12, false}}, []int64{0, 1, 2}},
		"padding vanishes":       {[]in{{10, false}, {11, true}, {12, false}}, []int64{0, -1, 1}},
		"a loss stays a gap":     {[]in{{10, false}, {12, false}}, []int64{0, 2}},
		"around the end":         {[]in{{65534, false}, {65535, false}, {0, false}, {1, false}}, []int64{0, 1, 2, 3}},
		"late, no drops":         {[]in{{10, false}, {12, false}, {11, false}}, []int64{0, 2, 1}},
		"late, before a drop":    {[]in{{10, false}, {12, false}, {13, true}, {14, false}, {11, false}}, []int64{0, 2, -1, 3, 1}},
		"late, after a drop":     {[]in{{10, false}, {11, true}, {13, false}, {12, false}}, []int64{0, -1, 2, 1}},
		"twice":                  {[]in{{10, false}, {10, false}}, []int64{0, -1}},
		"a dropped one again":    {[]in{{10, false}, {11, true}, {12, false}, {11, false}}, []int64{0, -1, 1, -1}},
		"dropped before started": {[]in{{10, true}, {11, false}, {12, false}}, []int64{-1, 0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var s sequence
			var base uint64
			var got []int64
			for _, p := range test.in {
				out, ok := s.next(p.seq, p.drop)
				switch {
				case !ok:
					got = append(got, -1)
					continue
				case base == 0:
					base = out
				}
				got = append(got, int64(out-base))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestSequenceAfterLongMute(t *testing.T) {
	var s sequence
	first, _ := s.next(1000, false)
	for i := range 5000 {
		s.next(uint16(1001+i), true)
	}
	if _, ok := s.next(1000-1, false); ok {
		t.Error("a packet from before thousands of drops cannot be placed, but was")
	}
	if out, ok := s.next(6001, false); !ok || out != first+1 {
		t.Errorf("after the mute: %d, %v; want %d", out, ok, first+1)
	}
}
