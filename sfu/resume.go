package sfu

import (
	"errors"

	"github.com/livekit/protocol/livekit"
)

// resume finds the person who wants to go on after a lost signalling
// connection, and gives them the new one. It gives nil when that person is not
// here any more: they have to join anew.
func (r *room) resume(claims Claims, hello Hello, s *session) (*peer, error) {
	r.mu.Lock()
	p := r.peers[claims.Identity]
	if r.banned(claims) {
		r.mu.Unlock()
		return nil, ErrRemoved
	}
	r.mu.Unlock()
	if p == nil || p.sid != hello.SID || p.single != hello.SinglePC {
		return nil, nil
	}
	if !p.call(func() { p.takeOver(s, hello) }) {
		return nil, nil
	}
	return p, nil
}

// takeOver goes on with a new signalling connection.
func (p *peer) takeOver(s *session, hello Hello) {
	if p.session != nil {
		p.session.close(ReasonReplaced)
	}
	p.session, p.quiet, p.down = s, 0, 0
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_Reconnect{Reconnect: &livekit.ReconnectResponse{
		IceServers: p.iceServers(), ServerInfo: p.node.serverInfo(),
	}}})
	p.send(p.room.roster())
	p.repeatDemands()
	switch link := p.downlink.(type) {
	case *offerer:
		link.resume()
	case *answerer:
		link.asked = false
		link.dirty = link.dirty || len(link.waiting) > 0
	}
	if first := hello.Join.GetPublisherOffer(); first.GetSdp() != "" {
		p.onOffer(first)
	}
}

// onSyncState hears what the client believes to have. Tracks that it publishes
// and the node does not know mean that the two have grown apart.
func (p *peer) onSyncState(state *livekit.SyncState) {
	for _, published := range state.GetPublishTracks() {
		if p.uploads[published.GetTrack().GetSid()] == nil {
			p.restart(errors.New("the client publishes a track that is not known"))
			return
		}
	}
	wanted := state.GetSubscription()
	if p.auto {
		for _, sid := range append(wanted.GetTrackSids(), state.GetTrackSidsDisabled()...) {
			if s := p.subs[sid]; s != nil {
				s.sub.SetPaused(false)
				s.pub.raise()
			}
		}
	}
	for _, sid := range state.GetTrackSidsDisabled() {
		if s := p.subs[sid]; s != nil {
			s.sub.SetPaused(true)
		}
	}
}
