package forward

import "time"

// A layer is dead when it was silent for quietFor while another one of the
// track went on for framesAhead frames. By time alone, a still picture that is
// shared at one frame a second would die every second.
const (
	quietFor    = 300 * time.Millisecond
	framesAhead = 3
)

// arrived notes a sign of life, and the death of layers that fell silent while
// this one went on. Browsers drop their best layers when their network is weak.
func (l *Layer) arrived(p *packet, now time.Duration) {
	l.lastPacket.Store(int64(now))
	t := l.track
	if best := t.best[l.variant].Load(); best == nil || l.quality > best.quality {
		t.best[l.variant].Store(l)
	}
	l.live.Store(true)
	if p.timestamp == l.frame {
		return
	}
	l.frame = p.timestamp
	l.pause.Store(int64(now - l.frames[0]))
	copy(l.frames[1:], l.frames[:])
	l.frames[0] = now
	l.rate.observe(p.place.temporal, now)
	for _, other := range *t.layers.Load() {
		last := time.Duration(other.lastPacket.Load())
		if other == l || other.variant != l.variant || !other.live.Load() || last >= l.frames[framesAhead-1] || now-last < quietFor {
			continue
		}
		other.live.Store(false)
		if t.best[l.variant].Load() == other {
			t.chooseBest(l.variant)
		}
	}
}

func (l *Layer) alive() bool { return l.live.Load() }

// chooseBest makes the highest layer that is alive the one to forward.
func (t *Track) chooseBest(variant int) {
	var best *Layer
	for _, layer := range *t.layers.Load() {
		if layer.variant == variant && layer.alive() {
			best = layer
		}
	}
	if best != nil {
		t.best[variant].Store(best)
	}
}

// target is the layer that a subscriber of a variant with that cap should get.
func (t *Track) target(variant, quality int) *Layer {
	best := t.best[variant].Load()
	if best == nil || best.quality <= quality {
		return best
	}
	layers := *t.layers.Load()
	for i := len(layers) - 1; i >= 0; i-- {
		if layers[i].variant == variant && layers[i].quality <= quality && layers[i].alive() {
			return layers[i]
		}
	}
	// All that are small enough are silent: rather too much than nothing.
	return best
}
