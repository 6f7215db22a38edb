package udp

import (
	"bytes"
	"encoding/binary"
)

// RFC 8489, section 5 and 14.
const (
	stunHeader     = 20
	stunCookie     = 0x2112a442
	stunRequest    = 0x0001
	stunSuccess    = 0x0101
	stunUsername   = 0x0006
	maxUsernameLen = 513
)

func stunType(b []byte) (uint16, bool) {
	if len(b) < stunHeader || b[0] > 3 || binary.BigEndian.Uint32(b[4:]) != stunCookie {
		return 0, false
	}
	return binary.BigEndian.Uint16(b), true
}

// bindingRequest says whether a datagram is one, and for whom: the part of the
// user name before the colon is the receiver's (RFC 8445, section 7.2.2).
func bindingRequest(b []byte) (bool, []byte) {
	if kind, ok := stunType(b); !ok || kind != stunRequest {
		return false, nil
	}
	for rest := b[stunHeader:]; len(rest) >= 4; {
		kind, size := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		rest = rest[4:]
		if size > len(rest) {
			break
		}
		if kind == stunUsername {
			ufrag, _, found := bytes.Cut(rest[:min(size, maxUsernameLen)], []byte{':'})
			if !found {
				break
			}
			return true, ufrag
		}
		rest = rest[min((size+3)&^3, len(rest)):]
	}
	return true, nil
}

// bindingSuccess says whether a datagram is an answer to a request. The agent
// gives one only after it has checked the request's integrity.
func bindingSuccess(b []byte) bool {
	kind, ok := stunType(b)
	return ok && kind == stunSuccess
}
