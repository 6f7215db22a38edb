package load

import (
	"encoding/binary"
	"time"
)

// packet is what a receiver reads from RTP.
type packet struct {
	sequence  uint16
	timestamp uint32
	number    uint16 // of transport feedback
	numbered  bool
	payload   []byte
}

// parse reads an RTP packet (RFC 3550, and RFC 8285's one-byte extensions)
// without allocating anything.
func parse(raw []byte, transportID uint8) (p packet, ok bool) {
	if len(raw) < 12 {
		return p, false
	}
	p.sequence, p.timestamp = binary.BigEndian.Uint16(raw[2:]), binary.BigEndian.Uint32(raw[4:])
	at := 12 + 4*int(raw[0]&0x0f)
	if raw[0]&0x10 != 0 {
		if len(raw) < at+4 {
			return p, false
		}
		end := at + 4 + 4*int(binary.BigEndian.Uint16(raw[at+2:]))
		if len(raw) < end {
			return p, false
		}
		p.number, p.numbered = extension(raw[at+4:end], transportID)
		at = end
	}
	end := len(raw)
	if raw[0]&0x20 != 0 {
		end -= int(raw[end-1])
	}
	if end < at {
		return p, false
	}
	p.payload = raw[at:end]
	return p, true
}

func extension(raw []byte, id uint8) (uint16, bool) {
	for len(raw) > 0 {
		if raw[0] == 0 {
			raw = raw[1:]
			continue
		}
		size := int(raw[0]&0x0f) + 1
		if len(raw) < 1+size {
			return 0, false
		}
		if raw[0]>>4 == id && size == 2 {
			return binary.BigEndian.Uint16(raw[1:]), true
		}
		raw = raw[1+size:]
	}
	return 0, false
}

// isKey says whether a VP8 payload begins a key frame (RFC 7741).
func isKey(payload []byte) bool {
	if len(payload) < 2 || payload[0]&0x10 == 0 {
		return false
	}
	at := 1
	if payload[0]&0x80 != 0 {
		flags := payload[1]
		at = 2
		if flags&0x80 != 0 {
			if len(payload) > at && payload[at]&0x80 != 0 {
				at++
			}
			at++
		}
		if flags&0x40 != 0 {
			at++
		}
		if flags&0x30 != 0 {
			at++
		}
	}
	return len(payload) > at && payload[at]&0x01 == 0
}

// Payloads end in the time of their sending, so that receivers in the same
// process can tell how long the way was.
var stampMark = [4]byte{'P', 'a', 'r', 'l'}

const stampBytes = 12

func stamp(payload []byte, at time.Duration) {
	end := payload[len(payload)-stampBytes:]
	copy(end, stampMark[:])
	binary.BigEndian.PutUint64(end[4:], uint64(at))
}

func sentAt(payload []byte) (time.Duration, bool) {
	if len(payload) < stampBytes {
		return 0, false
	}
	end := payload[len(payload)-stampBytes:]
	if [4]byte(end[:4]) != stampMark {
		return 0, false
	}
	return time.Duration(binary.BigEndian.Uint64(end[4:])), true
}
