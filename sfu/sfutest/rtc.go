package sfutest

import (
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/gcc"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"
)

const audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

// rtc is a peer's connections: two, or the same one twice.
type rtc struct {
	peer     *Peer
	up, down *webrtc.PeerConnection
	single   bool
	buffers  buffers
	repairer *repairer
	bitrate  atomic.Int64 // estimated

	mu          sync.Mutex // guards negotiation
	offers      uint32
	outstanding bool
	dirty       bool
	reliable    *webrtc.DataChannel
	lossy       *webrtc.DataChannel
	lose        int // offers that do not arrive
}

func newRTC(p *Peer, servers []*livekit.ICEServer) (*rtc, error) {
	r := &rtc{peer: p, single: p.options.SinglePC}
	if p.options.LosesFirst {
		r.lose = 1
	}
	registry := &interceptor.Registry{}
	if p.options.RTX {
		r.repairer = newRepairer()
		registry.Add(r.repairer)
	}
	if p.options.Estimates {
		r.estimate(registry)
	}
	api, err := newAPI(p.options, &r.buffers, registry)
	if err != nil {
		return nil, err
	}
	config := relayed(p.options, servers)
	if r.up, err = api.NewPeerConnection(config); err != nil {
		return nil, err
	}
	r.down = r.up
	if !r.single {
		if api, err = newAPI(p.options, &r.buffers, &interceptor.Registry{}); err != nil {
			return nil, err
		}
		if r.down, err = api.NewPeerConnection(config); err != nil {
			return nil, err
		}
		r.down.OnDataChannel(func(channel *webrtc.DataChannel) { r.listen(channel) })
	} else if err := r.addSections(3, 3); err != nil {
		return nil, err
	}
	r.down.OnTrack(func(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) { p.count(remote, receiver) })
	return r, r.openChannels()
}

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

// estimate has Pion's bandwidth estimation look at what goes to the node.
func (r *rtc) estimate(registry *interceptor.Registry) {
	estimation, _ := cc.NewInterceptor(func() (cc.BandwidthEstimator, error) { // never fails
		return gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(startBitrate), gcc.SendSideBWEPacer(gcc.NewNoOpPacer()))
	})
	estimation.OnNewPeerConnection(func(_ string, e cc.BandwidthEstimator) {
		e.OnTargetBitrateChange(func(bitrate int) { r.bitrate.Store(int64(bitrate)) })
	})
	registry.Add(estimation)
}

// startBitrate is what an estimate starts from, in bits a second.
const startBitrate = 1_000_000

// Estimate is what the way to the node carries, in bits a second, by the node's
// feedback; 0: there was none yet.
func (p *Peer) Estimate() int { return int(p.rtc.bitrate.Load()) }

// Repairs counts packets that were sent again on streams of their own, and those
// that were asked for.
func (p *Peer) Repairs() (sent, asked uint64) {
	return p.rtc.repairer.sent.Load(), p.rtc.repairer.asked.Load()
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

func (r *rtc) primary() *webrtc.PeerConnection { return r.down }

// settle waits until no connection is in the middle of starting: Pion closes
// one by looking, without a lock, for what the start is about to write
// (ICETransport.stop of webrtc v3.3.6). One that never gets there is not waited
// for for long.
func (r *rtc) settle() {
	if r == nil {
		return
	}
	enough := time.After(3 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for r.up.ConnectionState() == webrtc.PeerConnectionStateConnecting || r.down.ConnectionState() == webrtc.PeerConnectionStateConnecting {
		select {
		case <-tick.C:
		case <-enough:
			return
		}
	}
}

func (r *rtc) close() error {
	if r == nil {
		return nil
	}
	defer r.buffers.close()
	if r.single {
		return r.up.Close()
	}
	return errors.Join(r.up.Close(), r.down.Close())
}

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

func (r *rtc) openChannels() error {
	ordered, unordered, none := true, false, uint16(0)
	var err error
	if r.reliable, err = r.up.CreateDataChannel("_reliable", &webrtc.DataChannelInit{Ordered: &ordered}); err != nil {
		return err
	}
	r.lossy, err = r.up.CreateDataChannel("_lossy", &webrtc.DataChannelInit{Ordered: &unordered, MaxRetransmits: &none})
	if err == nil && r.single {
		r.listen(r.reliable)
		r.listen(r.lossy)
	}
	return err
}

func (r *rtc) listen(channel *webrtc.DataChannel) {
	channel.OnMessage(func(message webrtc.DataChannelMessage) {
		if r.peer.options.Stuck {
			<-r.peer.done
			return
		}
		var packet livekit.DataPacket
		if proto.Unmarshal(message.Data, &packet) != nil {
			return
		}
		r.peer.mu.Lock()
		defer r.peer.mu.Unlock()
		r.peer.packets = append(r.peer.packets, &packet)
		r.peer.touchLocked()
	})
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
	r.mu.Unlock()
	if lost {
		r.peer.touch()
		return
	}
	if r.down.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.GetSdp()}) != nil {
		return
	}
	answer, err := r.down.CreateAnswer(nil)
	if err != nil || r.down.SetLocalDescription(answer) != nil {
		return
	}
	_ = r.peer.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{Answer: &livekit.SessionDescription{
		Type: "answer", Sdp: r.said(answer.SDP), Id: offer.GetId(),
	}}})
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
	if err != nil || r.up.SetLocalDescription(offer) != nil {
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
	if r.up.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.GetSdp()}) != nil {
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

// sids reads publisher and track from a stream id.
func sids(streamID string) (participant, track string) {
	participant, track, _ = strings.Cut(streamID, "|")
	return participant, track
}
