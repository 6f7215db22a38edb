package sfu

import (
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

const (
	// repairShare is kept back from what the way carries, for what is lost.
	repairShare = 0.05
	probeAgain  = 4 * time.Second // after a try for more room that failed; doubles
	probeMost   = 16 * time.Second
	// probeFell is the part of the best estimate of a try that tells a limit: one
	// late packet of a busy machine takes less.
	probeFell = 0.9
)

// allotment is how a peer's way is divided, and how more room is looked for. It
// belongs to the peer's goroutine.
type allotment struct {
	mayPause bool
	probing  bool
	began    int           // the estimate when the try began
	best     int           // and the best one since
	probeAt  time.Duration // not before
	wait     time.Duration
	shed     uint64 // packets that the pacer had dropped at the last look
}

// allot divides what the way carries among the tracks that the client receives.
// As long as no limit has shown, everything goes as it comes.
func (p *peer) allot() {
	estimate := p.path.Estimate()
	if !p.connected || !estimate.Limited {
		return
	}
	room := int(float64(estimate.Target) * (1 - repairShare))
	var subs []*subscription
	for _, s := range p.subs {
		switch {
		case !s.open:
		case s.sub.Kind() == webrtc.RTPCodecTypeVideo:
			subs = append(subs, s)
		default: // sound is never held back
			for _, rung := range s.sub.Rungs() {
				room -= rung.Bits
			}
		}
	}
	claims := p.room.claims(subs)
	for i, s := range subs {
		s.sub.SetRank(claims[i].rank)
	}
	given, next := allocate(room, claims, p.allotment.mayPause)
	var states []*livekit.StreamStateInfo
	for i, s := range subs {
		if state := s.allot(given[i]); state != nil {
			states = append(states, state)
		}
	}
	if len(states) > 0 {
		p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_StreamStateUpdate{
			StreamStateUpdate: &livekit.StreamStateUpdate{StreamStates: states},
		}})
	}
	p.lookForRoom(subs, estimate, next)
	if shed := estimate.Shed - p.allotment.shed; shed > 0 {
		p.log.Debug("packets dropped for want of room", "rule", "least important first", "packets", shed, "estimate", estimate.Target)
		p.allotment.shed = estimate.Shed
	}
}

// claims says how much each of the tracks is wanted.
func (r *room) claims(subs []*subscription) []claim {
	r.mu.Lock()
	defer r.mu.Unlock()
	claims := make([]claim, len(subs))
	for i, s := range subs {
		c := claim{rank: rankTile, wish: s.sub.Wish(), now: s.allotted(), rungs: s.sub.Rungs()}
		switch {
		case s.pub.info.GetSource() == livekit.TrackSource_SCREEN_SHARE:
			c.rank = rankScreen
		case r.speakers[s.pub.owner.sid] > 0:
			c.rank = rankSpeaker
		}
		if c.wish == forward.Off || s.pub.track.Muted() {
			c.rungs = nil // nobody looks: it takes no room, and is not told of as paused
		}
		claims[i] = c
	}
	return claims
}

// allotted is the quality that the track has by now.
func (s *subscription) allotted() int {
	if s.given == nil {
		return forward.AnyQuality
	}
	return *s.given
}

// paused says whether the network leaves no room for the track.
func (s *subscription) paused() bool { return s.allotted() == forward.Off }

// allot gives a track its part, and says when the client has to be told that it
// stops or goes on.
func (s *subscription) allot(quality int) *livekit.StreamStateInfo {
	was := s.allotted()
	s.given = &quality
	held := quality == forward.Off
	defer func() {
		if quality > was {
			s.pub.raise() // it may rest because nobody had room for it
		}
	}()
	if !s.sub.SetAllotment(max(quality, 0), held) || held == (was == forward.Off) {
		return nil
	}
	state := livekit.StreamState_ACTIVE
	if held {
		state = livekit.StreamState_PAUSED
	}
	return &livekit.StreamStateInfo{ParticipantSid: s.pub.owner.sid, TrackSid: s.pub.sid, State: state}
}

// lookForRoom fills the way up to the estimate as long as somebody wants more
// than there is room for: an estimate grows only by what is tried. A try that
// meets a limit is not repeated at once; the sooner, if it has won something.
func (p *peer) lookForRoom(subs []*subscription, estimate forward.Estimate, next int) {
	a, now := &p.allotment, p.node.mediaTime()
	a.best = max(a.best, estimate.Target)
	switch {
	case next == 0:
		a.probing, a.wait = false, 0
	case a.probing && float64(estimate.Target) < probeFell*float64(a.best):
		if float64(a.best) > upward*float64(a.began) {
			a.wait = 0
		}
		a.wait = min(max(2*a.wait, probeAgain), probeMost)
		a.probing, a.probeAt = false, now+a.wait
	case !a.probing && estimate.Calm && now >= a.probeAt: // calm is nobody who reports nothing, either
		a.probing, a.began, a.best = true, estimate.Target, estimate.Target
	}
	var carrier *forward.Sub
	for _, s := range subs {
		if a.probing && estimate.Calm && s.sub.Repairs() {
			carrier = s.sub
		}
	}
	p.path.Probe(carrier)
}
