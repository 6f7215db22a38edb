package forward

// Qualities of a track's layers, as they are numbered everywhere: one more is
// one layer better. TopQuality is also what a track of one layer has.
const (
	Off        = -1 // nothing at all
	TopQuality = 2
)

// Wish is the best quality that the subscriber has a use for, or Off. What the
// network allows is not in it.
func (s *Sub) Wish() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hidden {
		return Off
	}
	return min(s.wish, TopQuality)
}

// Need is the best quality that can reach the subscriber at present: what they
// wish for, as far as their network has room. Of a track that the network holds
// back altogether, it is the lowest: that comes back first.
func (s *Sub) Need() int {
	wish := s.Wish()
	s.mu.Lock()
	defer s.mu.Unlock()
	return min(wish, max(s.allotted, 0))
}
