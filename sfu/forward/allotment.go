package forward

// SetAllotment says what the network leaves room for: layers up to a quality,
// or nothing. What the subscriber gets is that or what they wish for, whichever
// is less. It says whether anything has changed.
func (s *Sub) SetAllotment(quality int, held bool) bool {
	s.mu.Lock()
	if s.allotted == quality && s.held == held {
		s.mu.Unlock()
		return false
	}
	s.allotted = quality
	wanted := s.adjust(func() { s.held = held })
	s.mu.Unlock()
	if wanted {
		s.restart()
	}
	return true
}

// adjust changes what the subscriber wishes for or may have, and says whether
// that starts a track that was stopped. Call with mu.
func (s *Sub) adjust(change func()) (started bool) {
	was := s.paused
	change()
	s.paused = s.hidden || s.held
	s.cap = min(s.wish, s.allotted)
	if s.paused && !was {
		s.takeBack()
	}
	return was && !s.paused
}
