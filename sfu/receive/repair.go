package receive

import "github.com/pion/rtp"

// unwrap makes of a packet of a repair stream the one that it repairs, in place:
// its number is the first of the payload (RFC 4588, section 4). Header extensions
// stay; browsers send them again. It says false for one that holds nothing: a
// browser pads repair streams to see how much its way carries.
func unwrap(packet []byte, size int, h *rtp.Header, ssrc uint32, payload uint8) (repaired []byte, ok bool) {
	padding := 0
	if h.Padding {
		padding = int(packet[len(packet)-1])
	}
	if len(packet)-size-padding < 2 {
		return nil, false
	}
	seq := uint16(packet[size])<<8 | uint16(packet[size+1])
	copy(packet[2:], packet[:size])
	repaired = packet[2:]
	h.SequenceNumber, h.SSRC, h.PayloadType = seq, ssrc, payload
	repaired[1] = repaired[1]&0x80 | payload
	repaired[2], repaired[3] = byte(seq>>8), byte(seq)
	repaired[8], repaired[9], repaired[10], repaired[11] = byte(ssrc>>24), byte(ssrc>>16), byte(ssrc>>8), byte(ssrc)
	return repaired, true
}
