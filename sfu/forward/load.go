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
}

// add counts packets.
func (l *load) add(burst []packet, now time.Duration) {
	for i := range burst {
		p := &burst[i]
		l.bytes[min(int(p.place.spatial), TopQuality)] += len(p.payload) + overhead
	}
	passed := now - l.since
	if passed < loadWindow {
		return
	}
	for i := range l.bytes {
		measured := int64(float64(l.bytes[i]*8) / passed.Seconds())
		if before := l.bits[i].Load(); before > 0 && passed < 2*loadWindow {
			measured = (before + measured) / 2
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

// Rungs lists the ways to have the track now, from low to high, in the codec that
// the subscriber gets.
func (s *Sub) Rungs() []Rung {
	s.mu.Lock()
	variant := s.variant
	s.mu.Unlock()
	var rungs []Rung
	for _, layer := range *s.track.layers.Load() {
		if layer.variant != variant || !layer.alive() {
			continue
		}
		if !layer.format.layered() {
			rungs = append(rungs, Rung{Quality: layer.quality, Bits: int(layer.load.bits[0].Load())})
			continue
		}
		sum := 0
		for quality := range layer.load.bits {
			bits := int(layer.load.bits[quality].Load())
			if sum += bits; bits > 0 {
				rungs = append(rungs, Rung{Quality: quality, Bits: sum})
			}
		}
	}
	return rungs
}
