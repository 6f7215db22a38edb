package receive

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/pion/rtp"
)

const (
	// reporter is the SSRC that everything is said under; the node itself sends no
	// media under it.
	reporter = 1
	// feedbackEvery is how often the publisher hears when its packets came; of
	// less than feedbackFew, only half as often: a voice needs no quick estimate.
	feedbackEvery = 100 * time.Millisecond
	feedbackFew   = 10
	// maxStreams is how many SSRCs of one connection are followed.
	maxStreams = 256
	// reportBytes is what fits one datagram of RTCP, SRTCP's tag included.
	reportBytes = 1150
)

// Terms are what was negotiated for a connection. Sections of a bundle agree on
// all of it (RFC 8843, section 9.1 and 10).
type Terms struct {
	Transport   uint8             // header extension of transport-wide numbers; 0: none. So the next ones
	Mid         uint8             // RFC 8843, section 15
	RepairedRID uint8             // RFC 8852, section 3.2
	Repairs     [128]uint8        // what a payload type of RTX repairs; 0: it is none
	Repairing   map[uint32]uint32 // what a SSRC repairs, as far as the description says: RFC 5576, section 4.2
}

// Flow is what comes in on one connection. Its methods may be called from
// anywhere.
type Flow struct {
	now  func() time.Duration
	send func(packets []byte) // RTCP; called from the timer's goroutine, without a lock

	mu      sync.Mutex // guards the rest, and what the streams say it does
	closed  bool
	terms   Terms
	streams map[uint32]*Stream
	numbers numbers
	header  rtp.Header // of the packet in hand

	opened   uint64        // packets of attached streams that a Run has taken
	looked   time.Duration // for streams to forget
	brought  uint64        // those that came decrypted
	timer    alarm
	armed    bool
	due      time.Duration // when the timer goes
	feedback time.Duration // when packets came that nothing has been said about; 0: there are none
}

// alarm is a time.Timer.
type alarm interface {
	Reset(d time.Duration) bool
	Stop() bool
}

// NewFlow begins a connection. Now is a monotonic clock. Send takes RTCP packets
// for the publisher, one behind the other.
func NewFlow(now func() time.Duration, send func([]byte)) *Flow {
	f := &Flow{now: now, send: send, streams: map[uint32]*Stream{}}
	f.timer = time.AfterFunc(math.MaxInt64, f.speak)
	f.timer.Stop()
	return f
}

// Agree takes what an exchange of descriptions has agreed on.
func (f *Flow) Agree(terms Terms) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.terms = terms
}

// Close ends all streams.
func (f *Flow) Close() {
	f.mu.Lock()
	f.closed = true
	f.timer.Stop()
	all := make([]*Stream, 0, len(f.streams))
	for _, s := range f.streams {
		all = append(all, s)
	}
	f.mu.Unlock()
	for _, s := range all {
		s.Detach()
	}
}

// Arrived takes a packet as its publisher sent it, decrypted, and passes it on. It
// may change the packet, but does not keep it. It says false for one of a stream
// that is not attached (yet): who looks for new streams needs to see it.
func (f *Flow) Arrived(packet []byte) bool {
	now := f.now()
	f.mu.Lock()
	s, out := f.take(packet, now)
	known := f.closed || s != nil && (s.attached || s.repair)
	if known {
		f.brought++
	}
	if s != nil && s.repair && out != nil {
		s = f.streams[s.repairs]
	}
	f.mu.Unlock()
	if out != nil {
		s.passOne(out)
	}
	return known
}

// take notes a packet, and gives its stream and what there is to pass on. Call
// with mu.
func (f *Flow) take(packet []byte, now time.Duration) (s *Stream, out []byte) {
	h := &f.header
	size, err := h.Unmarshal(packet)
	if err != nil || f.closed {
		return nil, nil
	}
	if s = f.stream(h.SSRC, now); s == nil {
		return nil, nil
	}
	index, fresh := s.window.place(h.SequenceNumber)
	if !fresh {
		return s, nil
	}
	return s, f.noted(s, h, index, packet, size, now)
}

// noted goes on with a packet that is what it says it is, and has not come before.
// It gives the packet to pass on; of a repair stream, the one that is repaired.
// Call with mu.
func (f *Flow) noted(s *Stream, h *rtp.Header, index uint64, packet []byte, size int, now time.Duration) []byte {
	f.count(h, now)
	payload := f.terms.Repairs[h.PayloadType]
	if payload == 0 {
		return s.arrived(h, index, packet, false, now)
	}
	s.window.mark(index)
	media := f.repairedBy(s, h)
	if media == nil {
		return nil
	}
	s.repair, s.early = true, nil
	out, ok := unwrap(packet, size, h, media.ssrc, payload)
	if !ok || !media.window.started {
		return nil
	}
	if index, fresh := media.window.place(h.SequenceNumber); fresh {
		return media.arrived(h, index, out, true, now)
	}
	return nil
}

// count notes the transport-wide number of a packet, if it has one.
func (f *Flow) count(h *rtp.Header, now time.Duration) {
	if f.terms.Transport == 0 {
		return
	}
	number := h.GetExtension(f.terms.Transport)
	if len(number) != 2 {
		return
	}
	f.numbers.note(binary.BigEndian.Uint16(number), h.SSRC, now)
	if f.feedback == 0 {
		f.feedback = max(now, 1)
		f.wake(now+feedbackEvery, now)
	}
}

// stream finds what comes under a SSRC, or begins it; nil when there is too much.
func (f *Flow) stream(ssrc uint32, now time.Duration) *Stream {
	s := f.streams[ssrc]
	if s == nil && (len(f.streams) < maxStreams || f.forget(now)) {
		s = &Stream{flow: f, ssrc: ssrc}
		s.gaps.credit = creditStart
		f.streams[ssrc] = s
	}
	if s != nil {
		s.seen = now
	}
	return s
}

// forget makes room: what nobody has attached, and was silent for longest, goes. It
// looks once in a while only.
func (f *Flow) forget(now time.Duration) bool {
	if now-f.looked < giveUpAfter {
		return false
	}
	f.looked = now
	var oldest *Stream
	for _, s := range f.streams {
		if !s.attached && now-s.seen > giveUpAfter && (oldest == nil || s.seen < oldest.seen) {
			oldest = s
		}
	}
	if oldest == nil {
		return false
	}
	delete(f.streams, oldest.ssrc)
	return true
}

// repairedBy finds what a stream repairs: as the description says, or by what its
// packets say until the publisher knows that it is understood (RFC 8852, section
// 3.2).
func (f *Flow) repairedBy(s *Stream, h *rtp.Header) *Stream {
	if s.repairs != 0 {
		return f.streams[s.repairs]
	}
	if ssrc := f.terms.Repairing[s.ssrc]; ssrc != 0 {
		s.repairs = ssrc
		return f.streams[ssrc]
	}
	if f.terms.Mid == 0 || f.terms.RepairedRID == 0 {
		return nil
	}
	mid, rid := h.GetExtension(f.terms.Mid), h.GetExtension(f.terms.RepairedRID)
	if len(mid) == 0 || len(rid) == 0 {
		return nil
	}
	for _, media := range f.streams {
		if media.attached && media.source.Mid == string(mid) && media.source.RID == string(rid) {
			s.repairs = media.ssrc
			return media
		}
	}
	return nil
}

// Counts says how many packets of attached streams were opened by a Run, and how
// many came decrypted.
func (f *Flow) Counts() (opened, brought uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.opened, f.brought
}

// wake makes the timer go at a time, or earlier. Call with mu.
func (f *Flow) wake(at, now time.Duration) {
	if f.closed || f.armed && f.due <= at {
		return
	}
	f.armed, f.due = true, at
	f.timer.Reset(at - now)
}

// speak says what there is to say.
func (f *Flow) speak() {
	now := f.now()
	f.mu.Lock()
	f.armed = false
	packets, lost := f.say(now)
	f.next(now)
	f.mu.Unlock()
	for _, tell := range lost {
		tell()
	}
	for len(packets) > 0 {
		size, n := 0, 0
		for n < len(packets) && (n == 0 || size+len(packets[n]) <= reportBytes) {
			size += len(packets[n])
			n++
		}
		f.send(slices.Concat(packets[:n]...))
		packets = packets[n:]
	}
}

// say collects what is due. Call with mu.
func (f *Flow) say(now time.Duration) (packets [][]byte, lost []func()) {
	if f.closed {
		return nil, nil
	}
	if f.feedback != 0 && now >= f.feedbackDue() {
		packets, f.feedback = f.numbers.report(packets, reporter), 0
	}
	for _, s := range f.streams {
		if s.lost && s.source.Lost != nil {
			lost = append(lost, s.source.Lost)
		}
		if s.key {
			packets = append(packets, pli(reporter, s.ssrc))
		}
		s.lost, s.key = false, false
		if len(s.gaps.list) == 0 {
			continue
		}
		if pairs := s.gaps.ask(nil, now); len(pairs) > 0 {
			packets = append(packets, nack(reporter, s.ssrc, pairs))
		}
	}
	return packets, lost
}

// feedbackDue is when feedback is, if there is any.
func (f *Flow) feedbackDue() time.Duration {
	if f.numbers.waiting < feedbackFew {
		return f.feedback + 2*feedbackEvery
	}
	return f.feedback + feedbackEvery
}

// next sets the timer for what there is left to say. Call with mu.
func (f *Flow) next(now time.Duration) {
	if f.feedback != 0 {
		f.wake(max(f.feedbackDue(), now), now)
	}
	for _, s := range f.streams {
		if at, ok := s.gaps.due(); ok {
			f.wake(max(at, now+reorderWait), now)
		}
	}
}
