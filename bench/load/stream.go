package load

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// Stream is one track as one client receives it.
type Stream struct {
	sid         string
	ssrc        uint32
	kind        webrtc.RTPCodecType
	clock       uint32
	transportID uint8

	packets, bytes atomic.Uint64

	// guarded by feedback.mu
	started, ended bool
	base, highest  uint32 // sequence numbers with their roll-overs
	received       uint32
	before         struct{ expected, received uint32 } // at the last report
	transit        int64
	jitter         float64
	reportTime     uint32 // middle of the NTP time of the last sender report
	reportedAt     time.Duration
	missing        []missing
	keySeen        bool
	keyAsked       time.Duration
	latest         time.Duration
	times          []time.Duration
}

// missing is a gap that the server was or will be asked to fill.
type missing struct {
	sequence uint16
	asked    int
}

// Caps of what is asked for again, as browsers have them.
const (
	maxAsked   = 10
	maxMissing = 500
	keyAgain   = 300 * time.Millisecond
)

// Packets counts what was received.
func (s *Stream) Packets() uint64 { return s.packets.Load() }

// Video tells pictures from sound.
func (s *Stream) Video() bool { return s.kind == webrtc.RTPCodecTypeVideo }

// SID is the server's name for the track.
func (s *Stream) SID() string { return s.sid }

func (s *Stream) lost() int64 {
	if !s.started {
		return 0
	}
	return int64(s.highest-s.base+1) - int64(s.received)
}

// note keeps the books of RFC 3550, appendix A.
func (s *Stream) note(p packet, now time.Duration) {
	s.latest = now
	s.received++
	if !s.keySeen && s.kind == webrtc.RTPCodecTypeVideo {
		s.keySeen = isKey(p.payload)
	}
	if !s.started {
		s.started = true
		s.base, s.highest = uint32(p.sequence)+1<<16, uint32(p.sequence)+1<<16
		return
	}
	if step := int16(p.sequence - uint16(s.highest)); step > 0 {
		for gap := uint16(s.highest) + 1; gap != p.sequence && len(s.missing) < maxMissing; gap++ {
			s.missing = append(s.missing, missing{sequence: gap})
		}
		s.highest += uint32(step)
	} else if len(s.missing) > 0 {
		s.missing = slices.DeleteFunc(s.missing, func(m missing) bool { return m.sequence == p.sequence })
	}
	transit := int64(now)*int64(s.clock)/int64(time.Second) - int64(p.timestamp)
	if s.transit != 0 {
		change := transit - s.transit
		s.jitter += (float64(max(change, -change)) - s.jitter) / 16
	}
	s.transit = transit
}

// requests are NACKs for what is missing, and a wish for a key frame as long
// as there was none.
func (s *Stream) requests(ssrc uint32) (out []rtcp.Packet) {
	if len(s.missing) > 0 && s.kind == webrtc.RTPCodecTypeVideo {
		var sequences []uint16
		for i := range s.missing {
			s.missing[i].asked++
			sequences = append(sequences, s.missing[i].sequence)
		}
		s.missing = slices.DeleteFunc(s.missing, func(m missing) bool { return m.asked >= maxAsked })
		out = append(out, &rtcp.TransportLayerNack{SenderSSRC: ssrc, MediaSSRC: s.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(sequences)})
	}
	if s.started && !s.keySeen && s.kind == webrtc.RTPCodecTypeVideo && s.latest-s.keyAsked > keyAgain {
		s.keyAsked = s.latest
		out = append(out, &rtcp.PictureLossIndication{SenderSSRC: ssrc, MediaSSRC: s.ssrc})
	}
	return out
}

func (s *Stream) reception(now time.Duration) rtcp.ReceptionReport {
	expected := s.highest - s.base + 1
	dueNow, gotNow := expected-s.before.expected, s.received-s.before.received
	s.before.expected, s.before.received = expected, s.received
	report := rtcp.ReceptionReport{
		SSRC: s.ssrc, LastSequenceNumber: s.highest - 1<<16, TotalLost: uint32(max(s.lost(), 0)), Jitter: uint32(s.jitter),
		LastSenderReport: s.reportTime,
	}
	if gotNow < dueNow {
		report.FractionLost = uint8(min(255, (dueNow-gotNow)<<8/dueNow))
	}
	if s.reportTime != 0 {
		report.Delay = uint32((now - s.reportedAt).Seconds() * 65536)
	}
	return report
}
