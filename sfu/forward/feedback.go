package forward

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// HandleRTCP takes what the subscriber says about the track.
func (s *Sub) HandleRTCP(packets []rtcp.Packet) {
	for _, packet := range packets {
		switch message := packet.(type) {
		case *rtcp.TransportLayerNack:
			if message.MediaSSRC == s.SSRC() {
				s.resend(message.Nacks)
			}
		case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
			s.wantKey()
		case *rtcp.ReceiverReport:
			s.reported(message.Reports)
		case *rtcp.SenderReport: // of a client that sends media on the same connection
			s.reported(message.Reports)
		}
	}
}

// SSRC is what the packets to this subscriber carry.
func (s *Sub) SSRC() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ssrc
}

// maxResend bounds the work that one NACK can ask for.
const maxResend = 128

func (s *Sub) resend(pairs []rtcp.NackPair) {
	left := maxResend
	for i := range pairs {
		pairs[i].Range(func(seq uint16) bool {
			left--
			s.resendOne(seq)
			return left > 0
		})
		if left <= 0 {
			return
		}
	}
}

func (s *Sub) resendOne(seq uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil || !s.open || s.paused || s.current == nil {
		return
	}
	s.rewind()
	behind, now := uint16(s.next)-1-seq, s.track.now()
	if int(behind) >= s.track.ringSize() || !s.resent.may(seq, s.track.ringSize(), now, s.path.again()) {
		return
	}
	number := s.next - 1 - uint64(behind)
	if number >= s.written || s.waitsFor(number) {
		return // it was not sent yet; a client can only guess it
	}
	g := s.segmentSent(number)
	// What came before a switch is of no use to who has the key frame after it.
	if g == nil || (g.layer != s.current && s.path.tight()) {
		return
	}
	var p packet
	var found bool
	s.scratch, found = g.layer.ring.get(number-g.sequence, &p, s.scratch)
	if !found {
		return
	}
	if s.track.Kind == webrtc.RTPCodecTypeVideo && !s.path.mayRepair(len(p.payload), now) {
		return // sound is small, and always worth it
	}
	s.sendAgain(g, &p, number, now)
}

// Report is the sender report for this subscriber: the publisher's clock, in
// the subscriber's timestamps. It says nil as long as there is none.
func (s *Sub) Report(now time.Duration) *rtcp.SenderReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil || s.current == nil || s.packets == 0 {
		return nil
	}
	report := s.current.latestReport()
	if !report.ok {
		return nil
	}
	passed := now - report.at
	ntp := report.ntp + uint64(passed.Seconds()*(1<<32))
	s.received.remember(ntp, now)
	return &rtcp.SenderReport{
		SSRC:        s.ssrc,
		NTPTime:     ntp,
		RTPTime:     report.rtp + uint32(passed.Seconds()*float64(s.track.clock)) + s.segment.timestamp,
		PacketCount: s.packets,
		OctetCount:  s.octets,
	}
}

// resentAgain is how long a packet that was sent again is given to arrive, at
// least; a client that asks more often has not heard of the last answer yet.
const resentAgain = 40 * time.Millisecond

// resent remembers when packets were sent again. It takes memory only once one
// was asked for.
type resent struct {
	at []uint32 // milliseconds, by sequence number
}

// may says whether a packet may be sent again now, and notes that it is.
func (r *resent) may(seq uint16, size int, now, again time.Duration) bool {
	if size == 0 {
		return false
	}
	if len(r.at) != size {
		r.at = make([]uint32, size)
	}
	at, slot := uint32(now.Milliseconds()), &r.at[int(seq)%size]
	if *slot != 0 && at-*slot < uint32(again.Milliseconds()) {
		return false
	}
	*slot = max(at, 1)
	return true
}
