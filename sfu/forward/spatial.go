package forward

// allSpatial is more spatial layers than any stream has.
const allSpatial = 7

// spatialFor is the spatial layer that shows a quality: clients number both
// alike, from the lowest. The best is whatever there is.
func spatialFor(quality int) uint8 {
	if quality >= TopQuality {
		return allSpatial
	}
	return uint8(max(quality, 0))
}

// keep decides whether a packet that is newer than all before it is sent, and
// closes the gap if it is not.
func (s *Sub) keep(layer *Layer, p *packet, number uint64) bool {
	spatial := !s.format.layered() || s.keepSpatial(layer, p, number)
	up := p.place.up
	if p.described.structure != nil {
		s.chains.look(&p.described.parsed)
		up = up && s.chains.whole(p.described.structure, s.segment.spatial)
	}
	temporal, first := s.thin.keep(layer, p, up)
	if !spatial || !temporal {
		s.leaveOut(p, number, first)
	}
	return spatial && temporal
}

// keepSpatial decides about a packet of a stream that has its spatial layers
// inside, and is newer than all before it. Every layer up to the one that is
// shown is sent: in each kind of SVC it can be decoded from those. So going
// down is possible with any picture; going up, with one that needs nothing of
// before.
func (s *Sub) keepSpatial(layer *Layer, p *packet, number uint64) bool {
	wanted := s.spatialLimit()
	switch {
	case wanted == s.segment.spatial:
	case p.timestamp == s.thin.frame: // not within a picture
	case wanted < s.segment.spatial || p.key:
		s.reach(wanted, p, number)
	default:
		layer.keyWanted.Store(true)
	}
	return p.place.spatial <= s.segment.spatial
}

// reach goes on with other spatial layers, from p on. They stand in the segment
// because the marker depends on them, also when a packet is sent again.
func (s *Sub) reach(spatial uint8, p *packet, number uint64) {
	next := s.segment
	next.spatial = spatial
	if s.segment.from == p.seq {
		s.segment = next
		return
	}
	next.from, next.until, next.first = p.seq, 0, number
	s.segment.until = p.seq
	s.begin(next)
}

// marks says whether a packet is the last one of a picture: as the publisher
// says, or because what follows is left out.
func (g *segment) marks(p *packet) bool {
	return p.marker || (p.place.ends && p.place.spatial == g.spatial)
}
