package forward

// Qualities of a track's layers, as they are numbered everywhere: one more is
// one layer better. TopQuality is also what a track of one layer has.
const (
	Off        = -1 // nothing at all
	TopQuality = 2
)

// Wish is the best quality that the subscriber has a use for, or Off. What the
// network allows is not in it: the publisher goes on with a layer that is held
// back for the moment.
func (s *Sub) Wish() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hidden {
		return Off
	}
	return min(s.wish, TopQuality)
}
