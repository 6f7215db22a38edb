package sfu

import (
	"encoding/binary"
	"slices"

	"github.com/pion/rtcp"
)

// maxNamed bounds the streams that one compound packet is about.
const maxNamed = 128

// heard hands a compound packet of RTCP to those who listen to a stream that it
// names, once to each, in the goroutine that has read it.
func (f *inflow) heard(compound []byte) {
	var space [maxNamed]uint32
	for _, ssrc := range namedIn(compound, space[:0]) {
		f.mu.Lock()
		listener := f.reports[ssrc]
		f.mu.Unlock()
		if listener != nil {
			listener(compound)
		}
	}
}

// namedIn lists the streams that a compound packet is about, each once: those
// that somebody reports on, and the sender's own in sender reports (RFC 3550,
// section 6.4, RFC 4585, section 6.1).
func namedIn(compound []byte, named []uint32) []uint32 {
	add := func(b []byte, at int) {
		if at+4 > len(b) || len(named) == cap(named) {
			return
		}
		if ssrc := binary.BigEndian.Uint32(b[at:]); ssrc != 0 && !slices.Contains(named, ssrc) {
			named = append(named, ssrc)
		}
	}
	for len(compound) >= 8 {
		size := 4 * (int(binary.BigEndian.Uint16(compound[2:])) + 1)
		if size > len(compound) {
			break
		}
		packet, count := compound[:size], compound[0]&0x1f
		compound = compound[size:]
		switch rtcp.PacketType(packet[1]) {
		case rtcp.TypeSenderReport:
			add(packet, 4)
			addBlocks(packet, 28, 24, int(count), add)
		case rtcp.TypeReceiverReport:
			addBlocks(packet, 8, 24, int(count), add)
		case rtcp.TypeTransportSpecificFeedback:
			add(packet, 8)
		case rtcp.TypePayloadSpecificFeedback:
			switch count {
			case rtcp.FormatFIR: // RFC 5104, section 4.3.1.1
				addBlocks(packet, 12, 8, (size-12)/8, add)
			case rtcp.FormatREMB: // draft-alvestrand-rmcat-remb-03, section 2.2
				if size > 16 {
					addBlocks(packet, 20, 4, int(packet[16]), add)
				}
			default:
				add(packet, 8)
			}
		}
	}
	return named
}

// addBlocks adds the SSRCs at the start of blocks of a length.
func addBlocks(packet []byte, first, length, count int, add func([]byte, int)) {
	for i := range count {
		add(packet, first+i*length)
	}
}
