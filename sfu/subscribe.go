package sfu

import (
	"slices"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

// subscription is one track on its way to one peer.
type subscription struct {
	pub         *publication
	sub         *forward.Sub
	sender      *webrtc.RTPSender      // nil until it has a media section
	repair      *webrtc.RTPSender      // of video: lends the SSRC of retransmissions
	transceiver *webrtc.RTPTransceiver // the section
	open        bool
	deafen      []func() // end the hearing of the client's reports
	given       *int     // quality that the network leaves room for; nil: not looked at yet
}

// subscribeTo takes a track, unless the person does not want it or may not
// have it, or asks for it when they want it.
func (p *peer) subscribeTo(pub *publication) {
	if p.auto && !p.refused[pub.sid] && p.givesUnasked(pub) {
		p.subscribe(pub)
	}
}

// givesUnasked says whether the client is given a track that it has not asked for.
// One that shows people on pages says how many cameras it has places for. It gets
// as many at once; the others' cost it a media section each for nothing, and it
// asks for them where it shows them. Voices and screens always come.
func (p *peer) givesUnasked(pub *publication) bool {
	if p.unasked == 0 || !pub.isCamera() {
		return true
	}
	cameras := 0
	for _, s := range p.subs {
		if s.pub.isCamera() {
			cameras++
		}
	}
	return cameras < p.unasked
}

func (p *peer) subscribe(pub *publication) {
	if p.downlink == nil || !p.rights.Load().subscribe || p.subs[pub.sid] != nil || !p.room.maySubscribe(p, pub) {
		return
	}
	s := &subscription{pub: pub, sub: forward.NewSub(pub.track, p.streamID(pub))}
	p.subs[pub.sid] = s
	if p.adaptive {
		s.sub.SetQuality(0) // until it says better: soon there, and cheap for the publisher
	}
	if pub.demand != nil {
		pub.demand.add(s.sub)
		pub.raise() // early: the publisher needs a moment to start again
	}
	s.sub.Prepare()
	p.downlink.add(s)
}

// prepareSubs has key frames made while the connection comes up.
func (p *peer) prepareSubs() {
	for _, s := range p.subs {
		if !s.open {
			s.sub.Prepare()
		}
	}
}

// streamID is what the client reads the publisher and the track from. With the
// track in it, it is the only part of the SDP that every client reads right,
// also when a section is used again.
func (p *peer) streamID(pub *publication) string { return pub.owner.sid + "|" + pub.sid }

// syncedStreamID is one for all that has to be played in step: browsers keep
// lips and voice together within a stream. The client then has to find the
// track by other means: in one-connection mode by the section, in
// two-connection mode by the track's id, which is right in a new section only.
func (p *peer) syncedStreamID(pub *publication, reused bool) string {
	if pub.stream == "" || !p.syncs || (reused && !p.single) {
		return p.streamID(pub)
	}
	return pub.owner.sid + "|" + pub.stream
}

// syncsStreams says whether a client finds tracks in a stream of several.
// Firefox does not: it reads the track from the stream's name.
func syncsStreams(client *livekit.ClientInfo) bool {
	return client.GetSdk() == livekit.ClientInfo_JS && !strings.EqualFold(client.GetBrowser(), "firefox")
}

// streamCamera is the stream of a person's picture and voice.
const streamCamera = "camera"

// isCamera says whether a track is somebody's picture.
func (pub *publication) isCamera() bool {
	return pub.stream == streamCamera && pub.track.Kind == webrtc.RTPCodecTypeVideo
}

// streamOf groups a person's tracks.
func streamOf(source livekit.TrackSource) string {
	switch source {
	case livekit.TrackSource_CAMERA, livekit.TrackSource_MICROPHONE:
		return streamCamera
	case livekit.TrackSource_SCREEN_SHARE, livekit.TrackSource_SCREEN_SHARE_AUDIO:
		return "screen"
	default:
		return ""
	}
}

func (p *peer) unsubscribe(pub *publication) {
	s := p.subs[pub.sid]
	if s == nil || s.pub != pub {
		return
	}
	delete(p.subs, pub.sid)
	s.end()
	p.downlink.remove(s)
}

// dropSubscriptions ends all of them without a negotiation.
func (p *peer) dropSubscriptions() {
	for _, s := range p.subs {
		s.end()
	}
	clear(p.subs)
}

// end takes nothing of the track any more.
func (s *subscription) end() {
	s.pub.track.Unsubscribe(s.sub)
	s.endRepair()
	for _, deafen := range s.deafen {
		deafen()
	}
	s.deafen = nil
	if s.pub.demand != nil {
		s.pub.demand.remove(s.sub)
	}
}

// attach puts a subscription on a media section: a free one, or a new one.
func (p *peer) attach(l link, s *subscription, free *webrtc.RTPTransceiver) error {
	s.sub.SetStreamID(p.syncedStreamID(s.pub, free != nil))
	s.sub.SetPath(p.path)
	if err := p.addRepair(l, s); err != nil {
		return err
	}
	track := outgoing{Sub: s.sub, outlets: l.outlets}
	if free == nil {
		transceiver, err := l.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return err
		}
		s.transceiver, s.sender = transceiver, transceiver.Sender()
	} else {
		// Not AddTrack: it may take the section of a track of the client's.
		sender, err := l.api.NewRTPSender(track, l.SCTP().Transport())
		if err != nil {
			return err
		}
		if err := free.SetSender(sender, track); err != nil {
			return err
		}
		s.transceiver, s.sender = free, sender
	}
	p.hearFeedback(l, s.sender, s)
	return nil
}

// openSubs lets media through to where the client is ready for it.
func (p *peer) openSubs() {
	if !p.connected {
		return
	}
	for _, s := range p.subs {
		if !s.open && s.sender != nil && s.sub.Bound() {
			s.open = true
			s.pub.track.Subscribe(s.sub)
			s.sub.Open()
			s.pub.watched()
			s.pub.raise() // it may be the backup that is wanted
		}
	}
	p.allot()
}

// midToTrack tells the client which section carries which track.
func (p *peer) midToTrack() map[string]string {
	mids := map[string]string{}
	for sid, s := range p.subs {
		if s.transceiver != nil && s.transceiver.Mid() != "" {
			mids[s.transceiver.Mid()] = sid
		}
	}
	return mids
}

// reportToSubscriber sends the sender reports that lip sync and the browser's
// statistics need.
func (p *peer) reportToSubscriber() {
	if !p.connected {
		return
	}
	now := p.node.mediaTime()
	var reports []rtcp.Packet
	for _, s := range p.subs {
		if report := s.sub.Report(now); s.open && report != nil {
			reports = append(reports, report)
		}
	}
	const perDatagram = 40 // reports of 28 bytes
	for len(reports) > 0 {
		n := min(len(reports), perDatagram)
		p.downlink.report(reports[:n])
		reports = reports[n:]
	}
}

// onSubscription takes and leaves tracks as the client says.
func (p *peer) onSubscription(request *livekit.UpdateSubscription) {
	sids := slices.Clone(request.GetTrackSids())
	for _, tracks := range request.GetParticipantTracks() {
		sids = append(sids, tracks.GetTrackSids()...)
	}
	p.gatherWishes()
	for _, sid := range sids {
		pub := p.room.publication(sid)
		if pub == nil && request.GetSubscribe() {
			p.unknownTrack(sid)
		}
		if pub == nil || pub.owner == p {
			continue
		}
		if request.GetSubscribe() {
			delete(p.refused, sid)
			p.subscribe(pub)
		} else {
			p.refused[sid] = true
			p.unsubscribe(pub)
		}
	}
}

// gatherWishes lets what a client wishes for in one go, a message each, go into one
// description: a page of pictures that takes the place of another.
func (p *peer) gatherWishes() {
	const forWishes = 20 * time.Millisecond
	if o, ok := p.downlink.(*offerer); ok {
		o.wait(forWishes)
	}
}

// onTrackSetting pauses tracks that nobody looks at, and caps the quality of
// those that are shown small.
func (p *peer) onTrackSetting(request *livekit.UpdateTrackSettings) {
	for _, sid := range request.GetTrackSids() {
		s := p.subs[sid]
		if s == nil {
			continue
		}
		s.sub.SetQuality(p.room.qualityFor(s.pub, request))
		s.sub.SetFrameRate(int(min(request.GetFps(), 1000)))
		s.sub.SetPaused(request.GetDisabled())
		s.pub.raise()
	}
}

// qualityFor is the smallest layer that fills the size that is asked for.
//
//nolint:staticcheck // the layers of a track's only codec stand in the deprecated field too
func (r *room) qualityFor(pub *publication, request *livekit.UpdateTrackSettings) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if request.GetWidth() == 0 {
		return int(min(request.GetQuality(), livekit.VideoQuality_HIGH))
	}
	best := livekit.VideoQuality_HIGH
	for _, layer := range pub.info.Layers {
		if layer.GetWidth() >= request.GetWidth() || layer.GetHeight() >= request.GetHeight() {
			best = min(best, layer.GetQuality())
		}
	}
	return int(best)
}

// publication finds a track of the room.
func (r *room) publication(sid string) *publication {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.peers {
		if pub := p.member.tracks[sid]; pub != nil {
			return pub
		}
	}
	return nil
}
