package forward

import (
	"time"

	"github.com/pion/webrtc/v3"
)

// SetRank says how much the track matters beside the subscriber's others: the
// lower, the more. Where not all can be sent, those of a high rank go first.
func (s *Sub) SetRank(rank int) { s.rank.Store(int32(rank)) }

// paces says whether packets of the track may have to wait.
func (s *Sub) paces() bool { return s.path != nil && s.path.pacer.on.Load() }

// submit has the pacer decide about a packet, and says whether the packet is
// sent, now or later. Sound never waits. Call with mu.
func (s *Sub) submit(g *segment, p *packet, number uint64, late bool, now time.Duration) bool {
	q, size := &s.path.pacer, len(p.payload)+overhead
	if s.track.Kind == webrtc.RTPCodecTypeAudio {
		q.spend(size, now)
		s.write(g, p, number, now)
		return true
	}
	if p.key {
		s.keyFrame = p.timestamp
	}
	w := parcel{sub: s, segment: *g, number: number, timestamp: p.timestamp, size: size, key: p.timestamp == s.keyFrame}
	switch q.submit(&w, now, s.path.release) {
	case leaves:
		s.write(g, p, number, now)
	case refused:
		s.rewind()
		s.waiting = s.waiting || !late
		return false
	case waits:
		s.track.counters.Paced.Add(1)
	}
	return true
}

// sendAgain sends a packet that was sent before, when there is room for it.
func (s *Sub) sendAgain(g *segment, p *packet, number uint64, now time.Duration) {
	if !s.paces() {
		s.rewrite(g, p, number, now)
		return
	}
	q, size := &s.path.pacer, len(p.payload)+overhead
	if s.track.Kind == webrtc.RTPCodecTypeAudio {
		q.spend(size, now)
		s.rewrite(g, p, number, now)
		return
	}
	w := parcel{sub: s, segment: *g, number: number, timestamp: p.timestamp, size: size, again: true}
	if q.submit(&w, now, s.path.release) == leaves {
		s.rewrite(g, p, number, now)
	}
}

// waitsFor says whether a packet has not been sent for the first time yet. Under
// AES-GCM it must not go out in two forms. Call with mu.
func (s *Sub) waitsFor(number uint64) bool {
	if s.path == nil || s.path.pacer.idle() {
		return false
	}
	held, _ := s.path.pacer.holds(s, number)
	return held
}

// withhold drops what waits of a track that is muted.
func (s *Sub) withhold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takeBack()
}

// leave sends the packet that waits in front, if it is of this track.
func (s *Sub) leave(now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.path.pacer.pop(s)
	if !ok || s.writer == nil || s.paused || s.track.Muted() {
		return
	}
	var p packet
	s.scratch, ok = w.segment.layer.ring.get(w.number-w.segment.sequence, &p, s.scratch)
	switch {
	case !ok: // so many have come since that it is not kept any more
		s.track.counters.Shed.Add(1)
	case w.again:
		s.rewrite(&w.segment, &p, w.number, now)
	default:
		s.write(&w.segment, &p, w.number, now)
	}
}

// rewind goes back to the first number that the pacer dropped, and waits for a
// key frame. Numbers that were sent, or wait behind what was dropped, are never
// used again. Call with mu.
func (s *Sub) rewind() {
	if s.cut.Load() == 0 {
		return
	}
	number := s.cut.Swap(0)
	if _, highest := s.path.pacer.holds(s, 0); highest >= number {
		number = highest + 1
	}
	if number = max(number, s.written); number < s.next {
		s.withdraw(number)
	}
	s.waiting = true
}

// takeBack drops what waits of a track that is not sent any more. Call with mu.
func (s *Sub) takeBack() {
	if s.path == nil || s.path.pacer.idle() {
		return
	}
	s.path.pacer.forget(s)
	s.rewind()
}
