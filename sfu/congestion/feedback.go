package congestion

import (
	"encoding/binary"
	"errors"
)

// ErrMalformed is for feedback that cannot be read.
var ErrMalformed = errors.New("malformed transport feedback")

// IsFeedback says whether an RTCP packet is transport-wide feedback: type 205,
// format 15.
func IsFeedback(packet []byte) bool {
	return len(packet) >= 20 && packet[0] == 0x8f|packet[0]&0x20 && packet[1] == 205
}

// statusLost stands for a packet that did not come.
const statusLost = int32(-1 << 31)

// statusUntimed stands for one that came at a time that the report leaves out.
const statusUntimed = statusLost + 1

// report is one parsed feedback packet.
type report struct {
	base      uint16
	reference uint32  // 64 ms, 24 bits
	statuses  []int32 // 250 µs since the last packet that came, or one of the above
}

// parse reads a feedback packet, of draft-holmer-rmcat-transport-wide-cc-extensions-01,
// section 3.1. It uses r's memory again.
func (r *report) parse(packet []byte) error {
	if !IsFeedback(packet) {
		return ErrMalformed
	}
	count := int(binary.BigEndian.Uint16(packet[14:]))
	if count > sentPackets {
		return ErrMalformed // more than could be remembered
	}
	r.base = binary.BigEndian.Uint16(packet[12:])
	r.reference = binary.BigEndian.Uint32(packet[16:]) >> 8
	r.statuses = r.statuses[:0]
	rest := packet[20:]
	for len(r.statuses) < count {
		if len(rest) < 2 {
			return ErrMalformed
		}
		r.chunk(binary.BigEndian.Uint16(rest), count)
		rest = rest[2:]
	}
	return r.deltas(rest)
}

// chunk adds the symbols of one chunk: 0 lost, 1 and 2 with a delta of one and
// of two bytes, 3 without one.
func (r *report) chunk(chunk uint16, count int) {
	left := count - len(r.statuses)
	switch chunk >> 14 {
	case 0, 1: // one symbol many times
		for range min(left, int(chunk&0x1fff)) {
			r.statuses = append(r.statuses, int32(chunk>>13&3))
		}
	case 2: // 14 symbols of one bit
		for i := range min(left, 14) {
			r.statuses = append(r.statuses, int32(chunk>>(13-i)&1))
		}
	default: // 7 symbols of two bits
		for i := range min(left, 7) {
			r.statuses = append(r.statuses, int32(chunk>>(12-2*i)&3))
		}
	}
}

// deltas puts times in the place of symbols.
func (r *report) deltas(rest []byte) error {
	for i, symbol := range r.statuses {
		switch symbol {
		case 0:
			r.statuses[i] = statusLost
		case 3:
			r.statuses[i] = statusUntimed
		case 1:
			if len(rest) < 1 {
				return ErrMalformed
			}
			r.statuses[i], rest = int32(rest[0]), rest[1:]
		default:
			if len(rest) < 2 {
				return ErrMalformed
			}
			r.statuses[i], rest = int32(int16(binary.BigEndian.Uint16(rest))), rest[2:]
		}
	}
	return nil
}
