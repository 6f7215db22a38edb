package congestion

import "time"

// missingPackets is how many packets can be waited for at a time. With more than
// that missing it is clear enough that they are lost.
const missingPackets = 256

// missing is a queue of packets that were reported as not here.
type missing struct {
	ring        [missingPackets]absence
	first, next uint32
}

// absence is the number of a packet, and when it was first said to be missing,
// in milliseconds.
type absence struct {
	number uint16
	at     uint32
}

func (m *missing) count() uint32 { return m.next - m.first }
func (m *missing) empty() bool   { return m.count() == 0 }
func (m *missing) full() bool    { return m.count() >= missingPackets }

// since is when the first of them was missed.
func (m *missing) since() time.Duration {
	return time.Duration(m.ring[m.first%missingPackets].at) * time.Millisecond
}

func (m *missing) pop() uint16 {
	number := m.ring[m.first%missingPackets].number
	m.first++
	return number
}

// push needs room: see full.
func (m *missing) push(number uint16, now time.Duration) {
	m.ring[m.next%missingPackets] = absence{number, uint32(now.Milliseconds())}
	m.next++
}
