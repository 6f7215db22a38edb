package sfutest

import (
	"sync"
	"time"

	"github.com/pion/rtp"
)

// Times of the decoder.
const (
	missingFor = 400 * time.Millisecond // a packet, until a key frame is asked for
	askAgain   = 500 * time.Millisecond
)

// Decoder plays a VP8 track as far as packets allow, like the one in a browser:
// a frame needs all its packets and the frame before, or is a key frame.
type Decoder struct {
	mu      sync.Mutex
	started bool
	highest uint64
	next    uint64 // what it waits for
	packets map[uint64]*rtp.Packet
	lacks   time.Time // since when; zero: it waits for what is new
	asked   time.Time

	frames  uint64
	shownAt time.Time
	stall   time.Duration
}

// Frames counts what was shown.
func (d *Decoder) Frames() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.frames
}

// Stall is the longest time without a new picture since the last call.
func (d *Decoder) Stall() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	stall := d.stall
	d.stall = 0
	return stall
}

// take plays what a packet makes playable. It says whether a key frame is needed.
func (d *Decoder) take(p *rtp.Packet, now time.Time) (lost bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.started {
		d.started, d.highest, d.packets = true, 1<<16+uint64(p.SequenceNumber), map[uint64]*rtp.Packet{}
		d.next = d.highest
	}
	number := d.highest + uint64(int64(int16(p.SequenceNumber-uint16(d.highest))))
	d.highest = max(d.highest, number)
	if number < d.next {
		return false
	}
	d.packets[number] = p
	for d.play(d.next, now) {
	}
	if first, key := d.starts(p); first && key && number > d.next || d.next < number {
		d.skip(now)
	}
	if d.next > d.highest {
		d.lacks = time.Time{}
		return false
	}
	if d.lacks.IsZero() {
		d.lacks = now
	}
	if now.Sub(d.lacks) < missingFor || now.Sub(d.asked) < askAgain {
		return false
	}
	d.asked = now
	return true
}

// starts reads the descriptor that the generator writes.
func (d *Decoder) starts(p *rtp.Packet) (first, key bool) {
	if p == nil || len(p.Payload) < 5 {
		return false, false
	}
	return p.Payload[0]&0x10 != 0, p.Payload[4]&0x01 == 0
}

// play shows the frame that starts at a number, if it is whole.
func (d *Decoder) play(from uint64, now time.Time) bool {
	at := from
	for ; d.packets[at] != nil; at++ {
		if d.packets[at].Marker {
			d.show(from, at, now)
			return true
		}
	}
	return false
}

func (d *Decoder) show(from, to uint64, now time.Time) {
	for number := range d.packets {
		if number <= to {
			delete(d.packets, number)
		}
	}
	d.next, d.lacks = to+1, time.Time{}
	if !d.shownAt.IsZero() {
		d.stall = max(d.stall, now.Sub(d.shownAt))
	}
	d.shownAt = now
	d.frames++
}

// skip goes on with a later key frame, if one is whole.
func (d *Decoder) skip(now time.Time) {
	for number := d.next + 1; number <= d.highest; number++ {
		if first, key := d.starts(d.packets[number]); first && key && d.play(number, now) {
			for d.play(d.next, now) {
			}
			return
		}
	}
}
