package forward

import (
	"strconv"
	"strings"
	"time"

	"github.com/pion/webrtc/v3"
)

// MimeTypeRED is redundant audio, RFC 2198: a packet carries the sound of some
// packets before it again, so that a loss is made good without asking.
const MimeTypeRED = "audio/red"

// maxRedundant is how many earlier packets one may carry; clients send one or
// two. A packet with more is malformed.
const maxRedundant = 8

// redundant is an earlier packet's payload inside a RED one.
type redundant struct {
	from, to int
	earlier  uint32 // how much smaller its timestamp is
}

// redPacket is where things are in a RED payload.
type redPacket struct {
	codec   uint8 // payload type of all blocks
	primary int   // where the newest payload starts; it ends with the packet
	blocks  [maxRedundant]redundant
	count   int // of blocks, oldest first
}

// parseRED reads a payload of RFC 2198, section 3: a chain of block headers (of
// four octets, the last of one), then the blocks. Blocks of several codecs are
// not understood.
func parseRED(b []byte) (r redPacket, ok bool) {
	at, size := 0, 0
	for {
		if at >= len(b) {
			return r, false
		}
		codec := b[at] & 0x7f
		if r.count > 0 && codec != r.codec {
			return r, false
		}
		r.codec = codec
		if b[at]&0x80 == 0 {
			at++
			break
		}
		if r.count == maxRedundant || at+4 > len(b) {
			return r, false
		}
		length := int(b[at+2]&0x03)<<8 | int(b[at+3])
		r.blocks[r.count] = redundant{from: size, to: size + length, earlier: uint32(b[at+1])<<6 | uint32(b[at+2])>>2}
		r.count++
		size += length
		at += 4
	}
	r.primary = at + size
	if r.primary > len(b) {
		return r, false
	}
	for i := range r.count {
		r.blocks[i].from += at
		r.blocks[i].to += at
	}
	return r, true
}

// redType is the payload type of RED for an Opus payload type, 0 if a
// connection has none. Its parameters name the codec of each block.
func redType(codecs []webrtc.RTPCodecParameters, opus webrtc.PayloadType) uint8 {
	of := strconv.Itoa(int(opus))
	for _, codec := range codecs {
		first, _, _ := strings.Cut(codec.SDPFmtpLine, "/")
		if strings.EqualFold(codec.MimeType, MimeTypeRED) && strings.TrimSpace(first) == of {
			return uint8(codec.PayloadType)
		}
	}
	return 0
}

// audience is who a packet is for.
type audience uint8

const (
	forAll     audience = iota
	forPlain            // a lost packet, found in a later one: who has RED finds it there too
	forCapable          // the lost packet itself, late: the others have it already
)

// redundancy is what a layer remembers to make good what its publisher's
// packets lost on their way, for subscribers without RED.
type redundancy struct {
	payload uint8  // payload type of RED; 0: the publisher sends none
	first   uint64 // number since which losses are made good
	open    uint64 // number since which nothing was held back
	newest  uint64
	sent    uint64 // which of the 64 numbers up to newest went out
}

// CarriesRED says which payload type is RED in this layer. Call it before the
// first Write.
func (l *Layer) CarriesRED(payloadType uint8) { l.red.payload = payloadType }

// close is called after a packet was held back: what was before it must not
// come out of the next packet's redundancy.
func (r *redundancy) close(s *sequence) {
	r.open = s.highest + 1 - s.dropped
	r.first = r.open
}

// note remembers that a number went out. It says false if it had before.
func (r *redundancy) note(number uint64) bool {
	switch {
	case number > r.newest:
		r.sent = r.sent<<min(number-r.newest, 64) | 1
		r.newest = number
		return true
	case r.newest-number >= 64:
		return true
	}
	bit := uint64(1) << (r.newest - number)
	fresh := r.sent&bit == 0
	r.sent |= bit
	return fresh
}

// missing says whether a number can have been lost, and nobody has it yet.
func (r *redundancy) missing(number uint64) bool {
	switch {
	case number < r.first:
		return false
	case number > r.newest:
		return true
	}
	back := r.newest - number
	return back < 64 && r.sent&(1<<back) == 0
}

// unwrap reads a packet of a layer that carries RED, and first forwards those
// that were lost before it and are in it. It says false for a packet that
// cannot be read.
func (l *Layer) unwrap(p *packet, payloadType uint8, now time.Duration) bool {
	if l.red.first == 0 {
		l.red.first = p.seq
	}
	if payloadType == l.red.payload {
		r, ok := parseRED(p.payload)
		if !ok {
			return false
		}
		if p.seq < l.red.open+uint64(r.count) {
			// Some of it was held back before, as what is said behind a mute.
			p.payload = p.payload[r.primary:]
		} else {
			p.red, p.primary = r.codec, r.primary
			l.makeGood(p, &r, now)
		}
	}
	if !l.red.note(p.seq) {
		p.to = forCapable
	}
	return true
}

// makeGood forwards what was lost before a packet and is in it.
func (l *Layer) makeGood(p *packet, r *redPacket, now time.Duration) {
	for i := range r.count {
		block, number := &r.blocks[i], p.seq-uint64(r.count-i)
		if block.from == block.to || !l.red.missing(number) {
			continue
		}
		l.red.note(number)
		lost := packet{
			seq: number, timestamp: p.timestamp - block.earlier, key: true,
			payload: p.payload[block.from:block.to], red: r.codec, to: forPlain,
		}
		for _, sub := range *l.track.subs.Load() {
			sub.forward(l, &lost, now)
		}
	}
}

// takesRED says whether the subscriber gets a packet's RED payload as it is:
// its connection has RED, with the same payload type inside.
func (s *Sub) takesRED(p *packet) bool { return s.red != 0 && p.red == s.payload && p.red != 0 }

// isFor says whether a packet is for this subscriber.
func (s *Sub) isFor(p *packet) bool {
	return p.to == forAll || (p.to == forCapable) == s.takesRED(p)
}

// dress chooses what a subscriber gets of a packet, and as what payload type.
func (s *Sub) dress(p *packet) (payload []byte, payloadType uint8) {
	if p.to != forPlain && s.takesRED(p) {
		return p.payload, s.red
	}
	return p.payload[p.primary:], s.payload
}
