package sfutest

import (
	"errors"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

// Feedback is what a peer reports about what it receives.
type Feedback uint8

const (
	// Full is what browsers do: transport-wide feedback, reports, NACK.
	Full Feedback = iota
	// ReportsOnly is a client without transport-wide feedback. It may say its own
	// estimate, see Peer.SayREMB.
	ReportsOnly
	// Silent is a client that sends no RTCP at all.
	Silent
)

// register sets a peer's connection up.
func (f Feedback) register(media *webrtc.MediaEngine, registry *interceptor.Registry) error {
	// As livekit-client does: sound that is lost is asked for too.
	nack := webrtc.RTCPFeedback{Type: "nack"}
	switch f {
	case Silent: // it lets packets be numbered, and says nothing of the numbers
		extension := webrtc.RTPHeaderExtensionCapability{URI: sdp.TransportCCURI}
		return errors.Join(
			media.RegisterHeaderExtension(extension, webrtc.RTPCodecTypeVideo),
			media.RegisterHeaderExtension(extension, webrtc.RTPCodecTypeAudio),
		)
	case ReportsOnly:
		media.RegisterFeedback(nack, webrtc.RTPCodecTypeAudio)
		return errors.Join(webrtc.ConfigureNack(media, registry), webrtc.ConfigureRTCPReports(registry))
	default:
		err := webrtc.RegisterDefaultInterceptors(media, registry)
		media.RegisterFeedback(nack, webrtc.RTPCodecTypeAudio)
		return err
	}
}

// SayREMB tells the node how many bits a second the peer thinks that its way
// carries: draft-alvestrand-rmcat-remb-03.
func (p *Peer) SayREMB(bits float32) error {
	message := &rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: bits}
	for _, t := range p.Tracks() {
		message.SSRCs = append(message.SSRCs, t.ssrc)
	}
	return p.rtc.down.WriteRTCP([]rtcp.Packet{message})
}
