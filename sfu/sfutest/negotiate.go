package sfutest

import (
	"fmt"
	"strings"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
)

func (r *rtc) addSections(audio, video uint32) error {
	for range audio {
		if _, err := r.up.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			return err
		}
	}
	for range video {
		if _, err := r.up.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			return err
		}
	}
	return nil
}

// Sections counts the media sections of the connection that the peer receives
// on. It must not grow with every track that comes and goes.
func (p *Peer) Sections() int {
	local := p.rtc.down.LocalDescription()
	if local == nil {
		return 0
	}
	return strings.Count(local.SDP, "\nm=")
}

// Receiving counts the media sections that the node sends on, as it says. (Pion
// does not always end the reads of a track whose section has gone quiet.)
func (p *Peer) Receiving() int {
	remote := p.rtc.down.CurrentRemoteDescription()
	if remote == nil {
		return 0
	}
	n := 0
	for i, section := range strings.Split(remote.SDP, "\nm=") {
		if i > 0 && !strings.HasPrefix(section, "application") && strings.Contains(section, "\na=send") {
			n++
		}
	}
	return n
}

// handle does the media part of what the node says.
func (r *rtc) handle(response *livekit.SignalResponse) {
	switch message := response.Message.(type) {
	case *livekit.SignalResponse_Offer:
		r.answer(message.Offer)
	case *livekit.SignalResponse_Answer:
		r.answered(message.Answer)
	case *livekit.SignalResponse_MediaSectionsRequirement:
		if r.addSections(message.MediaSectionsRequirement.GetNumAudios(), message.MediaSectionsRequirement.GetNumVideos()) == nil {
			r.negotiate()
		}
	}
}

// LoseOffers makes the node's next offers get lost on their way.
func (p *Peer) LoseOffers(n int) {
	p.rtc.mu.Lock()
	defer p.rtc.mu.Unlock()
	p.rtc.lose = n
}

// HoldAnswers keeps back the answers to the node's offers, as a busy browser does,
// until the returned function is called.
func (p *Peer) HoldAnswers() (release func()) {
	p.rtc.mu.Lock()
	defer p.rtc.mu.Unlock()
	p.rtc.hold = true
	return func() {
		p.rtc.mu.Lock()
		held := p.rtc.held
		p.rtc.hold, p.rtc.held = false, nil
		p.rtc.mu.Unlock()
		for _, offer := range held {
			p.rtc.note("an offer", p.rtc.takeOffer(offer))
		}
	}
}

// Lost says whether the offers that were to get lost have.
func (p *Peer) Lost() bool {
	p.rtc.mu.Lock()
	defer p.rtc.mu.Unlock()
	return p.rtc.lose == 0
}

func (r *rtc) answer(offer *livekit.SessionDescription) {
	r.mu.Lock()
	lost := r.lose > 0
	if lost {
		r.lose--
	}
	held := !lost && r.hold
	if held {
		r.held = append(r.held, offer)
	}
	r.mu.Unlock()
	if lost || held {
		r.peer.touch()
		return
	}
	r.note("an offer", r.takeOffer(offer))
}

func (r *rtc) takeOffer(offer *livekit.SessionDescription) error {
	if err := r.down.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.GetSdp()}); err != nil {
		return err
	}
	answer, err := r.down.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := r.down.SetLocalDescription(answer); err != nil {
		return err
	}
	return r.peer.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{Answer: &livekit.SessionDescription{
		Type: "answer", Sdp: r.said(answer.SDP), Id: offer.GetId(),
	}}})
}

// note keeps what went wrong with a description, for whoever waits for its
// connection.
func (r *rtc) note(what string, err error) {
	if err != nil {
		text := what + ": " + err.Error()
		r.trouble.Store(&text)
	}
}

// state says how a connection stands.
func (r *rtc) state(pc *webrtc.PeerConnection) string {
	text := fmt.Sprintf("signalling %s, ICE %s, connection %s", pc.SignalingState(), pc.ICEConnectionState(), pc.ConnectionState())
	if trouble := r.trouble.Load(); trouble != nil {
		text += ", " + *trouble
	}
	return text
}

// said is a description as the node gets it.
func (r *rtc) said(sdp string) string {
	const before = "a=fingerprint:sha-256 "
	if r.repairer != nil {
		sdp = describeRepairs(sdp)
	}
	if !r.peer.options.Forged {
		return sdp
	}
	var out strings.Builder
	for i, part := range strings.Split(sdp, before) {
		if i > 0 {
			out.WriteString(before)
			if part[0] == '0' {
				part = "1" + part[1:]
			} else {
				part = "0" + part[1:]
			}
		}
		out.WriteString(part)
	}
	return out.String()
}

// negotiate offers, now or as soon as the offer that is out has its answer.
func (r *rtc) negotiate() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty = true
	r.offer(nil)
}

func (r *rtc) offer(options *webrtc.OfferOptions) {
	if r.outstanding || !r.dirty {
		return
	}
	offer, err := r.up.CreateOffer(options)
	if err == nil {
		err = r.up.SetLocalDescription(offer)
	}
	if err != nil {
		r.note("offering", err)
		return
	}
	r.offers++
	r.outstanding, r.dirty = true, false
	_ = r.peer.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Offer{Offer: &livekit.SessionDescription{
		Type: "offer", Sdp: r.said(offer.SDP), Id: r.offers,
	}}})
}

func (r *rtc) answered(answer *livekit.SessionDescription) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if answer.GetId() != r.offers {
		return
	}
	if err := r.up.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.GetSdp()}); err != nil {
		r.note("an answer", err)
		return
	}
	r.outstanding = false
	r.offer(nil)
}

// restart offers with new ICE credentials on a resumed connection.
func (r *rtc) restart() error {
	if err := r.peer.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_SyncState{SyncState: &livekit.SyncState{}}}); err != nil {
		return err
	}
	if r.up.CurrentRemoteDescription() == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty = true
	r.offer(&webrtc.OfferOptions{ICERestart: true})
	return nil
}
