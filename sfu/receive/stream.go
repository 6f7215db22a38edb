package receive

import (
	"bytes"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// earlyMost is how many packets are kept of a stream that nobody has attached yet.
const earlyMost = 128

// burstMost is how many packets are passed on in one go.
const burstMost = 16

// Source describes a stream to whoever repairs it and reports on it.
type Source struct {
	SSRC  uint32
	Mid   string // media section
	RID   string // of a simulcast, else empty
	NACK  bool   // what is missing may be asked for
	Clock uint32 // RTP clock rate

	// Write takes packets as they were sent, in the order in which they came; it
	// does not keep them. It has one caller at a time.
	Write func(packets ...[]byte)
	// Lost is called when so much is missing that it is not worth asking for. It
	// must not block, nor call the Flow. It may be nil.
	Lost func()
	// Ended is called once, when there will be no more.
	Ended func()
}

// Stream is what comes under one SSRC. Its mutable parts are guarded by flow.mu,
// except for those below turn.
type Stream struct {
	flow *Flow
	ssrc uint32

	window    window
	gaps      gaps
	reception reception
	seen      time.Duration // when the newest packet came
	repair    bool          // it repairs another one
	repairs   uint32        // that one's SSRC; 0: not known
	source    Source
	attached  bool
	over      bool     // it was attached; nothing is kept for later
	key       bool     // a key frame is wanted, which nobody was told of yet
	lost      bool     // more than is worth asking for, which nobody was told of yet
	failed    int      // packets in a row that could not be opened
	early     [][]byte // what came before it was attached

	turn sync.Mutex // who holds it passes packets on; taken before flow.mu
	open bool
	one  [1][]byte
}

// Attach passes on what comes under a SSRC, and what has come so far, until the
// stream is detached or the Flow closed.
func (f *Flow) Attach(source Source) *Stream {
	now := f.now()
	f.mu.Lock()
	s := f.streams[source.SSRC]
	if s == nil { // however many there are: somebody wants it
		s = &Stream{flow: f, ssrc: source.SSRC, seen: now}
		s.gaps.credit = creditStart
		f.streams[source.SSRC] = s
	}
	f.mu.Unlock()
	s.turn.Lock()
	defer s.turn.Unlock()
	f.mu.Lock()
	if f.closed || s.attached {
		f.mu.Unlock()
		source.Ended()
		return s
	}
	early := s.early
	s.source, s.attached, s.early, s.over = source, true, nil, true
	f.mu.Unlock()
	s.open = true
	for len(early) > 0 {
		n := min(len(early), burstMost)
		source.Write(early[:n]...)
		early = early[n:]
	}
	return s
}

// Detach ends a stream. When it returns, nothing more is passed on.
func (s *Stream) Detach() {
	s.turn.Lock()
	s.open = false
	s.turn.Unlock()
	f := s.flow
	f.mu.Lock()
	ended := s.source.Ended
	was := s.attached
	s.attached, s.early = false, nil
	s.gaps.list = nil
	f.mu.Unlock()
	if was {
		ended()
	}
}

// Gone is called when a SSRC is not received any more.
func (f *Flow) Gone(ssrc uint32) {
	f.mu.Lock()
	s := f.streams[ssrc]
	f.mu.Unlock()
	if s != nil {
		s.Detach()
	}
}

// RequestKey asks the publisher of a stream for a key frame, soon. It is called
// while packets are passed on, by the goroutine that Pion reads its socket in: to
// write through Pion there could wait for that very goroutine (ice 2.3.38,
// Agent.Restart).
func (f *Flow) RequestKey(ssrc uint32) {
	now := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.streams[ssrc]; s != nil && s.attached {
		s.key = true
		f.wake(now, now)
	}
}

// Reception is the report on this stream for its publisher. The report that came
// before is what its loss counts from. It says false while nothing has come in.
func (s *Stream) Reception() (rtcp.ReceptionReport, bool) {
	now := s.flow.now()
	s.flow.mu.Lock()
	defer s.flow.mu.Unlock()
	return s.reception.report(s.ssrc, now)
}

// SenderReport takes what the publisher says about the stream's clock.
func (s *Stream) SenderReport(ntp uint64) {
	now := s.flow.now()
	s.flow.mu.Lock()
	defer s.flow.mu.Unlock()
	s.reception.ntp, s.reception.heard, s.reception.told = ntp, now, true
}

// arrived notes a packet of media, and gives it back if it is to be passed on. Call
// with flow.mu.
func (s *Stream) arrived(h *rtp.Header, index uint64, packet []byte, repaired bool, now time.Duration) []byte {
	before, begun := s.window.highest, s.window.started
	s.window.mark(index)
	s.gaps.earn()
	switch {
	case !begun || index <= before:
		s.gaps.came(index, now)
	case s.attached && s.source.NACK && index > before+1:
		s.lost = !s.gaps.skipped(before+1, index, now)
		s.flow.wake(now+reorderWait, now)
	}
	if !s.attached {
		if !s.over && !repaired && len(s.early) < earlyMost {
			s.early = append(s.early, bytes.Clone(packet))
		}
		return nil
	}
	if !repaired {
		s.reception.arrived(index, h.Timestamp, s.source.Clock, now)
	}
	return packet
}

// pass hands packets on.
func (s *Stream) pass(packets ...[]byte) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.open {
		s.source.Write(packets...)
	}
}

// passOne hands one packet on, without an allocation.
func (s *Stream) passOne(packet []byte) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.open {
		s.one[0] = packet
		s.source.Write(s.one[:]...)
		s.one[0] = nil
	}
}
