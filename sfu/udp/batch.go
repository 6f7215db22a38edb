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

// add puts a copy of a packet into the batch. It says false when it is full.
func (b *batch) add(packet []byte, to netip.AddrPort, runs bool) bool {
	start := len(b.bytes)
	if start+len(packet) > cap(b.bytes) {
		return false
	}
	end := start + len(packet)
	if n := len(b.messages); runs && n > 0 {
		m := &b.messages[n-1]
		if m.to == to && len(packet) <= m.segment && !m.whole() && m.packets < maxRunPackets && end-m.start <= maxRunBytes && len(packet) > 0 {
			b.bytes = append(b.bytes, packet...)
			m.end = end
			m.packets++
			return true
		}
	}
	if len(b.messages) == cap(b.messages) {
		return false
	}
	b.bytes = append(b.bytes, packet...)
	b.messages = append(b.messages, message{to: to, start: start, end: end, segment: len(packet), packets: 1})
	return true
}

func (b *batch) reset() { b.bytes, b.messages = b.bytes[:0], b.messages[:0] }
