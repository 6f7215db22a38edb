package forward

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Rules by which microphones take each other's places among the loudest.
const (
	holdFor   = time.Second     // after the last sound; ends of words and pauses for breath are not cut
	stayFor   = 2 * time.Second // at least, once in, while the others speak as well
	louderBy  = 6               // decibels that a newcomer needs over the quietest who speaks
	slowly    = 8               // packets over which loudness is smoothed
	levelUnit = 1 << 8          // of smoothed levels, which are fixed point
)

// Loudest lets only the loudest few of many microphones through: in a room of
// hundreds, more voices at once are noise, and each costs a packet to each
// person. A microphone that starts to speak is let in with its first loud
// packet as long as there is room, or somebody inside has fallen silent.
//
// The packet path reads two atomic flags; the lock is taken by packets of
// microphones that are loud and outside.
type Loudest struct {
	on atomic.Bool

	mu     sync.Mutex // guards the rest
	places int
	inside []*Track
}

// voice is what Loudest knows of a track. The writer of the track's layer
// changes it; others read.
type voice struct {
	among  *Loudest // nil: the track is always heard
	inside atomic.Bool
	spoke  atomic.Int64 // when the latest loud packet came
	level  atomic.Int32 // smoothed decibels below full scale, in levelUnits
	since  time.Duration
}

// Among makes the track one of those that only the loudest of are heard. Call
// it before the track has layers.
func (t *Track) Among(g *Loudest) {
	t.voice.among = g
	t.voice.level.Store(127 * levelUnit)
}

// SetPlaces says how many are heard at once; 0 lets everybody through.
func (g *Loudest) SetPlaces(places int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.places == places {
		return
	}
	g.places = places
	for len(g.inside) > places {
		g.put(len(g.inside)-1, nil)
	}
	g.on.Store(places > 0)
}

// hears says whether a packet of this level is let through.
func (g *Loudest) hears(t *Track, dBov uint8, now time.Duration) bool {
	if !g.on.Load() {
		return true
	}
	v := &t.voice
	level := v.level.Load()
	v.level.Store(level + (int32(dBov)*levelUnit-level)/slowly)
	if dBov <= speechLevel {
		v.spoke.Store(int64(now))
	}
	if v.inside.Load() {
		return true
	}
	return dBov <= speechLevel && g.enter(t, now)
}

// enter gives the track a place: a free one, or that of who has been silent for
// longest, or of who is clearly quieter.
func (g *Loudest) enter(t *Track, now time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.inside) < g.places {
		g.inside = append(g.inside, nil)
		g.put(len(g.inside)-1, t)
		t.voice.since = now
		return true
	}
	silent, quietest := -1, -1
	for i, other := range g.inside {
		v := &other.voice
		switch {
		case now-time.Duration(v.spoke.Load()) > holdFor:
			if silent < 0 || v.spoke.Load() < g.inside[silent].voice.spoke.Load() {
				silent = i
			}
		case now-v.since > stayFor:
			if quietest < 0 || v.level.Load() > g.inside[quietest].voice.level.Load() {
				quietest = i
			}
		}
	}
	place := silent
	if place < 0 && quietest >= 0 && g.inside[quietest].voice.level.Load()-t.voice.level.Load() >= louderBy*levelUnit {
		place = quietest
	}
	if place < 0 {
		return false
	}
	g.put(place, t)
	t.voice.since = now
	return true
}

// put gives a place to a track, or with nil takes it away. Call with mu.
func (g *Loudest) put(place int, t *Track) {
	if before := g.inside[place]; before != nil {
		before.voice.inside.Store(false)
	}
	if t == nil {
		g.inside = slices.Delete(g.inside, place, place+1)
		return
	}
	g.inside[place] = t
	t.voice.inside.Store(true)
}

// leave frees a track's place.
func (g *Loudest) leave(t *Track) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if place := slices.Index(g.inside, t); place >= 0 {
		g.put(place, nil)
	}
}
