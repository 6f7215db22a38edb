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

// Bounds of the work that one NACK can ask for.
const (
	maxResend = 128  // packets that are sent again
	maxAsked  = 1024 // that are looked for: some clients go on asking for what they will never get
)

func (s *Sub) resend(pairs []rtcp.NackPair) {
	left, looks := maxResend, maxAsked
	for i := range pairs {
		pairs[i].Range(func(seq uint16) bool {
			looks--
			if s.resendOne(seq) {
				left--
			}
			return left > 0 && looks > 0
		})
		if left <= 0 || looks <= 0 {
			return
		}
	}
}

// resendOne sends a packet again, if that is of any use.
func (s *Sub) resendOne(seq uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil || !s.open || s.paused || s.current == nil {
		return false
	}
	s.rewind()
	behind, now := uint16(s.next)-1-seq, s.track.now()
	if int(behind) >= s.track.ringSize() || !s.resent.may(seq, s.track.ringSize(), now, s.path.again()) {
		return false
	}
	number := s.next - 1 - uint64(behind)
	if number >= s.written || s.waitsFor(number) {
		return false // it was not sent yet; a client can only guess it
	}
	g := s.segmentSent(number)
	if g == nil {
		return false
	}
	tight := s.track.Kind == webrtc.RTPCodecTypeVideo && s.path.tight()
	if tight && (number < s.newestKey || g.layer != s.current) {
		return false // who has the key frame after it has no use for it
	}
	var p packet
	var found bool
	s.scratch, found = g.layer.ring.get(number-g.sequence, &p, s.scratch)
	if !found {
		return false
	}
	// Some clients ask for a packet for ever. What is older than a decoder waits
	// would take the room of what it does wait for.
	if tight && (int32(s.last.out-p.timestamp-g.timestamp) > int32(s.track.clock) || !s.path.mayRepair(len(p.payload), now)) {
		return false // sound is small, and always worth it
	}
	s.sendAgain(g, &p, number, now)
	return true
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
