package forward

import "github.com/pion/rtp"

// write sends a packet as its segment says. The same packet gives the same
// bytes each time.
func (s *Sub) write(g *segment, p *packet, number uint64) {
	payload, payloadType := s.dress(p)
	if s.track.format == formatVP8 {
		payload = s.shiftPicture(g, p, number)
	}
	s.header = rtp.Header{
		Version: 2, Marker: g.marks(p), PayloadType: payloadType, SSRC: s.ssrc,
		SequenceNumber: uint16(number), Timestamp: p.timestamp + g.timestamp,
	}
	if _, err := s.writer.WriteRTP(&s.header, payload); err != nil {
		return // the connection is closing; its owner hears of it there
	}
	s.packets++
	s.octets += uint32(len(payload))
	s.track.counters.PacketsOut.Add(1)
	s.track.counters.BytesOut.Add(uint64(len(payload)))
}

func (s *Sub) shiftPicture(g *segment, p *packet, number uint64) []byte {
	d := p.vp8
	if number >= s.next {
		s.last.picture, s.last.tl0 = (d.picture+g.picture)&0x7fff, d.tl0+g.tl0
	}
	if g.picture == 0 && g.tl0 == 0 {
		return p.payload
	}
	s.scratch = append(s.scratch[:0], p.payload...)
	shiftVP8(s.scratch, d, g.picture, g.tl0)
	return s.scratch
}
