package forward

import (
	"slices"
	"testing"
	"time"
)

func qualities(rungs []Rung) (list []int) {
	for _, r := range rungs {
		list = append(list, r.Quality)
	}
	return list
}

func TestLayersThatNobodyAskedForRest(t *testing.T) {
	s := newStage(t, vp8Codec)
	low, top := s.source(0, 1, 0, 0), s.source(2, 1, 0, 0)
	frames := func(n int, sources ...*source) {
		for range n {
			for _, src := range sources {
				src.frame(false)
			}
			s.now += 33 * time.Millisecond
		}
	}
	frames(60, low, top)
	both := s.sub.Rungs()
	if got := qualities(both); !slices.Equal(got, []int{0, 2}) || both[1].Bits == 0 {
		t.Fatalf("rungs %v", both)
	}
	frames(60, low)
	if got := qualities(s.sub.Rungs()); !slices.Equal(got, []int{0}) {
		t.Errorf("rungs %v, though the publisher has stopped by itself", got)
	}
	s.track.SetAsked(First, 0)
	resting := s.sub.Rungs()
	if got := qualities(resting); !slices.Equal(got, []int{0, 2}) || resting[1].Bits != both[1].Bits {
		t.Errorf("rungs %v: the upper one rests, and took %d", resting, both[1].Bits)
	}
	s.track.SetAsked(First, 2)
	frames(1, low, top)
	if back := s.sub.Rungs(); len(back) != 2 || back[1].Bits < both[1].Bits/2 {
		t.Errorf("rungs %v: with its first packet back, the upper one costs as much as before, %d", back, both[1].Bits)
	}
}
