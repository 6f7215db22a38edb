package forward

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"parley/sfu/forward/descriptor"
)

// Layer is one stream of a track: the only one, or one of a simulcast. Write
// has one caller; the rest may be used from anywhere.
type Layer struct {
	track          *Track
	quality        int
	variant        int
	format         format
	audioLevelID   uint8
	sendKeyRequest func()

	header   rtp.Header // of the packet in hand
	burst    [maxBurst]packet
	sequence sequence
	flood    flood

	descriptorID uint8 // of AV1
	structure    *descriptor.Structure

	ring *ring
	key  keyFrame
	red  redundancy

	frame  uint32                     // timestamp of the frame in hand
	frames [framesAhead]time.Duration // when the latest frames began, newest first
	rate   rate
	load   load

	live           atomic.Bool
	cut            atomic.Bool  // the track was muted: nothing from before is to come through
	lastPacket     atomic.Int64 // time.Duration
	lastKeyRequest atomic.Int64 // time.Duration
	keyWanted      atomic.Bool
	keyAt          atomic.Int64 // time.Duration: when the newest key frame came
	pause          atomic.Int64 // time.Duration: between the latest two frames

	reportMu sync.Mutex
	report   senderReport
}

// senderReport ties the layer's RTP timestamps to its publisher's clock.
type senderReport struct {
	ok  bool
	ntp uint64        // 32.32 fixed point seconds
	rtp uint32        // at the same instant
	at  time.Duration // when it came in
}

// maxBurst is how many packets are fanned out at once: a large frame.
const maxBurst = 32

// Write takes RTP packets from the publisher, in the order in which they came,
// and forwards them. What cannot be read is dropped. The buffers are not kept.
//
// Packets that came together are best written together: each subscriber gets
// all of them in turn, which is cheaper than each packet in turn to everybody.
func (l *Layer) Write(raws ...[]byte) {
	now := l.track.now()
	n := 0
	for _, raw := range raws {
		if !l.take(&l.burst[n], raw, now) {
			continue
		}
		// A RED packet has been forwarded in part already.
		if n++; n == len(l.burst) || l.red.payload != 0 {
			l.fanOut(l.burst[:n], now)
			n = 0
		}
	}
	l.fanOut(l.burst[:n], now)
	l.flushKeyRequest(now)
}

func (l *Layer) fanOut(burst []packet, now time.Duration) {
	if len(burst) == 0 {
		return
	}
	l.load.add(burst, now)
	for _, sub := range *l.track.subs.Load() {
		for i := range burst {
			sub.forward(l, &burst[i], now)
		}
	}
}

// take reads a packet, and says whether there is something to forward.
func (l *Layer) take(p *packet, raw []byte, now time.Duration) bool {
	t := l.track
	size, err := l.header.Unmarshal(raw)
	if err != nil {
		return false
	}
	payload, ok := unpad(raw[size:], l.header.Padding)
	if !ok {
		return false
	}
	t.counters.PacketsIn.Add(1)
	t.counters.BytesIn.Add(uint64(len(raw)))
	if l.flood.over(now) {
		return false
	}
	held := t.muted.Load() || !l.heard(now)
	if l.cut.Load() {
		l.cut.Store(false)
		l.sequence.cut()
		l.forgetKey()
	}
	seq, ok := l.sequence.next(l.header.SequenceNumber, held || len(payload) == 0)
	if held {
		l.red.close(&l.sequence)
	}
	if !ok {
		return false
	}
	*p = packet{
		seq: seq, timestamp: l.header.Timestamp, marker: l.header.Marker,
		payload: payload,
	}
	l.format.inspect(p)
	if p.key && l.format != sound {
		l.keyWanted.Store(false) // here it is; who loses it asks again
	}
	if l.descriptorID != 0 {
		l.describe(p)
	}
	if l.red.payload != 0 && !l.unwrap(p, l.header.PayloadType, now) {
		return false
	}
	l.ring.put(p)
	l.noteKey(p, now)
	l.arrived(p, now)
	return true
}

// heard measures how loud the packet in hand is. It says false when the track is
// one of many microphones, and not among the loudest. Browsers say the level of
// every packet; a packet without is let through.
func (l *Layer) heard(now time.Duration) bool {
	if l.audioLevelID == 0 {
		return true
	}
	extension := l.header.GetExtension(l.audioLevelID)
	if len(extension) == 0 {
		return true
	}
	t, level := l.track, extension[0]&0x7f
	t.Level.observe(level, l.header.Timestamp, t.clock)
	return t.voice.among == nil || t.voice.among.hears(t, level, now)
}

// unpad takes the padding off. RFC 3550, section 5.1: the last octet counts
// itself and all padding before it.
func unpad(payload []byte, padded bool) ([]byte, bool) {
	if !padded {
		return payload, true
	}
	if len(payload) == 0 {
		return nil, false
	}
	padding := int(payload[len(payload)-1])
	if padding == 0 || padding > len(payload) {
		return nil, false
	}
	return payload[:len(payload)-padding], true
}

// RequestKey asks the publisher for a key frame, now or as soon as the
// interval since the last request has passed.
func (l *Layer) RequestKey() {
	l.keyWanted.Store(true)
	l.flushKeyRequest(l.track.now())
}

func (l *Layer) flushKeyRequest(now time.Duration) {
	if !l.keyWanted.Load() {
		return
	}
	last := l.lastKeyRequest.Load()
	if now-time.Duration(last) < keyInterval || !l.lastKeyRequest.CompareAndSwap(last, int64(now)) {
		return
	}
	l.keyWanted.Store(false)
	l.sendKeyRequest()
}

// SenderReport takes what the publisher says about its clock.
func (l *Layer) SenderReport(ntp uint64, rtpTime uint32) {
	l.reportMu.Lock()
	defer l.reportMu.Unlock()
	l.report = senderReport{ok: true, ntp: ntp, rtp: rtpTime, at: l.track.now()}
}

func (l *Layer) latestReport() senderReport {
	l.reportMu.Lock()
	defer l.reportMu.Unlock()
	return l.report
}

// ntpOf is the publisher's time at an RTP timestamp of this layer.
func (r senderReport) ntpOf(timestamp, clock uint32) uint64 {
	ticks := int64(int32(timestamp - r.rtp))
	return r.ntp + uint64(ticks*(1<<32)/int64(clock))
}
