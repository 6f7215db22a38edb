package forward

import (
	"time"

	"github.com/pion/webrtc/v3"
)

const (
	// catchUp is how old a key frame may be that a newcomer starts from. What has
	// come since is sent at once: more would be a burst that a thin way chokes
	// on, and a picture that runs behind.
	catchUp = 400 * time.Millisecond
	// briskly is the longest pause between frames of a layer whose next packet
	// is worth waiting for, rather than asking for a key frame: a screen that
	// stands still may not change for a minute.
	briskly = 250 * time.Millisecond
)

// keyFrame is the newest key frame of a layer.
type keyFrame struct {
	first     uint64 // number of its first packet
	timestamp uint32
	at        time.Duration
	ok        bool
}

// noteKey remembers where the newest key frame begins. It answers all requests
// that came before it.
func (l *Layer) noteKey(p *packet, now time.Duration) {
	if !p.key || l.track.Kind != webrtc.RTPCodecTypeVideo || l.key.ok && (p.seq <= l.key.first || p.timestamp == l.key.timestamp) {
		return
	}
	l.key = keyFrame{first: p.seq, timestamp: p.timestamp, at: now, ok: true}
	l.keyAt.Store(int64(now))
	l.keyWanted.Store(false)
}

// forgetKey is for a track that was muted: a newcomer must not see what was
// shown before.
func (l *Layer) forgetKey() {
	l.key = keyFrame{}
	l.keyAt.Store(never)
}

// never is before every time of a media clock.
const never = int64(-1 << 62)

// awaited says whether a newcomer need not ask for a key frame: one has just
// come, and a packet will soon, with which they catch up.
func (l *Layer) awaited(now, age time.Duration) bool {
	return now-time.Duration(l.keyAt.Load()) <= age && time.Duration(l.pause.Load()) <= briskly
}

// Prepare asks for a key frame for a subscriber who is about to connect. It
// takes the publisher a frame or two to make one; by the time that the
// subscriber is there, it is too.
func (s *Sub) Prepare() {
	layer := s.target()
	if layer == nil || s.track.Kind != webrtc.RTPCodecTypeVideo || s.track.Muted() || time.Duration(layer.pause.Load()) > briskly {
		return
	}
	if now := s.track.now(); !layer.awaited(now, catchUp/2) {
		layer.askAhead(now)
	}
}

// askAhead asks for a key frame, unless that has been done a moment ago.
func (l *Layer) askAhead(now time.Duration) {
	last := l.lastKeyRequest.Load()
	if now-time.Duration(last) >= keyInterval && l.lastKeyRequest.CompareAndSwap(last, int64(now)) {
		l.sendKeyRequest()
	}
}

// follow starts a newcomer at the layer's newest key frame, with everything
// that has come since, if all of that is there still. It ends before p, the
// packet in hand. Only the layer's writer calls it, so nothing comes between.
func (s *Sub) follow(layer *Layer, p *packet, now time.Duration) bool {
	key := &layer.key
	if s.current != nil || !key.ok || now-key.at > catchUp || p.seq <= key.first || !layer.ring.holds(key.first, p.seq) {
		return false
	}
	var old packet
	var buffer []byte
	for seq := key.first; seq < p.seq; seq++ {
		var ok bool
		if buffer, ok = layer.ring.get(seq, &old, buffer); !ok {
			break // muted at this moment
		}
		s.pass(layer, &old, now)
	}
	return s.current == layer
}
