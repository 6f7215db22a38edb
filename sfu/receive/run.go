package receive

import (
	"sync"
	"time"

	"github.com/pion/rtp"
)

const (
	packetBytes = 1500 // of the longest packet: WebRTC keeps to an Ethernet frame
	// failMost is how many packets of a stream in a row may fail to open before it
	// is left to who receives the others: then the two do not agree on something.
	failMost = 32
)

// Opener decrypts SRTP packets of one connection. It may be called from anywhere.
type Opener interface {
	// Open checks a packet, and decrypts it into room. Size is its header's, index
	// its number as RFC 3711, section 3.3.1, extends it.
	Open(room, packet []byte, size int, ssrc uint32, index uint64) ([]byte, error)
}

// Run is what came in at once on one connection: it is opened where it comes in,
// and passed on as few bursts of packets. It has one user, and ends with Flush.
type Run struct {
	flow   *Flow
	opener Opener
	now    time.Duration
	header rtp.Header
	to     *Stream // of the packets
	n      int
	burst  [burstMost][]byte
	rooms  [burstMost][packetBytes]byte
}

var runs = sync.Pool{New: func() any { return new(Run) }}

// Run begins one.
func (f *Flow) Run(opener Opener) *Run {
	r, ok := runs.Get().(*Run)
	if !ok {
		r = new(Run)
	}
	r.flow, r.opener, r.now = f, opener, f.now()
	return r
}

// IsRTP says whether a datagram is RTP: RFC 7983, section 7, and RFC 5761, section
// 4. What else there is has other first octets, and RTCP has payload types that
// RTP leaves to it.
func IsRTP(datagram []byte) bool {
	return len(datagram) >= 12 && datagram[0]&0xc0 == 0x80 && (datagram[1]&0x7f < 64 || datagram[1]&0x7f > 95)
}

// Take opens a packet, if it is of a stream that is attached, or of one that
// repairs such a stream. Else it says false: the packet is for who looks for
// new streams. The datagram is not kept.
func (r *Run) Take(datagram []byte) bool {
	f, h := r.flow, &r.header
	size, err := h.Unmarshal(datagram)
	if err != nil || len(datagram) > packetBytes {
		return false
	}
	f.mu.Lock()
	s := f.streams[h.SSRC]
	if s == nil || !s.attached && !s.repair || !s.window.started || s.failed >= failMost {
		f.mu.Unlock()
		return false
	}
	index, fresh := s.window.place(h.SequenceNumber)
	f.mu.Unlock()
	if !fresh {
		return true // it was sent twice, by the network or by somebody who listens
	}
	if r.n == burstMost {
		r.pass()
	}
	packet, err := r.opener.Open(r.rooms[r.n][:0], datagram, size, h.SSRC, index)
	f.mu.Lock()
	if err != nil {
		s.failed++
		f.mu.Unlock()
		return true
	}
	s.failed = 0
	if f.closed || index <= s.window.highest && s.window.has(index) {
		f.mu.Unlock()
		return true // it came another way meanwhile
	}
	s.seen = r.now
	f.opened++
	out := f.noted(s, h, index, packet, size, r.now)
	if s.repair && out != nil {
		s = f.streams[s.repairs]
	}
	f.mu.Unlock()
	if out != nil {
		r.add(s, out)
	}
	return true
}

func (r *Run) add(s *Stream, packet []byte) {
	if r.to != s {
		// Its room is the one behind those that are passed on now.
		last := r.n
		r.pass()
		if last > 0 {
			packet = append(r.rooms[0][:0], packet...)
		}
		r.to = s
	}
	r.burst[r.n] = packet
	r.n++
}

// pass hands on what there is.
func (r *Run) pass() {
	if r.n > 0 {
		r.to.pass(r.burst[:r.n]...)
	}
	r.to, r.n = nil, 0
}

// Flush hands on what there is, and ends the run.
func (r *Run) Flush() {
	r.pass()
	clear(r.burst[:])
	r.flow, r.opener = nil, nil
	runs.Put(r)
}
