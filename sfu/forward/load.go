package forward

import (
	"sync/atomic"
	"time"
)

// loadWindow is how long a layer's bitrate is averaged over.
const loadWindow = 500 * time.Millisecond

// load measures what a layer takes on the wire, by spatial layer for streams
// that have those inside. Add has one caller.
type load struct {
	since time.Duration
	bytes [TopQuality + 1]int
	bits  [TopQuality + 1]atomic.Int64 // a second, smoothed
	rests [TopQuality + 1]atomic.Int64 // the same, when there last was any
}

// add counts packets. After a pause it begins anew: a mean over that would say
// that the layer is cheap.
func (l *load) add(burst []packet, now time.Duration) {
	passed := now - l.since
	if passed > 2*loadWindow {
		l.since, l.bytes, passed = now, [TopQuality + 1]int{}, 0
	}
	for i := range burst {
		p := &burst[i]
		l.bytes[min(int(p.place.spatial), TopQuality)] += len(p.payload) + overhead
	}
	if passed < loadWindow {
		return
	}
	for i := range l.bytes {
		measured := int64(float64(l.bytes[i]*8) / passed.Seconds())
		if before := l.bits[i].Load(); before > 0 {
			measured = (before + measured) / 2
		}
		if l.bytes[i] == 0 {
			measured = 0
		} else {
			l.rests[i].Store(measured)
		}
		l.bits[i].Store(measured)
		l.bytes[i] = 0
	}
	l.since = now
}

// Rung is one way to have a track: a quality, and the bits a second that it
// takes on the wire.
type Rung struct {
	Quality int
	Bits    int
}

// Rungs lists the ways to have the track, from low to high, in the codec that the
// subscriber gets. Among them are those that rest because nobody has asked for
// them: as far as there was something to measure, they are had for the asking.
func (s *Sub) Rungs() []Rung {
	s.mu.Lock()
	variant := s.variant
	s.mu.Unlock()
	asked := int(s.track.asked[variant].Load())
	var rungs []Rung
	for _, layer := range *s.track.layers.Load() {
		switch {
		case layer.variant != variant:
		case layer.format.layered():
			if layer.alive() {
				rungs = layer.load.ladder(rungs, asked)
			}
		case layer.alive():
			rungs = append(rungs, Rung{Quality: layer.quality, Bits: int(layer.load.bits[0].Load())})
		case layer.quality > asked && layer.load.rests[0].Load() > 0:
			rungs = append(rungs, Rung{Quality: layer.quality, Bits: int(layer.load.rests[0].Load())})
		}
	}
	return rungs
}

// ladder lists the spatial layers inside of a stream: each needs those below.
func (l *load) ladder(rungs []Rung, asked int) []Rung {
	sum := 0
	for quality := range l.bits {
		bits := int(l.bits[quality].Load())
		if bits == 0 && quality > asked {
			bits = int(l.rests[quality].Load())
		}
		if sum += bits; bits > 0 {
			rungs = append(rungs, Rung{Quality: quality, Bits: sum})
		}
	}
	return rungs
}

// SetAsked says which quality the publisher was asked for, in one of the track's
// codecs; Off is none. What is better rests.
func (t *Track) SetAsked(variant, quality int) { t.asked[variant].Store(int32(quality)) }
