package forward

import "time"

// enter switches to the layer if it is the right one and p can be decoded
// without what came before. Until then a present layer goes on.
func (s *Sub) enter(layer *Layer, p *packet, now time.Duration) bool {
	if target := s.track.target(s.variant, s.cap); layer != target {
		return false
	}
	if !p.key && s.follow(layer, p, now) {
		return true
	}
	if !p.key {
		if layer != s.current || !s.path.crowded() {
			layer.keyWanted.Store(true) // where frames were dropped: not before there is room for it
		}
		return false
	}
	next := segment{layer: layer, from: p.seq, first: s.next, sequence: s.next - p.seq, spatial: s.spatialLimit()}
	switch {
	case s.current == nil || !s.last.ok:
	case s.current == layer:
		next.timestamp, next.picture, next.tl0 = s.segment.timestamp, s.segment.picture, s.segment.tl0
	default:
		next.timestamp = s.nextTimestamp(layer, p, now) - p.timestamp
	}
	s.alignPictures(&next, p)
	s.begin(next)
	s.thin.enter(layer, p)
	s.chains = chains{}
	s.current, s.waiting = layer, false
	return true
}

// nextTimestamp is where a new layer goes on in the subscriber's time: by the
// publisher's clock if both layers have reported theirs, else by ours.
func (s *Sub) nextTimestamp(layer *Layer, p *packet, now time.Duration) uint32 {
	clock := s.track.clock
	from, to := s.current.latestReport(), layer.latestReport()
	if from.ok && to.ok {
		passed := int64(to.ntpOf(p.timestamp, clock) - from.ntpOf(s.last.in, clock))
		ticks := passed * int64(clock) >> 32
		if ticks > 0 && ticks < int64(clock)*10 {
			return s.last.out + uint32(ticks)
		}
	}
	ticks := uint32((now - s.last.at) * time.Duration(clock) / time.Second)
	return s.last.out + max(ticks, 1)
}

// alignPictures makes picture ids go on where they were. Only VP8 has them.
func (s *Sub) alignPictures(next *segment, p *packet) {
	if !s.last.ok || s.format != formatVP8 {
		return
	}
	next.picture = s.last.picture + 1 - p.vp8.picture
	next.tl0 = s.last.tl0 + 1 - p.vp8.tl0
}
