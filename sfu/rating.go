package sfu

import (
	"time"

	"github.com/livekit/protocol/livekit"
)

const (
	rateEvery = 2 // ticks of a second between looks at a person's connection
	// picturesEvery is how many ticks there are between looks at what is sent of each picture.
	picturesEvery = 5 * rateEvery
	lostAfterUp   = 5  // ticks without a media connection that was there, until it counts as lost
	lossCost      = 20 // points of five, for all packets lost
	delayFree     = 300 * time.Millisecond
	delayCost     = 3 // points a second of round trip beyond that
	jitterFree    = 40 * time.Millisecond
	jitterCost    = 20 // points a second of jitter beyond that: playback waits twice or three times as long
)

// rating is how good a person's connection is. It belongs to the peer's
// goroutine.
type rating struct {
	ticks     int
	up        reception // of what the person sends, in the last second
	connected bool      // ever
	level     livekit.ConnectionQuality
	told      bool
}

// score is how good a connection is, 1 to 5, by loss and jitter either way, and
// round trip.
func score(up, down reception) float32 {
	points := 5 - lossCost*max(up.loss, down.loss) - delayCost*max(0, down.rtt-delayFree).Seconds() -
		jitterCost*max(0, max(up.jitter, down.jitter)-jitterFree).Seconds()
	return float32(min(max(points, 1), 5))
}

// levelOf is what people are told. A person whose pictures are paused for want of
// room has a poor connection, however little is lost.
func levelOf(score float32, paused bool) livekit.ConnectionQuality {
	switch {
	case paused || score < 3.2:
		return livekit.ConnectionQuality_POOR
	case score < 4.2:
		return livekit.ConnectionQuality_GOOD
	default:
		return livekit.ConnectionQuality_EXCELLENT
	}
}

// judge looks at the connection, and tells the room what has changed. LOST is said
// only of media that was there and is gone: a client that hears it of itself for
// ten seconds while it publishes joins anew.
func (p *peer) judge() {
	s := &p.rating
	s.connected = s.connected || p.connected
	if s.ticks++; s.ticks%rateEvery != 0 || !s.connected {
		return
	}
	down := p.downward()
	points := score(s.up, down)
	paused := false
	for _, sub := range p.subs {
		paused = paused || sub.paused()
	}
	level := levelOf(points, paused)
	seen := look{points: points, up: s.up, down: down, layer: -1, paused: paused, lost: p.down >= lostAfterUp}
	if s.ticks%picturesEvery == 0 {
		seen.layer, seen.size, seen.held = p.pictures()
	}
	if p.connected || seen.lost {
		p.remember(seen)
	}
	switch {
	case p.down >= lostAfterUp:
		level, points = livekit.ConnectionQuality_LOST, 0
	case !p.connected:
		return // it may be back in a moment
	}
	if s.told && level == s.level {
		return
	}
	first := !s.told
	s.told, s.level = true, level
	p.room.rated(p, &livekit.ConnectionQualityInfo{ParticipantSid: p.sid, Quality: level, Score: points}, first)
}

// rated tells everybody of a person's connection, and a newcomer of everybody's.
func (r *room) rated(p *peer, info *livekit.ConnectionQualityInfo, newcomer bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.peers[p.identity] != p {
		return
	}
	if newcomer {
		var others []*livekit.ConnectionQualityInfo
		for _, other := range r.peers {
			if other.member.quality != nil && other != p {
				others = append(others, other.member.quality)
			}
		}
		p.post(func() { p.send(qualityUpdate(others...)) })
	}
	if p.claims.Hidden {
		p.post(func() { p.send(qualityUpdate(info)) })
		return
	}
	p.member.quality = info
	r.tell(nil, qualityUpdate(info))
}

func qualityUpdate(infos ...*livekit.ConnectionQualityInfo) *livekit.SignalResponse {
	return &livekit.SignalResponse{Message: &livekit.SignalResponse_ConnectionQuality{
		ConnectionQuality: &livekit.ConnectionQualityUpdate{Updates: infos},
	}}
}

// remember adds a look to the person's minute, and gives the room the one before
// when that is over.
func (p *peer) remember(l look) {
	minute, over := p.minute.add(p.node.clock.Now(), l)
	if !over {
		return
	}
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if p.room.peers[p.identity] == p {
		p.room.noteMinute(p, minute)
	}
}
