package forward

import "encoding/binary"

// NAL unit types of H.264 (ITU-T H.264 table 7-1) and of its RTP payload
// format (RFC 6184, section 5.2).
const (
	nalSPS   = 7
	nalSTAPA = 24
	nalFUA   = 28
)

// h264Key says whether a payload starts a key frame. What counts are the
// parameter sets: browsers send them before each IDR slice, and a decoder that
// has missed them can do nothing with the slice.
func h264Key(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	switch kind := b[0] & 0x1f; kind {
	case nalSPS:
		return true
	case nalSTAPA:
		for b = b[1:]; len(b) > 2; {
			size := int(binary.BigEndian.Uint16(b))
			if b[2]&0x1f == nalSPS {
				return true
			}
			if size == 0 || len(b) < 2+size {
				return false
			}
			b = b[2+size:]
		}
		return false
	case nalFUA:
		return b[1]&0x80 != 0 && b[1]&0x1f == nalSPS
	default:
		return false
	}
}
