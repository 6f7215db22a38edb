package udp

import "net/netip"

const (
	// A batch is what one system call takes. It fits a core's cache, and the
	// fixed cost of the call is small against that of so many packets.
	batchBytes    = 128 << 10
	batchMessages = 64
	// Linux refuses a run of more packets than this, and one that does not fit
	// a datagram's length field.
	maxRunPackets = 64
	maxRunBytes   = 64_000
)

// message is a packet on its way out, or a run of packets to one address that
// are of one length, except for the last, which may be shorter.
type message struct {
	to         netip.AddrPort
	start, end int // in the batch's bytes
	segment    int // length of the first packet
	packets    int
}

// whole says that nothing can be added to the run.
func (m *message) whole() bool { return m.end-m.start < m.segment*m.packets }

// batch is what waits to be sent, in order.
type batch struct {
	bytes    []byte
	messages []message
}

func newBatch() *batch {
	return &batch{bytes: make([]byte, 0, batchBytes), messages: make([]message, 0, batchMessages)}
}

// room gives space for a packet of up to size octets, for add to be called with
// next. It gives nil when the batch is full.
func (b *batch) room(size int, to netip.AddrPort, runs bool) []byte {
	start := len(b.bytes)
	full := len(b.messages) == cap(b.messages) && (!runs || !b.joins(size, to))
	if full || start+size > cap(b.bytes) {
		return nil
	}
	return b.bytes[start : start+size : start+size]
}

// joins says whether a packet would become part of the latest run.
func (b *batch) joins(size int, to netip.AddrPort) bool {
	if len(b.messages) == 0 || size == 0 {
		return false
	}
	m := &b.messages[len(b.messages)-1]
	return m.to == to && size <= m.segment && !m.whole() && m.packets < maxRunPackets && m.end-m.start+size <= maxRunBytes
}

// add takes the packet that was written to the start of the latest room.
func (b *batch) add(size int, to netip.AddrPort, runs bool) {
	start := len(b.bytes)
	b.bytes = b.bytes[:start+size]
	// When it is full, room has said that this joins, whatever runs says since.
	if (runs || len(b.messages) == cap(b.messages)) && b.joins(size, to) {
		m := &b.messages[len(b.messages)-1]
		m.end += size
		m.packets++
		return
	}
	b.messages = append(b.messages, message{to: to, start: start, end: start + size, segment: size, packets: 1})
}

func (b *batch) reset() { b.bytes, b.messages = b.bytes[:0], b.messages[:0] }
