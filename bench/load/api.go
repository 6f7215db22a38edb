package load

import (
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/logging"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

// Header extensions that browsers offer.
const (
	extAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	extRepairedID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
)

// certificate is one for all clients of the process: making one each would
// only warm the load's core.
var certificate = sync.OnceValues(newCertificate)

// newAPI makes connections that ask for AES-128-GCM alone, so that every
// server encrypts alike, and that find loopback at once.
func newAPI() (*webrtc.API, error) {
	media, err := newMediaEngine()
	if err != nil {
		return nil, err
	}
	registry, err := sending()
	if err != nil {
		return nil, err
	}
	var s webrtc.SettingEngine
	// What Pion has to tell comes while connections end; what matters fails the measurement.
	s.LoggerFactory = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetHostAcceptanceMinWait(0)
	s.SetPrflxAcceptanceMinWait(0)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
	s.SetDTLSRetransmissionInterval(100 * time.Millisecond)
	s.SetICETimeouts(20*time.Second, 60*time.Second, 2*time.Second)
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(s)), nil
}

// sending is what a publisher does beside sending: answers NACKs, reports, and
// numbers its packets for transport feedback. Receiving is done by feedback.
func sending() (*interceptor.Registry, error) {
	registry := &interceptor.Registry{}
	responder, err := nack.NewResponderInterceptor()
	if err != nil {
		return nil, fmt.Errorf("make NACK responder: %w", err)
	}
	reports, err := report.NewSenderInterceptor()
	if err != nil {
		return nil, fmt.Errorf("make sender reports: %w", err)
	}
	numbers, err := twcc.NewHeaderExtensionInterceptor()
	if err != nil {
		return nil, fmt.Errorf("make transport numbers: %w", err)
	}
	registry.Add(responder)
	registry.Add(reports)
	registry.Add(numbers)
	return registry, nil
}

func newMediaEngine() (*webrtc.MediaEngine, error) {
	media := &webrtc.MediaEngine{}
	congestion := []webrtc.RTCPFeedback{{Type: "goog-remb"}, {Type: "transport-cc"}}
	video := append(congestion, webrtc.RTCPFeedback{Type: "ccm", Parameter: "fir"}, webrtc.RTCPFeedback{Type: "nack"}, webrtc.RTCPFeedback{Type: "nack", Parameter: "pli"})
	codecs := map[webrtc.RTPCodecType][]webrtc.RTPCodecParameters{
		webrtc.RTPCodecTypeAudio: {{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
			RTCPFeedback: []webrtc.RTCPFeedback{{Type: "transport-cc"}},
		}}},
		webrtc.RTPCodecTypeVideo: {
			{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: video}},
			{PayloadType: 97, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "video/rtx", ClockRate: 90000, SDPFmtpLine: "apt=96"}},
		},
	}
	extensions := map[webrtc.RTPCodecType][]string{
		webrtc.RTPCodecTypeAudio: {sdp.SDESMidURI, sdp.TransportCCURI, sdp.ABSSendTimeURI, extAudioLevel},
		webrtc.RTPCodecTypeVideo: {sdp.SDESMidURI, sdp.SDESRTPStreamIDURI, extRepairedID, sdp.TransportCCURI, sdp.ABSSendTimeURI},
	}
	for kind, list := range codecs {
		for _, codec := range list {
			if err := media.RegisterCodec(codec, kind); err != nil {
				return nil, fmt.Errorf("register %s: %w", codec.MimeType, err)
			}
		}
		for _, uri := range extensions[kind] {
			if err := media.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return nil, fmt.Errorf("register %s: %w", uri, err)
			}
		}
	}
	return media, nil
}
