package sfutest

import (
	"errors"
	"net"
	"strings"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

const audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

func registerCodecs(media *webrtc.MediaEngine, o Options) error {
	if !o.OnlyVP8 {
		return media.RegisterDefaultCodecs()
	}
	opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}
	vp8 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	return errors.Join(
		media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: opus, PayloadType: 111}, webrtc.RTPCodecTypeAudio),
		media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: vp8, PayloadType: 96}, webrtc.RTPCodecTypeVideo),
	)
}

func newAPI(o Options, b *buffers, registry *interceptor.Registry) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := registerCodecs(media, o); err != nil {
		return nil, err
	}
	if o.RED {
		red := webrtc.RTPCodecCapability{MimeType: MimeTypeRED, ClockRate: 48000, Channels: 2, SDPFmtpLine: "111/111"}
		if err := media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: red, PayloadType: 63}, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}
	if err := registerInterceptors(o, media, registry); err != nil {
		return nil, err
	}
	for uri, kind := range map[string]webrtc.RTPCodecType{
		audioLevelURI: webrtc.RTPCodecTypeAudio, sdp.SDESMidURI: webrtc.RTPCodecTypeVideo, sdp.SDESRTPStreamIDURI: webrtc.RTPCodecTypeVideo,
		extRepairedID: webrtc.RTPCodecTypeVideo,
	} {
		if err := media.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
			return nil, err
		}
	}
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	if o.TCP {
		s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	}
	if o.Weak != nil {
		network, err := newNetwork(o.Weak)
		if err != nil {
			return nil, err
		}
		s.SetNet(network)
	}
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetHostAcceptanceMinWait(0)
	s.SetRelayAcceptanceMinWait(0)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
	if o.OldCipher {
		s.SetSRTPProtectionProfiles(dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	}
	if o.Active {
		if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleClient); err != nil {
			return nil, err
		}
	}
	s.DisableSRTPReplayProtection(true) // so that tests see a packet that was sent twice
	s.BufferFactory = b.buffer
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(s)), nil
}

func registerInterceptors(o Options, media *webrtc.MediaEngine, registry *interceptor.Registry) error {
	if o.Estimates {
		if err := webrtc.ConfigureTWCCHeaderExtensionSender(media, registry); err != nil {
			return err
		}
	}
	if !o.RTX {
		return o.Feedback.register(media, registry)
	}
	generator, err := nack.NewGeneratorInterceptor()
	if err != nil {
		return err
	}
	registry.Add(generator)
	media.RegisterFeedback(webrtc.RTCPFeedback{Type: "nack"}, webrtc.RTPCodecTypeVideo)
	media.RegisterFeedback(webrtc.RTCPFeedback{Type: "nack", Parameter: "pli"}, webrtc.RTPCodecTypeVideo)
	return errors.Join(webrtc.ConfigureRTCPReports(registry), webrtc.ConfigureTWCCSender(media, registry))
}

// relayed is the configuration of a peer whose network lets only one kind of
// TURN through.
func relayed(o Options, servers []*livekit.ICEServer) webrtc.Configuration {
	var c webrtc.Configuration
	if o.Relay == "" {
		return c
	}
	c.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	for _, s := range servers {
		for _, url := range s.GetUrls() {
			if strings.HasPrefix(url, "turn:") && strings.HasSuffix(url, "="+o.Relay) {
				c.ICEServers = append(c.ICEServers, webrtc.ICEServer{URLs: []string{url}, Username: s.GetUsername(), Credential: s.GetCredential()})
			}
		}
	}
	return c
}
