package sfutest

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// Source is what a peer publishes.
type Source struct {
	Kind   livekit.TrackType
	Source livekit.TrackSource
	Codec  string // MIME type
	Muted  bool
	Loud   bool // sound that counts as speech
	Name   string
}

// Microphone is 50 packets a second of Opus.
func Microphone() Source {
	return Source{Kind: livekit.TrackType_AUDIO, Source: livekit.TrackSource_MICROPHONE, Codec: webrtc.MimeTypeOpus}
}

// Camera is 30 frames a second of VP8, two packets each; a key frame first and
// whenever one is asked for.
func Camera() Source {
	return Source{Kind: livekit.TrackType_VIDEO, Source: livekit.TrackSource_CAMERA, Codec: webrtc.MimeTypeVP8}
}

// Local is a track that a peer publishes.
type Local struct {
	peer   *Peer
	source Source
	track  *webrtc.TrackLocalStaticRTP
	sender *webrtc.RTPSender
	stop   chan struct{}
	once   sync.Once

	sent  atomic.Uint64
	keys  atomic.Uint64
	muted atomic.Bool

	mu   sync.Mutex
	info *livekit.TrackInfo
}

// Publish sends a track. It returns when the node has confirmed it.
func (p *Peer) Publish(ctx context.Context, source Source) (*Local, error) {
	cid := uuid.NewString()
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: source.Codec}, cid, "stream")
	if err != nil {
		return nil, err
	}
	local := &Local{peer: p, source: source, track: track, stop: make(chan struct{})}
	local.muted.Store(source.Muted)
	request := &livekit.AddTrackRequest{Cid: cid, Type: source.Kind, Source: source.Source, Muted: source.Muted, Name: source.Name}
	if source.Codec == webrtc.MimeTypeH264 {
		request.SimulcastCodecs = []*livekit.SimulcastCodec{{Codec: "h264", Cid: cid}}
	}
	if err := p.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: request}}); err != nil {
		return nil, err
	}
	if err := p.Until(ctx, "confirmation of a track", func() bool { return local.confirmed(cid) }); err != nil {
		return nil, err
	}
	if local.Info() == nil {
		return nil, errRefused
	}
	transceiver, err := p.rtc.up.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return nil, err
	}
	local.sender = transceiver.Sender()
	p.workers.Go(local.feedback)
	p.workers.Go(local.play)
	p.rtc.negotiate()
	return local, nil
}

// confirmed looks for the node's answer to addTrack: yes, or no.
func (l *Local) confirmed(cid string) bool {
	for _, message := range l.peer.Messages() {
		if published := message.GetTrackPublished(); published.GetCid() == cid {
			l.mu.Lock()
			l.info = published.GetTrack()
			l.mu.Unlock()
			return true
		}
		if refused := message.GetRequestResponse().GetAddTrack(); refused.GetCid() == cid {
			return true
		}
	}
	return false
}

// Info is what the node made of the track.
func (l *Local) Info() *livekit.TrackInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.info
}

// SID is the node's name for the track.
func (l *Local) SID() string { return l.Info().GetSid() }

// Sent counts packets, Keys key frames.
func (l *Local) Sent() uint64 { return l.sent.Load() }

// Keys counts key frames.
func (l *Local) Keys() uint64 { return l.keys.Load() }

// SetMuted mutes and unmutes, and tells the node.
func (l *Local) SetMuted(muted bool) error {
	l.muted.Store(muted)
	return l.peer.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Mute{Mute: &livekit.MuteTrackRequest{Sid: l.SID(), Muted: muted}}})
}

// Unpublish takes the track back.
func (l *Local) Unpublish() error {
	l.once.Do(func() { close(l.stop) })
	if err := l.peer.rtc.up.RemoveTrack(l.sender); err != nil {
		return err
	}
	l.peer.rtc.negotiate()
	return nil
}

// keyWanted is noted by feedback and served by play.
func (l *Local) feedback() {
	for {
		packets, _, err := l.sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			if _, ok := packet.(*rtcp.PictureLossIndication); ok {
				l.keys.Add(1)
			}
		}
	}
}

func (l *Local) play() {
	video := l.source.Kind == livekit.TrackType_VIDEO
	every, step := 20*time.Millisecond, uint32(960)
	if video {
		every, step = 33*time.Millisecond, 3000
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	g := generator{local: l, served: ^uint64(0)}
	for {
		select {
		case <-l.stop:
			return
		case <-l.peer.done:
			return
		case <-tick.C:
		}
		g.timestamp += step
		if l.muted.Load() {
			continue
		}
		if video {
			g.frame()
		} else {
			g.sound()
		}
	}
}

// generator makes packets that look like the codec's to a media server.
type generator struct {
	local     *Local
	sequence  uint16
	timestamp uint32
	picture   uint16
	served    uint64 // key frames asked for that were sent
}

func (g *generator) write(payload []byte, marker bool, level []byte) {
	header := rtp.Header{Version: 2, SequenceNumber: g.sequence, Timestamp: g.timestamp, Marker: marker}
	g.sequence++
	if level != nil {
		for _, extension := range g.local.sender.GetParameters().HeaderExtensions {
			if extension.URI == audioLevelURI {
				_ = header.SetExtension(uint8(extension.ID), level)
			}
		}
	}
	if err := g.local.track.WriteRTP(&rtp.Packet{Header: header, Payload: payload}); err == nil {
		g.local.sent.Add(1)
	}
}

func (g *generator) sound() {
	level := []byte{127}
	if g.local.source.Loud {
		level[0] = 20
	}
	g.write(make([]byte, 80), false, level)
}

func (g *generator) frame() {
	wanted := g.local.keys.Load()
	key := g.served != wanted
	g.served = wanted
	g.picture = (g.picture + 1) & 0x7fff
	for i := range 2 {
		payload := make([]byte, 900)
		copy(payload, g.head(i == 0, key))
		g.write(payload, i == 1, nil)
	}
}

// head is the start of a frame's packet, for the codec.
func (g *generator) head(first, key bool) []byte {
	if g.local.source.Codec == webrtc.MimeTypeH264 {
		nal := byte(0x41)
		if key {
			nal = 0x67
		}
		return []byte{nal, 0x42, 0xe0, 0x1f}
	}
	descriptor := []byte{0x80, 0x80, 0x80 | byte(g.picture>>8), byte(g.picture), 0x01}
	if first {
		descriptor[0] |= 0x10
	}
	if key {
		descriptor[4] = 0x00
	}
	return descriptor
}
