package sfu

import (
	"slices"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/forward"
)

// rights is what a person may do in a room. It is a value that nobody changes
// once it is out: who changes what somebody may do puts another in its place.
type rights struct {
	publish, subscribe, data bool
	updateOwn, hidden        bool
	sources                  []livekit.TrackSource // empty means any
}

func (c Claims) rights() *rights {
	return &rights{
		publish: c.CanPublish, subscribe: c.CanSubscribe, data: c.CanPublishData,
		updateOwn: c.CanUpdateOwn, hidden: c.Hidden, sources: c.Sources,
	}
}

func rightsFrom(p *livekit.ParticipantPermission) *rights {
	return &rights{
		publish: p.GetCanPublish(), subscribe: p.GetCanSubscribe(), data: p.GetCanPublishData(),
		updateOwn: p.GetCanUpdateMetadata(), hidden: p.GetHidden(), sources: slices.Clone(p.GetCanPublishSources()),
	}
}

// claim writes the rights into what a renewed token will say.
func (r *rights) claim(c *Claims) {
	c.CanPublish, c.CanSubscribe, c.CanPublishData = r.publish, r.subscribe, r.data
	c.CanUpdateOwn, c.Hidden, c.Sources = r.updateOwn, r.hidden, r.sources
}

func (r *rights) permission() *livekit.ParticipantPermission {
	return &livekit.ParticipantPermission{
		CanSubscribe: r.subscribe, CanPublish: r.publish, CanPublishData: r.data,
		CanPublishSources: slices.Clone(r.sources), CanUpdateMetadata: r.updateOwn, Hidden: r.hidden,
	}
}

// mayPublish says whether a track of that kind from that source is allowed. Nobody
// has a voice by calling it a picture.
func (r *rights) mayPublish(source livekit.TrackSource, kind livekit.TrackType) bool {
	if !r.publish || !fits(source, kind) {
		return false
	}
	if len(r.sources) == 0 {
		return true
	}
	return source != livekit.TrackSource_UNKNOWN && slices.Contains(r.sources, source)
}

// fits says whether what comes from that source is of that kind.
func fits(source livekit.TrackSource, kind livekit.TrackType) bool {
	switch source {
	case livekit.TrackSource_CAMERA, livekit.TrackSource_SCREEN_SHARE:
		return kind == livekit.TrackType_VIDEO
	case livekit.TrackSource_MICROPHONE, livekit.TrackSource_SCREEN_SHARE_AUDIO:
		return kind == livekit.TrackType_AUDIO
	}
	return true
}

// ruling is what a host decided about a person's rights. It overrules the
// tokens from before, so that coming back with one wins nothing.
type ruling struct {
	at     time.Time
	rights *rights
}

// overrule gives a newcomer the rights that were decided on after their token
// was made. Call with room.mu, before the peer runs.
func (r *room) overrule(p *peer) {
	decided, was := r.rulings[p.identity]
	if !was || p.token.Issued.After(decided.at) {
		return
	}
	p.rights.Store(decided.rights)
	decided.rights.claim(&p.token)
	p.member.info.Permission = decided.rights.permission()
}

// permitTo changes what the person may do, while they are at it: what they may
// not send any more is not forwarded from here on, and what they may not have
// is not sent to them. It belongs to the peer's goroutine.
func (p *peer) permitTo(next *rights) {
	was := p.rights.Swap(next)
	next.claim(&p.token)
	for _, u := range p.uploads {
		if u.variant == forward.First && !next.mayPublish(u.pub.info.Source, u.pub.info.Type) {
			p.unpublish(u)
		}
	}
	p.room.ruled(p, was, next)
	switch {
	case was.subscribe && !next.subscribe:
		for _, s := range p.subs {
			p.unsubscribe(s.pub)
		}
	case !was.subscribe && next.subscribe:
		for _, pub := range p.room.publications(p) {
			p.subscribeTo(pub)
		}
	}
	p.renewNow()
}

// unpublish takes a track from its publisher, who does not know yet.
func (p *peer) unpublish(u *upload) {
	u.pub.track.SetMuted(true) // packets of it may go on coming for a while
	p.withdraw(u)
	delete(p.sending, u.mid)
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_TrackUnpublished{
		TrackUnpublished: &livekit.TrackUnpublishedResponse{TrackSid: u.pub.sid},
	}})
}

// ruled notes a decision about p and tells everybody, p included. Who becomes
// hidden leaves the others' sight, who stops being hidden comes into it.
func (r *room) ruled(p *peer, was, is *rights) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.peers[p.identity] != p {
		return
	}
	r.rulings[p.identity] = ruling{at: r.node.clock.Now(), rights: is}
	p.member.info.Permission = is.permission()
	p.member.info.Version++
	r.showSelf(p)
	if !was.hidden && is.hidden {
		unseen := p.snapshot()
		unseen.State, unseen.Tracks = livekit.ParticipantInfo_DISCONNECTED, nil
		r.tell(p, participantUpdate(unseen))
		return
	}
	r.broadcast(p)
}

// publications are the others' tracks.
func (r *room) publications(but *peer) []*publication {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*publication
	for _, p := range r.peers {
		for _, pub := range p.member.tracks {
			if p != but {
				all = append(all, pub)
			}
		}
	}
	return all
}
