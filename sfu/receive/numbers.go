package receive

import (
	"encoding/binary"
	"slices"
	"time"
)

// Transport-wide feedback: when each packet of a connection came, by the number
// that it carries across all streams
// (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
//
// The Recorder of pion/interceptor does the same, but allocates for each packet
// that it notes, and for each again when it reports.
const (
	numbered     = 1024                   // latest packets that are remembered, a power of two
	reportMost   = 400                    // packets of one report: it fits a datagram
	tick         = 250 * time.Microsecond // unit of deltas; 256 of them are the unit of a report's base
	feedbackType = 205                    // RFC 4585, section 6.1
	feedbackTCC  = 15
)

// Symbols of a packet's status, section 3.1.1.
const (
	symbolLost = iota
	symbolSmall
	symbolLarge
)

// numbers are the transport-wide sequence numbers that have come.
type numbers struct {
	started bool
	end     uint64 // one more than the newest
	next    uint64 // that has not been reported
	waiting int    // packets that have come since the last report
	count   uint8  // reports
	ssrc    uint32 // of the newest packet
	at      []uint32

	symbols []uint8
	deltas  []byte
}

// note takes the number of a packet that comes now.
func (n *numbers) note(seq uint16, ssrc uint32, now time.Duration) {
	if !n.started {
		n.started, n.at = true, make([]uint32, numbered)
		n.end = 1<<16 + uint64(seq) // one cycle up: there may be some from before
		n.next = n.end
	}
	ahead := int64(int16(seq - uint16(n.end)))
	number := n.end + uint64(ahead)
	switch {
	case ahead >= 0:
		for i := n.end + uint64(max(ahead-numbered+1, 0)); i < number; i++ {
			n.at[i%numbered] = 0
		}
		n.end = number + 1
	case -ahead > numbered || n.at[number%numbered] != 0:
		return // too old, or there already
	}
	n.at[number%numbered] = max(uint32(now/tick), 1) // 0: it has not come
	// What comes late is told with all that came behind it, as browsers do.
	n.next = max(min(n.next, number), n.end-numbered)
	n.ssrc = ssrc
	n.waiting++
}

// report appends feedback packets on all that has not been reported.
func (n *numbers) report(out [][]byte, sender uint32) [][]byte {
	for n.next < n.end {
		out = append(out, n.one(sender))
	}
	n.waiting = 0
	return out
}

// one makes one feedback packet.
func (n *numbers) one(sender uint32) []byte {
	first := n.next
	came := first
	for n.at[came%numbered] == 0 {
		came++ // the newest has come
	}
	base := n.at[came%numbered] >> 8
	n.collect(base << 8)
	chunks := appendChunks(nil, n.symbols)
	size := 20 + len(chunks) + len(n.deltas)
	padding := -size & 3
	packet := make([]byte, size+padding)
	packet[0] = 2<<6 | feedbackTCC
	if padding > 0 {
		packet[0] |= 1 << 5
		packet[len(packet)-1] = byte(padding)
	}
	packet[1] = feedbackType
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)/4-1))
	binary.BigEndian.PutUint32(packet[4:], sender)
	binary.BigEndian.PutUint32(packet[8:], n.ssrc)
	binary.BigEndian.PutUint16(packet[12:], uint16(first))
	binary.BigEndian.PutUint16(packet[14:], uint16(len(n.symbols)))
	binary.BigEndian.PutUint32(packet[16:], base<<8|uint32(n.count))
	copy(packet[20:], chunks)
	copy(packet[20+len(chunks):], n.deltas)
	n.count++
	return packet
}

// collect moves next on over the packets of one report: as many as it may hold,
// or up to a pause that its deltas cannot express.
func (n *numbers) collect(last uint32) {
	n.symbols, n.deltas = n.symbols[:0], n.deltas[:0]
	for ; n.next < n.end && len(n.symbols) < reportMost; n.next++ {
		at := n.at[n.next%numbered]
		if at == 0 {
			n.symbols = append(n.symbols, symbolLost)
			continue
		}
		switch delta := int32(at - last); {
		case delta >= 0 && delta <= 0xff:
			n.symbols, n.deltas = append(n.symbols, symbolSmall), append(n.deltas, byte(delta))
		case delta == int32(int16(delta)):
			n.symbols, n.deltas = append(n.symbols, symbolLarge), binary.BigEndian.AppendUint16(n.deltas, uint16(delta))
		default:
			return
		}
		last = at
	}
}

// appendChunks packs symbols: many of one kind as a run, else by vectors
// (section 3.1.3).
func appendChunks(out []byte, symbols []uint8) []byte {
	for len(symbols) > 0 {
		run := 1
		for run < len(symbols) && symbols[run] == symbols[0] {
			run++
		}
		chunk, taken := uint16(symbols[0])<<13|uint16(run), run
		if run < 14 && run < len(symbols) {
			chunk, taken = vector(symbols)
		}
		out = binary.BigEndian.AppendUint16(out, chunk)
		symbols = symbols[taken:]
	}
	return out
}

// vector packs fourteen symbols of one bit or seven of two (section 3.1.4).
func vector(symbols []uint8) (chunk uint16, taken int) {
	taken = min(14, len(symbols))
	if !slices.Contains(symbols[:taken], symbolLarge) {
		for i, symbol := range symbols[:taken] {
			chunk |= uint16(symbol) << (13 - i)
		}
		return 2<<14 | chunk, taken
	}
	taken = min(7, len(symbols))
	for i, symbol := range symbols[:taken] {
		chunk |= uint16(symbol) << (12 - 2*i)
	}
	return 3<<14 | chunk, taken
}
