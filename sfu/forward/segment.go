package forward

// segment is a run of packets of one layer that are shifted alike. A new one
// begins when the layer changes, and where packets are left out: the numbers
// behind close up.
type segment struct {
	layer     *Layer
	from      uint64 // number in the layer of the first packet
	until     uint64 // number in the layer that it ends before; 0: not known
	first     uint64 // number of the first packet, as sent
	sequence  uint64 // added to the layer's number
	timestamp uint32
	picture   uint16
	tl0       uint8
	spatial   uint8 // highest spatial layer that is sent, of those inside the stream
}

// maxPast is how many segments are remembered: when half of the frames are left
// out, more than the ring has packets for.
const maxPast = 64

// begin ends the present segment and starts another one.
func (s *Sub) begin(next segment) {
	if s.segment.layer != nil {
		if len(s.past) < maxPast {
			s.past = append(s.past, s.segment)
		} else {
			s.past[s.pasts%maxPast] = s.segment
		}
		s.pasts++
	}
	s.segment = next
}

// leaveOut closes the gap of a packet that the subscriber does not get. Numbers
// of packets before it that have not come yet stay free for them.
func (s *Sub) leaveOut(p *packet, number uint64, newPicture bool) {
	next := s.segment
	next.from, next.until, next.first, next.sequence = p.seq+1, 0, number, next.sequence-1
	if newPicture {
		next.picture--
	}
	s.next = number
	if s.segment.from == p.seq {
		s.segment = next // nothing was sent in it
		return
	}
	s.segment.until = p.seq
	s.begin(next)
}

// withdraw takes back what was to be sent from a number on, and never was: late
// packets of it find no segment any more.
func (s *Sub) withdraw(number uint64) {
	shorten := func(g *segment) {
		switch {
		case g.layer == nil:
		case g.first >= number:
			g.until = g.from
		case g.until == 0 || g.until+g.sequence > number:
			g.until = number - g.sequence
		}
	}
	shorten(&s.segment)
	for i := range s.past {
		shorten(&s.past[i])
	}
	s.next = number
}

// segmentSent finds the segment that a packet was sent in; nil when that is too
// long ago.
func (s *Sub) segmentSent(number uint64) *segment {
	return s.findSegment(func(g *segment) bool { return number >= g.first })
}

// segmentOf finds the segment that a late packet of the present layer belongs
// to; nil when it was left out, or is from before the layer was entered.
func (s *Sub) segmentOf(seq uint64) *segment {
	g := s.findSegment(func(g *segment) bool { return g.layer != s.current || seq >= g.from })
	if g == nil || g.layer != s.current || seq < g.from || (g != &s.segment && seq >= g.until) {
		return nil
	}
	return g
}

// findSegment gives the newest segment that fits.
func (s *Sub) findSegment(fits func(*segment) bool) *segment {
	if s.segment.layer != nil && fits(&s.segment) {
		return &s.segment
	}
	for i := range len(s.past) {
		if g := &s.past[(s.pasts-1-i)%maxPast]; fits(g) {
			return g
		}
	}
	return nil
}
