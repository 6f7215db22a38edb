package forward

import "encoding/binary"

// NAL unit types of H.264 (ITU-T H.264 table 7-1) and of its RTP payload
// format (RFC 6184, section 5.2).
const (
	nalIDR   = 5
	nalSPS   = 7
	nalSTAPA = 24
	nalFUA   = 28
)

// h264Key says whether a payload starts a key frame: parameter sets, or the
// first piece of an IDR slice.
func h264Key(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	switch kind := b[0] & 0x1f; kind {
	case nalIDR, nalSPS:
		return true
	case nalSTAPA:
		for b = b[1:]; len(b) > 2; {
			size := int(binary.BigEndian.Uint16(b))
			if t := b[2] & 0x1f; t == nalSPS || t == nalIDR {
				return true
			}
			if size == 0 || len(b) < 2+size {
				return false
			}
			b = b[2+size:]
		}
		return false
	case nalFUA:
		start, t := b[1]&0x80 != 0, b[1]&0x1f
		return start && (t == nalIDR || t == nalSPS)
	default:
		return false
	}
}
