package sfu

import (
	"fmt"
	"sync/atomic"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

// Caps of what one person may publish, and of how it is described.
const (
	maxTracks  = 16
	maxTrackID = 256
	maxLayers  = 4
	maxCodecs  = 4
)

// publication is a published track as the room knows it.
type publication struct {
	owner  *peer
	sid    string
	track  *forward.Track
	demand *demand            // of a video track
	stream string             // groups what is played in step; empty: alone
	info   *livekit.TrackInfo // guarded by room.mu

	received atomic.Bool // somebody has begun to receive it
}

// onAddTrack takes a client's wish to publish.
func (p *peer) onAddTrack(request *livekit.AddTrackRequest) {
	for _, u := range p.uploads {
		if u.cid == request.GetCid() && u.pub.info.Type == request.GetType() {
			p.confirm(u) // asked again, after a lost connection
			return
		}
	}
	if reason := p.mayAdd(request); reason != livekit.RequestResponse_OK {
		p.refuseTrack(request, reason)
		return
	}
	if request.GetSid() != "" {
		p.addBackup(request)
		return
	}
	u := p.newUpload(request)
	p.uploads[u.pub.sid] = u
	p.confirm(u)
	p.adopt() // an offer that came first may have the track already
}

func (p *peer) mayAdd(request *livekit.AddTrackRequest) livekit.RequestResponse_Reason {
	kindKnown := request.GetType() == livekit.TrackType_AUDIO || request.GetType() == livekit.TrackType_VIDEO
	switch {
	case p.room.check || !p.rights.Load().mayPublish(request.GetSource(), request.GetType()):
		return livekit.RequestResponse_NOT_ALLOWED
	case p.isPlain(request):
		return livekit.RequestResponse_NOT_ALLOWED
	case !kindKnown || (request.GetSid() != "" && !p.mayAddBackup(request)):
		return livekit.RequestResponse_UNSUPPORTED_TYPE
	case request.GetCid() == "" || len(request.GetCid()) > maxTrackID || len(request.GetName()) > maxName ||
		len(request.GetLayers()) > maxLayers || len(request.GetSimulcastCodecs()) > maxCodecs || len(request.GetStream()) > maxName:
		return livekit.RequestResponse_INVALID_REQUEST
	case len(p.uploads) >= maxTracks || !p.room.mayPublish(p):
		return livekit.RequestResponse_LIMIT_EXCEEDED
	default:
		return livekit.RequestResponse_OK
	}
}

// refuseTrack tells the client that it may not publish what it asked for.
func (p *peer) refuseTrack(request *livekit.AddTrackRequest, reason livekit.RequestResponse_Reason) {
	p.log.Info("track refused", "reason", reason, "source", request.GetSource())
	answer := &livekit.RequestResponse{Reason: reason, Request: &livekit.RequestResponse_AddTrack{AddTrack: request}}
	if p.isPlain(request) {
		answer.Message = "this meeting is encrypted end to end: publish encrypted tracks"
	}
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_RequestResponse{RequestResponse: answer}})
}

// mayPublish says whether p is one of the people who publish, or may become
// one. The seat is taken by the track's announcement.
func (r *room) mayPublish(p *peer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limits.Publishers <= 0 || p.member.publishes {
		return true
	}
	publishers := 0
	for _, other := range r.peers {
		if other.member.publishes {
			publishers++
		}
	}
	if publishers >= r.limits.Publishers {
		return false
	}
	p.member.publishes = true
	return true
}

// onMute mutes and unmutes one of the client's own tracks.
func (p *peer) onMute(request *livekit.MuteTrackRequest) {
	u := p.uploads[request.GetSid()]
	if u == nil || p.leaving.Load() {
		p.log.Debug("mute of an unknown track")
		return
	}
	u.pub.track.SetMuted(request.GetMuted())
	p.room.setMuted(u.pub, request.GetMuted())
}

// publish shows a track to everybody, and has those subscribe who want all.
func (r *room) publish(pub *publication, variant int, mid string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := pub.owner
	if r.peers[p.identity] != p {
		return
	}
	pub.info.Codecs[variant].Mid = mid
	if variant == forward.Backup {
		return // nobody has to know: who waits for it is subscribed already
	}
	pub.info.Mid = mid
	p.member.tracks[pub.sid] = pub
	p.member.publishes = true
	p.member.info.Version++
	r.broadcast(p)
	for _, other := range r.peers {
		if other != p {
			other.post(func() { other.subscribeTo(pub) })
		}
	}
}

func (r *room) unpublish(pub *publication) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := pub.owner
	if p.member.tracks[pub.sid] != pub {
		return
	}
	delete(p.member.tracks, pub.sid)
	p.member.publishes = len(p.member.tracks) > 0
	p.member.info.Version++
	r.broadcast(p)
	for _, other := range r.peers {
		if other != p {
			other.post(func() { other.unsubscribe(pub) })
		}
	}
}

func (r *room) setMuted(pub *publication, muted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if pub.info.Muted == muted {
		return
	}
	pub.info.Muted = muted
	if pub.owner.member.tracks[pub.sid] == pub {
		pub.owner.member.info.Version++
		r.broadcast(pub.owner)
	}
}

// transceiverAt finds a connection's transceiver by its section's name.
func transceiverAt(pc *webrtc.PeerConnection, mid string) *webrtc.RTPTransceiver {
	for _, t := range pc.GetTransceivers() {
		if t.Mid() == mid {
			return t
		}
	}
	return nil
}

// errNoSection is for sections that an offer should have.
func errNoSection(mid string) error { return fmt.Errorf("%w: no media section %q", ErrMalformed, mid) }
