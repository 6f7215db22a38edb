package forward

import "time"

// allTemporal is more temporal layers than any stream has.
const allTemporal = 7

// place is where a packet stands among the layers inside its stream.
type place struct {
	temporal uint8
	sync     bool // its temporal layer can be entered here: it depends on lower ones only
	up       bool // temporal layers above can be entered behind it
	spatial  uint8
	ends     bool // last packet of its spatial layer's part of the picture
}

// thinning is the part of a stream's frames that a subscriber gets. Lower
// temporal layers never depend on higher ones, so the higher ones can be left
// out from any frame on; they can come back where one says so.
type thinning struct {
	fps   int    // what the subscriber has a use for; 0: everything
	upTo  uint8  // temporal layer that is sent now
	frame uint32 // timestamp of the frame in hand
	keeps bool   // it is sent
}

// SetFrameRate says how many frames a second the subscriber has a use for; 0
// means as many as there are.
func (s *Sub) SetFrameRate(fps int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.thin.fps = fps
}

// enter starts anew at a key frame.
func (t *thinning) enter(layer *Layer, p *packet) {
	t.upTo, t.frame, t.keeps = layer.temporalFor(t.fps), p.timestamp, true
}

// keep decides about a packet that is newer than all before it; up says that
// higher temporal layers can be entered behind it. It says too whether the packet
// is the first that came of its frame.
func (t *thinning) keep(layer *Layer, p *packet, up bool) (keep, first bool) {
	if p.timestamp == t.frame {
		return t.keeps, false
	}
	wanted := layer.temporalFor(t.fps)
	switch {
	case wanted < t.upTo || p.key:
		t.upTo = wanted
	case wanted > t.upTo && p.place.temporal == t.upTo+1 && p.place.sync:
		t.upTo++
	case wanted > t.upTo && p.place.temporal <= t.upTo && up:
		t.upTo = wanted
	case wanted > t.upTo && p.place.temporal <= t.upTo && p.place.up:
		layer.keyWanted.Store(true) // something is missing that the higher ones depend on
	}
	t.frame, t.keeps = p.timestamp, p.place.temporal <= t.upTo
	return t.keeps, true
}

// rate measures the frames of a layer.
type rate struct {
	since    time.Duration
	frames   int
	fps      int   // in the last full second; 0: not known
	temporal uint8 // the highest that was seen in it
	highest  uint8 // in the present one
}

// observe counts a frame.
func (r *rate) observe(temporal uint8, now time.Duration) {
	if passed := now - r.since; passed >= time.Second {
		r.fps = int(time.Duration(r.frames) * time.Second / passed)
		r.temporal, r.highest, r.frames, r.since = r.highest, 0, 0, now
	}
	r.frames++
	r.highest = max(r.highest, temporal)
}

// temporalFor is the lowest temporal layer with which the rate is enough. Each
// one doubles the rate of that below. Call while the layer is written.
func (l *Layer) temporalFor(fps int) uint8 {
	if fps <= 0 || l.rate.fps == 0 {
		return allTemporal
	}
	for temporal := range l.rate.temporal {
		// A tenth less is the same rate, measured.
		if l.rate.fps>>(l.rate.temporal-temporal)*10 >= fps*9 {
			return temporal
		}
	}
	return allTemporal
}
