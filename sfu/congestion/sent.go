package congestion

import (
	"sync/atomic"
	"time"
)

// sentPackets is how many packets on their way are remembered: 2 s at
// 10 Mbit/s. A report that comes later than that says nothing.
const sentPackets = 2048

const (
	sizeMask    = 1<<14 - 1
	markArrived = 1 << 14
	markLost    = 1 << 15
)

// Sent numbers the packets of one connection and remembers their size and time,
// 8 bytes each. Add may be called from anywhere; it takes no lock.
type Sent struct {
	next  atomic.Uint32
	bytes atomic.Uint64
	// Sequence number, marks and size, microseconds: 16, 16 and 32 bits.
	slots [sentPackets]atomic.Uint64
}

// Add notes a packet of size bytes that leaves now, and gives the transport-wide
// sequence number that it has to carry.
func (s *Sent) Add(size int, now time.Duration) uint16 {
	seq := uint16(s.next.Add(1))
	s.bytes.Add(uint64(max(size, 0)))
	slot := uint64(seq)<<48 | uint64(min(max(size, 0), sizeMask))<<32 | uint64(uint32(now.Microseconds()))
	s.slots[seq%sentPackets].Store(slot)
	return seq
}

// Bytes is how much has been sent.
func (s *Sent) Bytes() uint64 { return s.bytes.Load() }

// outcome is what a report says about a packet for the first time.
type outcome uint8

const (
	known   outcome = iota // nothing new, or a packet that is not remembered
	arrived                // it came
	lost                   // it did not come (yet)
	late                   // it came, after it had been taken for lost
)

// mark notes what a report says about a packet. A report may come twice, with
// each stream of a compound packet: the second time it says nothing new.
func (s *Sent) mark(seq uint16, here bool, now time.Duration) (what outcome, size int, at int64) {
	place := &s.slots[seq%sentPackets]
	slot := place.Load()
	if uint16(slot>>48) != seq || slot == 0 {
		return known, 0, 0
	}
	marks := uint32(slot>>32) & 0xffff
	switch {
	case marks&markArrived != 0, !here && marks&markLost != 0:
		return known, 0, 0
	case !here:
		what, marks = lost, marks|markLost
	case marks&markLost != 0:
		what, marks = late, marks|markArrived
	default:
		what, marks = arrived, marks|markArrived
	}
	marked := slot&^(uint64(0xffff)<<32) | uint64(marks)<<32
	if !place.CompareAndSwap(slot, marked) {
		return known, 0, 0 // overwritten by a new packet meanwhile
	}
	micros := now.Microseconds()
	return what, int(marks & sizeMask), micros - int64(uint32(micros)-uint32(slot))
}

// gone says whether a packet was reported as missing, and not as arrived since.
func (s *Sent) gone(seq uint16) bool {
	slot := s.slots[seq%sentPackets].Load()
	return uint16(slot>>48) == seq && uint32(slot>>32)&markLost != 0 && uint32(slot>>32)&markArrived == 0
}
