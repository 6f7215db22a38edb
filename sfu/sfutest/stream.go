package sfutest

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

// Rids name the streams of a simulcast, from low to high: quarter, half, full.
func Rids() []string { return []string{"q", "h", "f"} }

func videoLayers() []*livekit.VideoLayer {
	var layers []*livekit.VideoLayer
	for i := range Rids() {
		layers = append(layers, &livekit.VideoLayer{Quality: livekit.VideoQuality(i), Width: 320 << i, Height: 180 << i, Bitrate: 150_000 << (2 * i)})
	}
	return layers
}

// Stream is what a peer sends of a track: all of it, or one layer.
type Stream struct {
	local *Local
	rid   string // empty when it is the only one
	track *webrtc.TrackLocalStaticRTP

	sent    atomic.Uint64
	keys    atomic.Uint64
	report  atomic.Pointer[rtcp.ReceptionReport]
	stopped atomic.Bool
	deaf    chan struct{} // closed when feedback has ended
	generator
}

// Mark goes with each packet of video from now on, so that receivers can tell
// what is from before. Marks count up.
func (l *Local) Mark(mark uint8) { l.mark.Store(uint32(mark)) }

// Stream finds a layer by its rid.
func (l *Local) Stream(rid string) *Stream {
	i := slices.IndexFunc(l.streams, func(s *Stream) bool { return s.rid == rid })
	return l.streams[i]
}

// Sent counts packets.
func (s *Stream) Sent() uint64 { return s.sent.Load() }

// Keys counts requests for key frames.
func (s *Stream) Keys() uint64 { return s.keys.Load() }

// Report is the node's latest report on how the stream comes in, or nil.
func (s *Stream) Report() *rtcp.ReceptionReport { return s.report.Load() }

// SetStopped stops and starts the stream by itself, as a browser does whose
// network is too weak for it.
func (s *Stream) SetStopped(stopped bool) { s.stopped.Store(stopped) }

func (l *Local) addStreams(cid string) error {
	rids := []string{""}
	if l.source.Simulcast {
		rids = Rids()
	}
	for _, rid := range rids {
		var options []func(*webrtc.TrackLocalStaticRTP)
		if rid != "" {
			options = append(options, webrtc.WithRTPStreamID(rid))
		}
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: l.source.Codec}, cid, "stream", options...)
		if err != nil {
			return err
		}
		l.streams = append(l.streams, &Stream{local: l, rid: rid, track: track, deaf: make(chan struct{}), generator: generator{served: ^uint64(0)}})
	}
	return nil
}

// open puts the streams on a media section.
func (l *Local) open() error {
	if l.source.Reuse {
		return l.reopen()
	}
	var err error
	l.section, err = l.peer.rtc.up.AddTransceiverFromTrack(l.streams[0].track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return err
	}
	l.sender = l.section.Sender()
	for _, stream := range l.streams[1:] {
		if err := l.sender.AddEncoding(stream.track); err != nil {
			return err
		}
	}
	return nil
}

// reopen sends on a section that has gone quiet, as AddTrack of WebRTC does.
func (l *Local) reopen() error {
	up := l.peer.rtc.up
	before := len(up.GetTransceivers())
	var err error
	if l.sender, err = up.AddTrack(l.streams[0].track); err != nil {
		return err
	}
	if len(up.GetTransceivers()) > before {
		return errors.New("no section has gone quiet")
	}
	for _, t := range up.GetTransceivers() {
		if t.Sender() == l.sender {
			l.section = t
		}
	}
	return nil
}

// wanted says whether the node wants the stream, as far as the peer cares.
func (l *Local) wanted(s *Stream) bool {
	if !l.source.Dynacast {
		return true
	}
	quality := max(slices.Index(Rids(), s.rid), 0) // a single stream goes on with the lowest
	return quality <= l.peer.Asked(l.SID(), l.source.Codec)
}

// Asked is the best quality of a published track that the node asked for last,
// in one codec: 2 before it has said anything, -1 when it wants nothing.
func (p *Peer) Asked(sid, codec string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	update := p.asked[sid]
	if update == nil {
		return 2
	}
	best := -1
	for _, one := range update.GetSubscribedCodecs() {
		for _, quality := range one.GetQualities() {
			if quality.GetEnabled() && one.GetCodec() == shortCodec(codec) {
				best = max(best, int(quality.GetQuality()))
			}
		}
	}
	return best
}

// deafen ends feedback, and waits for it: Pion reads what the sender's end writes
// without a lock (RTPSender.ReadSimulcast of webrtc v3.3.6). A sender that was
// never negotiated is read by nobody; that wait is in vain, and short.
func (l *Local) deafen() {
	for _, s := range l.streams {
		if s.rid == "" {
			continue
		}
		_ = l.sender.SetReadDeadlineSimulcast(time.Unix(1, 0), s.rid)
		select {
		case <-s.deaf:
		case <-time.After(5 * time.Second):
		}
	}
}

// feedback notes when a key frame is wanted; play serves it.
func (s *Stream) feedback() {
	defer close(s.deaf)
	buffer := make([]byte, 1500)
	for {
		var n int
		var err error
		if s.rid == "" {
			n, _, err = s.local.sender.Read(buffer)
		} else {
			n, _, err = s.local.sender.ReadSimulcast(buffer, s.rid)
		}
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buffer[:n])
		if err != nil {
			continue
		}
		for _, packet := range packets {
			switch message := packet.(type) {
			case *rtcp.PictureLossIndication:
				s.keys.Add(1)
			case *rtcp.ReceiverReport:
				for _, report := range message.Reports {
					s.report.Store(&report)
				}
			}
		}
	}
}

func (s *Stream) write(payload []byte, marker bool, level []byte) {
	header := rtp.Header{Version: 2, SequenceNumber: s.sequence, Timestamp: s.timestamp, Marker: marker}
	s.sequence++
	for _, extension := range s.local.sender.GetParameters().HeaderExtensions {
		var value []byte
		switch {
		case extension.URI == audioLevelURI:
			value = level
		case s.rid == "":
		case extension.URI == sdp.SDESMidURI:
			value = []byte(s.local.section.Mid())
		case extension.URI == sdp.SDESRTPStreamIDURI:
			value = []byte(s.rid)
		}
		if value != nil {
			_ = header.SetExtension(uint8(extension.ID), value)
		}
	}
	if s.local.source.Broken {
		payload = broken(header.SequenceNumber, payload)
	}
	if err := s.track.WriteRTP(&rtp.Packet{Header: header, Payload: payload}); err == nil {
		s.sent.Add(1)
	}
}

func (s *Stream) sound() {
	level := []byte{127}
	if s.local.source.Loud {
		level[0] = 20
	}
	sound := make([]byte, 80)
	if s.local.source.Codec == MimeTypeRED {
		const opus, earlier = 111, 960
		head := []byte{0x80 | opus, earlier >> 6, earlier << 2 & 0xff, byte(len(sound)), opus}
		sound = slices.Concat(head, sound, sound)
	}
	s.write(sound, false, level)
}

func (s *Stream) frame() {
	wanted := s.keys.Load()
	key := s.served != wanted
	s.served = wanted
	s.picture = (s.picture + 1) & 0x7fff
	size, packets := 900, 2
	if s.local.source.Real {
		size, packets = s.realFrame(key)
	}
	for i := range packets {
		payload := make([]byte, size)
		copy(payload, s.head(i == 0, key))
		// Which stream it is, for those who receive it.
		payload[len(payload)-1] = byte(max(slices.Index(Rids(), s.rid), 0))
		payload[len(payload)-2] = byte(s.local.mark.Load())
		s.write(payload, i == packets-1, nil)
	}
}

// realFrame is how large a camera's frame is, in packets of a size.
func (s *Stream) realFrame(key bool) (size, packets int) {
	bytes := []int{625, 2080, 6250}[max(slices.Index(Rids(), s.rid), 0)]
	if key {
		bytes *= 3
	}
	packets = (bytes + 1099) / 1100
	return bytes / packets, packets
}

// head is the start of a frame's packet, for the codec.
func (s *Stream) head(first, key bool) []byte {
	if s.local.source.Codec == webrtc.MimeTypeH264 {
		nal := byte(0x41)
		if key {
			nal = 0x67
		}
		return []byte{nal, 0x42, 0xe0, 0x1f}
	}
	if s.local.source.Codec == webrtc.MimeTypeVP9 {
		descriptor := []byte{0x44, 0x00} // P, E
		if first {
			descriptor[0] = 0x48 // B
		}
		if key {
			descriptor[0] &^= 0x40
		}
		return descriptor
	}
	descriptor := []byte{0x80, 0x80, 0x80 | byte(s.picture>>8), byte(s.picture), 0x01}
	if first {
		descriptor[0] |= 0x10
	}
	if key {
		descriptor[4] = 0x00
	}
	return descriptor
}

// broken is what no codec makes: nothing, a beginning, or ones and noughts.
func broken(n uint16, payload []byte) []byte {
	switch n % 4 {
	case 0:
		return nil
	case 1:
		return payload[:1]
	case 2:
		return []byte{0xff, 0xff, 0xff, 0xff}
	default:
		return make([]byte, 7)
	}
}
