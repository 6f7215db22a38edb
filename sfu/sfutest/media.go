package sfutest

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
)

// Source is what a peer publishes.
type Source struct {
	Kind   livekit.TrackType
	Source livekit.TrackSource
	Codec  string // MIME type
	Muted  bool
	Loud   bool // sound that counts as speech
	Stereo bool
	Broken bool // payloads that are none of the codec
	Name   string
	Reuse  bool // on a section that has gone quiet, if there is one

	Simulcast  bool                    // three streams of video, see Rids
	Backup     string                  // MIME type of a codec that could be sent beside
	Of         string                  // sid of the track that this is the backup of
	Dynacast   bool                    // stops streams that the node says nobody watches
	Mark       uint8                   // see Local.Mark
	Encryption livekit.Encryption_Type // what the client says it does end to end
	Real       bool                    // streams as large as a camera's: 150, 500 and 1,500 kbit/s
}

// MimeTypeRED is Opus with the sound of the packet before again, RFC 2198.
const MimeTypeRED = "audio/red"

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
	peer    *Peer
	source  Source
	sender  *webrtc.RTPSender
	section *webrtc.RTPTransceiver
	streams []*Stream // one, or as many as Rids
	stop    chan struct{}
	once    sync.Once
	muted   atomic.Bool
	mark    atomic.Uint32

	mu   sync.Mutex
	info *livekit.TrackInfo
}

// Publish sends a track. It returns when the node has confirmed it.
//
//nolint:staticcheck // the deprecated fields are the ones that clients use
func (p *Peer) Publish(ctx context.Context, source Source) (*Local, error) {
	cid := uuid.NewString()
	local := &Local{peer: p, source: source, stop: make(chan struct{})}
	local.muted.Store(source.Muted)
	local.Mark(source.Mark)
	if err := local.addStreams(cid); err != nil {
		return nil, err
	}
	request := &livekit.AddTrackRequest{Cid: cid, Type: source.Kind, Source: source.Source, Muted: source.Muted, Name: source.Name, Stereo: source.Stereo, Encryption: source.Encryption}
	switch source.Codec {
	case webrtc.MimeTypeH264, webrtc.MimeTypeVP9, webrtc.MimeTypePCMU, webrtc.MimeTypePCMA:
		request.SimulcastCodecs = []*livekit.SimulcastCodec{{Codec: shortCodec(source.Codec), Cid: cid}}
	}
	switch {
	case source.Backup != "":
		request.SimulcastCodecs = append(request.SimulcastCodecs, &livekit.SimulcastCodec{Codec: shortCodec(source.Backup)})
	case source.Of != "":
		request.Sid = source.Of
		request.SimulcastCodecs = []*livekit.SimulcastCodec{{Codec: shortCodec(source.Codec), Cid: cid}}
	}
	if source.Simulcast {
		request.Layers = videoLayers()
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
	if err := local.open(); err != nil {
		return nil, err
	}
	for _, stream := range local.streams {
		p.workers.Go(stream.feedback)
	}
	p.workers.Go(local.play)
	p.mu.Lock()
	p.senders = append(p.senders, local)
	p.mu.Unlock()
	p.rtc.negotiate()
	return local, nil
}

// shortCodec is how clients name a codec: "vp8" for "video/VP8".
func shortCodec(mime string) string {
	_, name, _ := strings.Cut(mime, "/")
	return strings.ToLower(name)
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

// Sent counts packets of all streams.
func (l *Local) Sent() (n uint64) {
	for _, stream := range l.streams {
		n += stream.Sent()
	}
	return n
}

// Keys counts requests for key frames of all streams.
func (l *Local) Keys() (n uint64) {
	for _, stream := range l.streams {
		n += stream.Keys()
	}
	return n
}

// SetMuted mutes and unmutes, and tells the node.
func (l *Local) SetMuted(muted bool) error {
	l.muted.Store(muted)
	return l.peer.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Mute{Mute: &livekit.MuteTrackRequest{Sid: l.SID(), Muted: muted}}})
}

// Unpublish takes the track back.
func (l *Local) Unpublish() error {
	l.once.Do(func() { close(l.stop) })
	l.deafen()
	if err := l.peer.rtc.up.RemoveTrack(l.sender); err != nil {
		return err
	}
	l.peer.rtc.negotiate()
	return nil
}

func (l *Local) play() {
	video := l.source.Kind == livekit.TrackType_VIDEO
	every, step := 20*time.Millisecond, uint32(960)
	switch {
	case video:
		every, step = 33*time.Millisecond, 3000
	case l.source.Codec == webrtc.MimeTypePCMU, l.source.Codec == webrtc.MimeTypePCMA:
		step = 160
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-l.peer.done:
			return
		case <-tick.C:
		}
		for _, stream := range l.streams {
			stream.timestamp += step
			if l.muted.Load() || stream.stopped.Load() || !l.wanted(stream) {
				continue
			}
			if video {
				stream.frame()
			} else {
				stream.sound()
			}
		}
	}
}

// generator makes packets that look like the codec's to a media server.
type generator struct {
	sequence  uint16
	timestamp uint32
	picture   uint16
	served    uint64 // key frames asked for that were sent
}
