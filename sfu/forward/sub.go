package forward

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// AnyQuality lets a subscriber have whatever the publisher sends.
const AnyQuality = 1 << 10

// Sub is one track as one person receives it. It is the webrtc.TrackLocal of
// that person's connection.
type Sub struct {
	track    *Track
	streamID string

	mu      sync.Mutex
	writer  webrtc.TrackLocalWriter // nil until bound, and after
	ssrc    uint32
	payload uint8
	red     uint8 // payload type of RED, 0 for none
	open    bool  // the transport is up
	paused  bool
	waiting bool // for a key frame of the current layer
	cap     int  // the best quality to send: the lesser of the next two

	wish     int // what the subscriber has a use for
	allotted int // what their network leaves room for
	hidden   bool
	held     bool // by the network; paused is either

	variant int    // First until bound
	format  format // of what is sent
	current *Layer
	segment segment   // what is sent now
	past    []segment // what was sent before, for NACKs
	pasts   int       // how many there were
	next    uint64    // the sequence number that has not been used yet
	last    sent
	thin    thinning

	path       *Path         // nil: nothing is known of the way
	rank       atomic.Int32  // how little the track matters to the subscriber beside others
	cut        atomic.Uint64 // the pacer dropped what was to be sent from that number on; 0: it did not
	leaving    uint32        // timestamp of the frame that the pacer let out last; guarded by the pacer's lock
	written    uint64        // the number behind the highest one that was sent
	keyFrame   uint32        // timestamp of the newest key frame
	newestKey  uint64        // the number that it begins with
	numbers    numbering
	repair     repair
	resent     resent
	describing describing
	chains     chains // of AV1
	received   received

	header  rtp.Header
	scratch []byte
	packets uint32
	octets  uint32
}

// sent is what the newest packet looked like.
type sent struct {
	ok      bool
	in, out uint32 // timestamp before and after the shift
	picture uint16
	tl0     uint8
	at      time.Duration
}

// NewSub makes a subscription. It sends nothing before it is bound and opened.
func NewSub(track *Track, streamID string) *Sub {
	return &Sub{
		track: track, format: track.variants[First].format, streamID: streamID,
		cap: AnyQuality, wish: AnyQuality, allotted: AnyQuality,
		// RFC 3550: start anywhere; stay in the lower half so that a loss
		// right at the start cannot confuse the receiver's roll-over counter.
		next: uint64(rand.Uint32N(1<<15)) + 1<<16,
	}
}

// ID is the track's, in SDP.
func (s *Sub) ID() string { return s.track.ID }

// RID is empty: a subscriber gets one stream.
func (s *Sub) RID() string { return "" }

// SetStreamID names the stream that the client groups the track by. Call it
// before the connection has the track.
func (s *Sub) SetStreamID(id string) { s.streamID = id }

// StreamID is what clients read the publisher and the track from.
func (s *Sub) StreamID() string { return s.streamID }

// Kind is audio or video.
func (s *Sub) Kind() webrtc.RTPCodecType { return s.track.Kind }

// Track is what is subscribed to.
func (s *Sub) Track() *Track { return s.track }

// Bind is called by the connection when it has negotiated the track.
func (s *Sub) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	codecs := ctx.CodecParameters()
	if len(codecs) == 0 {
		return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if variant, codec, ok := s.track.choose(codecs); ok {
		s.variant, s.format = variant, s.track.variants[variant].format
		s.writer, s.ssrc, s.payload = ctx.WriteStream(), uint32(ctx.SSRC()), uint8(codec.PayloadType)
		s.describing.use(ctx.HeaderExtensions())
		s.red = redType(codecs, codec.PayloadType)
		s.prepare(ctx, codec)
		return codec, nil
	}
	// A client that cannot decode any of its codecs gets silence. An error would end
	// its whole negotiation, and with it everybody else's tracks.
	return codecs[0], nil
}

// Unbind is called when the track is removed from the connection.
func (s *Sub) Unbind(webrtc.TrackLocalContext) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writer = nil
	s.takeBack()
	return nil
}

// Bound says whether the connection has negotiated the track.
func (s *Sub) Bound() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writer != nil
}

// Open lets packets through, from a key frame on: one that has just come, or
// the next.
func (s *Sub) Open() {
	s.mu.Lock()
	s.open, s.waiting = true, true
	announce := s.track.Muted()
	s.mu.Unlock()
	if announce {
		s.announce()
	}
	if layer := s.target(); layer == nil || !layer.awaited(s.track.now(), catchUp) {
		s.wantKey()
	}
}

// SetPaused stops and starts what the subscriber gets.
func (s *Sub) SetPaused(paused bool) {
	s.mu.Lock()
	started := s.adjust(func() { s.hidden = paused })
	s.mu.Unlock()
	if started {
		s.restart()
	}
}

// SetQuality caps which of a simulcast's layers the subscriber gets.
func (s *Sub) SetQuality(quality int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.adjust(func() { s.wish = quality })
}

// restart waits for the next key frame.
func (s *Sub) restart() {
	s.mu.Lock()
	s.waiting = true
	s.mu.Unlock()
	s.wantKey()
}

func (s *Sub) wantKey() {
	if layer := s.target(); layer != nil && s.track.Kind == webrtc.RTPCodecTypeVideo {
		layer.RequestKey()
	}
}

// target is the layer that the subscriber should get.
func (s *Sub) target() *Layer {
	s.mu.Lock()
	variant, quality := s.variant, s.cap
	s.mu.Unlock()
	return s.track.target(variant, quality)
}

// announce sends a few empty packets: clients built on Pion tell of a track
// only when a packet of it has come, and a muted one sends none.
func (s *Sub) announce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range 5 {
		if s.writer == nil {
			return
		}
		s.header = rtp.Header{Version: 2, PayloadType: s.payload, SSRC: s.ssrc, SequenceNumber: uint16(s.next), Timestamp: s.last.out}
		s.next++
		_, _ = s.writer.WriteRTP(&s.header, nil)
		s.written = s.next
	}
}

// forward sends one packet of a layer, if it is the one this subscriber gets.
func (s *Sub) forward(layer *Layer, p *packet, now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil || !s.open || s.paused {
		return
	}
	s.pass(layer, p, now)
}

// pass is forward for a subscriber who gets what comes. Call with mu.
func (s *Sub) pass(layer *Layer, p *packet, now time.Duration) {
	if !s.isFor(p) {
		return
	}
	s.rewind()
	if s.current != layer || s.waiting {
		if !s.enter(layer, p, now) {
			return
		}
	}
	g, number := &s.segment, p.seq+s.segment.sequence
	late := number < s.next
	if late {
		if g = s.segmentOf(p.seq); g == nil {
			return
		}
		number = p.seq + g.sequence
	} else if !s.keep(layer, p, number) {
		return
	}
	if p.described.structure != nil {
		s.chains.sent(p.described.parsed.Frame)
	}
	if s.paces() {
		if !s.submit(g, p, number, late, now) {
			return
		}
	} else {
		s.write(g, p, number, now)
	}
	if !late {
		s.advance(p, number, now)
	}
}

// advance notes what the newest packet looks like, which is sent or waits to be.
func (s *Sub) advance(p *packet, number uint64, now time.Duration) {
	s.next = number + 1
	if p.key {
		s.newestKey = number
	}
	s.last.in, s.last.out, s.last.at, s.last.ok = p.timestamp, p.timestamp+s.segment.timestamp, now, true
	if s.format == formatVP8 {
		s.last.picture, s.last.tl0 = (p.vp8.picture+s.segment.picture)&0x7fff, p.vp8.tl0+s.segment.tl0
	}
}
