package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
)

// link is a peer connection with what negotiating it needs.
type link struct {
	target livekit.SignalTarget
	pc     *webrtc.PeerConnection

	mu          sync.Mutex // of negotiation
	early       []webrtc.ICECandidateInit
	offers      uint32
	outstanding bool
	dirty       bool
}

func newLink(target livekit.SignalTarget) (*link, error) {
	api, err := newAPI()
	if err != nil {
		return nil, err
	}
	own, err := certificate()
	if err != nil {
		return nil, err
	}
	pc, err := api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{own}})
	if err != nil {
		return nil, fmt.Errorf("make peer connection: %w", err)
	}
	return &link{target: target, pc: pc}, nil
}

// firstOffer is that of one-connection mode: three sections of each kind to
// receive on, and the data channels, as livekit-client makes it.
func (l *link) firstOffer() (string, error) {
	if err := l.addSections(3, 3); err != nil {
		return "", err
	}
	if err := l.openChannels(); err != nil {
		return "", err
	}
	l.offers, l.outstanding = 1, true
	return l.makeOffer()
}

func (l *link) addSections(audio, video uint32) error {
	for kind, n := range map[webrtc.RTPCodecType]uint32{webrtc.RTPCodecTypeAudio: audio, webrtc.RTPCodecTypeVideo: video} {
		for range n {
			if _, err := l.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
				return fmt.Errorf("add section: %w", err)
			}
		}
	}
	return nil
}

func (l *link) openChannels() error {
	unordered, none := false, uint16(0)
	if _, err := l.pc.CreateDataChannel("_lossy", &webrtc.DataChannelInit{Ordered: &unordered, MaxRetransmits: &none}); err != nil {
		return fmt.Errorf("make data channel: %w", err)
	}
	if _, err := l.pc.CreateDataChannel("_reliable", nil); err != nil {
		return fmt.Errorf("make data channel: %w", err)
	}
	return nil
}

func (l *link) makeOffer() (string, error) {
	offer, err := l.pc.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("make offer: %w", err)
	}
	return l.settle(offer)
}

// settle takes a local description and gives its text with the candidates in it.
func (l *link) settle(description webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(l.pc)
	if err := l.pc.SetLocalDescription(description); err != nil {
		return "", fmt.Errorf("set local description: %w", err)
	}
	<-gathered
	local := l.pc.LocalDescription()
	if local == nil {
		return "", errors.New("connection is closed")
	}
	return local.SDP, nil
}

// offer gives the next offer, or nothing as long as one is out.
func (l *link) offer() (*livekit.SessionDescription, error) {
	if l.outstanding || !l.dirty {
		return nil, nil
	}
	text, err := l.makeOffer()
	if err != nil {
		return nil, err
	}
	l.offers++
	l.outstanding, l.dirty = true, false
	return &livekit.SessionDescription{Type: "offer", Sdp: text, Id: l.offers}, nil
}

// remote takes the other end's description, and the candidates that came before it.
func (l *link) remote(kind webrtc.SDPType, text string) error {
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: kind, SDP: text}); err != nil {
		return fmt.Errorf("set remote description: %w", err)
	}
	for _, candidate := range l.early {
		if err := l.pc.AddICECandidate(candidate); err != nil {
			return fmt.Errorf("add candidate: %w", err)
		}
	}
	l.early = nil
	return nil
}

func (l *link) trickle(raw string) error {
	var candidate webrtc.ICECandidateInit
	if err := json.Unmarshal([]byte(raw), &candidate); err != nil {
		return fmt.Errorf("read candidate: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pc.RemoteDescription() == nil {
		l.early = append(l.early, candidate)
		return nil
	}
	if err := l.pc.AddICECandidate(candidate); err != nil {
		return fmt.Errorf("add candidate: %w", err)
	}
	return nil
}

// accepts says whether the other end knows a kind of feedback.
func (l *link) accepts(feedback string) bool {
	remote := l.pc.RemoteDescription()
	return remote != nil && strings.Contains(remote.SDP, feedback)
}
