package forward

// remembered is how many dropped packets a sequence knows by number: enough to
// place a packet that comes late among them.
const remembered = 64

// sequence extends 16-bit sequence numbers to 64 bits and closes the gaps that
// packets leave which are not forwarded (padding, muted). Without that, every
// subscriber would ask for them again and again.
type sequence struct {
	started bool
	highest uint64
	dropped uint64
	floor   uint64             // what is older does not come through
	recent  [remembered]uint64 // extended numbers of the latest drops
}

// next takes the number of an arriving packet. With drop, the number vanishes
// from the output. Otherwise out is the number to go on with; ok is false for
// a packet that came twice or too late to be placed.
func (s *sequence) next(seq uint16, drop bool) (out uint64, ok bool) {
	if !s.started {
		s.started = true
		// Start one cycle up, so that a packet from before the first has a place.
		s.highest = 1<<16 + uint64(seq) - 1
	}
	ahead := int16(seq - uint16(s.highest))
	number := s.highest + uint64(int64(ahead))
	if ahead <= 0 {
		return s.late(number, drop || ahead == 0)
	}
	s.highest = number
	if drop {
		s.recent[s.dropped%remembered] = number
		s.dropped++
		return 0, false
	}
	return number - s.dropped, true
}

// cut refuses what was sent before now and comes late.
func (s *sequence) cut() {
	if s.started {
		s.floor = s.highest + 1
	}
}

func (s *sequence) late(number uint64, drop bool) (uint64, bool) {
	if drop || number < s.floor {
		return 0, false
	}
	before := s.dropped
	for i := range min(s.dropped, remembered) {
		at := s.recent[(s.dropped-1-i)%remembered]
		if at == number {
			return 0, false
		}
		if at < number {
			return number - before, true
		}
		before--
	}
	if s.dropped > remembered {
		return 0, false
	}
	return number - before, true
}
