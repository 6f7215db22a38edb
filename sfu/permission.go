package sfu

import (
	"slices"

	"github.com/livekit/protocol/livekit"
)

// subscribers says who may have a person's tracks: everybody, unless that
// person has said otherwise.
type subscribers struct {
	all   bool
	rules map[string]*livekit.TrackPermission // by identity
}

func (s subscribers) allow(identity, trackSID string) bool {
	if s.all {
		return true
	}
	rule := s.rules[identity]
	return rule != nil && (rule.GetAllTracks() || slices.Contains(rule.GetTrackSids(), trackSID))
}

// maySubscribe says whether p may have the track.
func (r *room) maySubscribe(p *peer, pub *publication) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return pub.owner.member.tracks[pub.sid] == pub && pub.owner.member.permission.allow(p.identity, pub.sid)
}

// onSubscriptionPermission takes a person's word on who may have their tracks,
// and acts on it for the tracks that are out already.
func (p *peer) onSubscriptionPermission(request *livekit.SubscriptionPermission) {
	permission := subscribers{all: request.GetAllParticipants(), rules: map[string]*livekit.TrackPermission{}}
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rule := range request.GetTrackPermissions() {
		identity := rule.GetParticipantIdentity()
		for _, other := range r.peers {
			if other.sid == rule.GetParticipantSid() {
				identity = other.identity
			}
		}
		permission.rules[identity] = rule
	}
	before := p.member.permission
	p.member.permission = permission
	for _, other := range r.peers {
		for _, pub := range p.member.tracks {
			was, is := before.allow(other.identity, pub.sid), permission.allow(other.identity, pub.sid)
			if other != p && was != is {
				other.post(func() { other.permit(pub, is) })
			}
		}
	}
}

func (p *peer) permit(pub *publication, allowed bool) {
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_SubscriptionPermissionUpdate{
		SubscriptionPermissionUpdate: &livekit.SubscriptionPermissionUpdate{
			ParticipantSid: pub.owner.sid, TrackSid: pub.sid, Allowed: allowed,
		},
	}})
	if allowed {
		p.subscribeTo(pub)
	} else {
		p.unsubscribe(pub)
	}
}
