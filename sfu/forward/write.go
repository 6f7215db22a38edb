package forward

import (
	"time"

	"github.com/pion/rtp"
)

// write sends a packet as its segment says, for the first time.
func (s *Sub) write(g *segment, p *packet, number uint64, now time.Duration) {
	payload := s.compose(g, p, number)
	s.written = max(s.written, number+1)
	s.numbers.stamp(&s.header, len(payload), now)
	s.describing.put(&s.header)
	s.send(payload)
}

// rewrite sends a packet again: on the repair stream, or where there is none,
// with the very same bytes.
func (s *Sub) rewrite(g *segment, p *packet, number uint64, now time.Duration) {
	payload := s.compose(g, p, number)
	if s.repair.payload != 0 {
		s.writeRepair(&s.header, payload, now)
		return
	}
	s.numbers.restamp(&s.header)
	s.describing.put(&s.header)
	s.send(payload)
}

// compose makes header and payload as the segment says. The same packet gives
// the same bytes each time.
func (s *Sub) compose(g *segment, p *packet, number uint64) []byte {
	payload, payloadType := s.dress(p)
	if s.format == formatVP8 {
		payload = s.shiftPicture(g, p)
	}
	s.header = rtp.Header{
		Version: 2, Marker: g.marks(p), PayloadType: payloadType, SSRC: s.ssrc,
		SequenceNumber: uint16(number), Timestamp: p.timestamp + g.timestamp,
	}
	s.describing.take(g, p)
	return payload
}

// send sends header and payload on the Sub's own stream.
func (s *Sub) send(payload []byte) {
	if _, err := s.writer.WriteRTP(&s.header, payload); err != nil {
		return // the connection is closing; its owner hears of it there
	}
	s.packets++
	s.octets += uint32(len(payload))
	s.track.counters.PacketsOut.Add(1)
	s.track.counters.BytesOut.Add(uint64(len(payload)))
}

func (s *Sub) shiftPicture(g *segment, p *packet) []byte {
	if g.picture == 0 && g.tl0 == 0 {
		return p.payload
	}
	s.scratch = append(s.scratch[:0], p.payload...)
	shiftVP8(s.scratch, p.vp8, g.picture, g.tl0)
	return s.scratch
}
