package sfu

import (
	"cmp"
	"slices"

	"parley/sfu/forward"
)

// The order in which tracks get room.
const (
	rankScreen = iota
	rankSpeaker
	rankTile
)

// claim is one video track that somebody wants to see.
type claim struct {
	rank  int
	wish  int // the best quality that there is a use for
	now   int // the quality that is allotted, or forward.Off
	rungs []forward.Rung
}

// upward is how much more room than it takes there must be for a better
// quality than now: else it would come and go.
const upward = 1.15

// allocate divides bits a second among tracks. It gives each a quality, or
// forward.Off, and the bits that the cheapest better step of any would take; 0
// when everybody has all they wish for.
//
// What is shared and who speaks come first, each with as much as it can use.
// Of the others, everybody gets the lowest quality before anybody gets a better
// one, those that are shown largest first.
func allocate(room int, claims []claim, mayPause bool) (given []int, next int) {
	d := division{room: float64(room), claims: claims, steps: make([]int, len(claims))}
	order := make([]int, len(claims))
	for i := range claims {
		order[i], d.steps[i] = i, -1
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(claims[a].rank-claims[b].rank, claims[b].wish-claims[a].wish)
	})
	for _, i := range order { // the lowest of everybody who comes first, then more for them
		if claims[i].rank < rankTile {
			d.raise(i, !mayPause)
		}
	}
	for _, i := range order {
		for claims[i].rank < rankTile && d.raise(i, false) {
		}
	}
	for _, i := range order {
		if claims[i].rank == rankTile {
			d.raise(i, !mayPause)
		}
	}
	for raised := true; raised; {
		raised = false
		for _, i := range order {
			raised = (claims[i].rank == rankTile && d.raise(i, false)) || raised
		}
	}
	return d.result(), d.next()
}

// division is an allocation on its way.
type division struct {
	room   float64
	claims []claim
	steps  []int // index into rungs; -1 is nothing
}

// cost is what the next step of a claim takes beyond the present one; ok is
// false when there is none that it has a use for.
func (d *division) cost(i int) (bits float64, ok bool) {
	c, step := &d.claims[i], d.steps[i]+1
	if step >= len(c.rungs) || (step > 0 && c.rungs[step].Quality > c.wish) {
		return 0, false
	}
	before := 0.0
	if step > 0 {
		before = float64(c.rungs[step-1].Bits)
	}
	return max(float64(c.rungs[step].Bits)-before, 0), true
}

// raise gives a claim its next step, if there is room or it must be.
func (d *division) raise(i int, must bool) bool {
	bits, ok := d.cost(i)
	if !ok {
		return false
	}
	c, step := &d.claims[i], d.steps[i]+1
	needed := bits
	if c.rungs[step].Quality > c.now {
		needed *= upward
	}
	if needed > d.room && !must {
		return false
	}
	d.room -= bits
	d.steps[i] = step
	return true
}

func (d *division) result() []int {
	given := make([]int, len(d.claims))
	for i, step := range d.steps {
		switch rungs := d.claims[i].rungs; {
		case len(rungs) == 0:
			given[i] = forward.AnyQuality // nothing is known of it; nothing comes of it either
		case step < 0:
			given[i] = forward.Off
		case step == len(rungs)-1:
			given[i] = forward.AnyQuality // a better one that comes up later is welcome
		default:
			given[i] = rungs[step].Quality
		}
	}
	return given
}

// next is what the cheapest step that was not given takes.
func (d *division) next() int {
	least := 0.0
	for i := range d.claims {
		if bits, ok := d.cost(i); ok && (least == 0 || bits < least) {
			least = max(bits, 1)
		}
	}
	return int(least)
}
