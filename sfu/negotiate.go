package sfu

import (
	"errors"
	"fmt"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// gatherTimeout is far more than opening a handful of multiplexed sockets
// takes, on a machine that is not drowning.
const gatherTimeout = 10 * time.Second

// downlink carries tracks to a client. There are two ways: on a connection of
// its own, which the node offers, or on the only one, which the client offers.
// It belongs to the peer's goroutine.
type downlink interface {
	add(*subscription)
	remove(*subscription)
	flush()       // negotiates what has changed, as far as it can now
	agreed() bool // a first exchange of descriptions is done
	report([]rtcp.Packet)
	close()
}

// welcome is a peer's first job: tell the client who is there, and negotiate
// with every track in the first exchange.
func (p *peer) welcome(s *session, hello Hello, join *livekit.JoinResponse, tracks []*publication) {
	p.session = s
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_Join{Join: join}})
	if err := p.startDownlink(); err != nil {
		p.restart(err)
		return
	}
	for _, pub := range tracks {
		p.subscribeTo(pub)
	}
	if first := hello.Join.GetPublisherOffer(); first.GetSdp() != "" {
		p.onOffer(first)
	}
}

func (p *peer) startDownlink() error {
	if p.single {
		l, err := p.openUp()
		if err != nil {
			return err
		}
		p.watchState(l)
		p.downlink = newAnswerer(p, l)
		return nil
	}
	l, err := p.node.transport.connect(false, true)
	if err != nil {
		return err
	}
	p.downlink = newOfferer(p, l)
	p.watchState(l)
	return p.data.create(l.PeerConnection)
}

// openUp makes the connection that the client offers, once.
func (p *peer) openUp() (link, error) {
	if p.up.PeerConnection != nil {
		return p.up, nil
	}
	l, err := p.node.transport.connect(true, p.single)
	if err != nil {
		return link{}, err
	}
	p.up = l
	if !p.single {
		l.OnConnectionStateChange(func(state webrtc.PeerConnectionState) { p.post(func() { p.checkHandshake(l, state) }) })
	}
	l.OnTrack(func(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		p.onTrack(l.PeerConnection, remote, receiver)
	})
	l.OnDataChannel(func(channel *webrtc.DataChannel) { p.data.accept(channel, p.single) })
	return l, nil
}

// watchState follows the connection that the client receives on.
func (p *peer) watchState(l link) {
	l.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) {
		if state == webrtc.ICEConnectionStateConnected {
			p.post(func() {
				p.prepareSubs() // those from the start are old by now, if the way is long
				p.flush()       // what had to wait for this, see offerer.early
			})
		}
	})
	l.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		p.post(func() {
			p.onState(state)
			p.checkHandshake(l, state)
		})
	})
}

// checkHandshake ends the stay of who cannot come to a common secret with the
// node: a DTLS transport that has failed never recovers, and until somebody
// noticed, others would see a person whom they cannot hear.
func (p *peer) checkHandshake(l link, state webrtc.PeerConnectionState) {
	transport := l.SCTP().Transport()
	if state == webrtc.PeerConnectionStateFailed && transport.State() == webrtc.DTLSTransportStateFailed {
		p.onFailedHandshake(transport)
	}
}

// onFailedHandshake tells a wrong certificate from a handshake that got lost.
// With the first, whoever is at the other end is not who speaks in the signals,
// or cannot say who they are; another try would end the same way.
func (p *peer) onFailedHandshake(transport *webrtc.DTLSTransport) {
	if len(transport.GetRemoteCertificate()) == 0 {
		p.restart(errors.New("the DTLS handshake failed"))
		return
	}
	p.log.Warn("the client's certificate is not the one that it announced")
	p.leave(ReasonInsecure)
}

func (p *peer) onState(state webrtc.PeerConnectionState) {
	p.connected = state == webrtc.PeerConnectionStateConnected
	if p.connected {
		p.room.activate(p)
		p.openSubs()
	}
}

func (p *peer) flush() {
	if p.downlink != nil && !p.gone {
		p.downlink.flush()
	}
}

// onOffer answers a client's offer.
func (p *peer) onOffer(sd *livekit.SessionDescription) {
	if err := p.answer(sd); err != nil {
		p.restart(fmt.Errorf("answer offer: %w", err))
	}
}

func (p *peer) answer(sd *livekit.SessionDescription) error {
	o, err := parseOffer(sd.GetSdp())
	if err != nil {
		return err
	}
	l, err := p.openUp()
	if err != nil {
		return err
	}
	if err := l.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.text}); err != nil {
		return err
	}
	l.inflow.flow.Agree(o.terms)
	p.claim(o.sections)
	answerer, single := p.downlink.(*answerer)
	if single {
		if err := answerer.place(o.sections); err != nil {
			return err
		}
	}
	answer, err := l.CreateAnswer(nil)
	if err != nil {
		return err
	}
	text, err := l.settle(answer)
	if err != nil {
		return err
	}
	reply := &livekit.SessionDescription{Type: "answer", Sdp: p.tuneOpus(text), Id: sd.GetId()}
	if single {
		reply.Sdp = silence(p.describeRepair(reply.Sdp), answerer.isFree)
		reply.MidToTrackId = p.midToTrack()
	}
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_Answer{Answer: reply}})
	p.adopt()
	if single {
		answerer.answered()
		p.openSubs()
	}
	return nil
}

// settle takes a local description and gives its text with the candidates in
// it: an exchange of candidates afterwards would only take time.
func (l link) settle(description webrtc.SessionDescription) (string, error) {
	if err := l.SetLocalDescription(description); err != nil {
		return "", err
	}
	select {
	case <-webrtc.GatheringCompletePromise(l.PeerConnection):
	case <-time.After(gatherTimeout):
		return "", errors.New("gathering candidates takes too long")
	}
	local := l.LocalDescription()
	if local == nil {
		return "", errors.New("connection is closed")
	}
	return local.SDP, nil
}
