package sfutest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"
)

// Track is a track that a peer receives.
type Track struct {
	SID, Participant string
	Kind             webrtc.RTPCodecType
	Codec            string

	packets, twice, reports atomic.Uint64
	repaired                atomic.Uint64
	lost                    atomic.Int64
	decoder                 Decoder
	newest                  atomic.Uint32
	layer                   atomic.Int32
	oldest                  atomic.Uint32 // mark; none: 0
	ssrc                    uint32
}

// Received counts packets.
func (t *Track) Received() uint64 { return t.packets.Load() }

// Twice counts packets that came again, as answers to NACKs do.
func (t *Track) Twice() uint64 { return t.twice.Load() }

// Decoder plays a track of VP8.
func (t *Track) Decoder() *Decoder { return &t.decoder }

// Lost counts packets that should have come since the first one, and did not.
func (t *Track) Lost() int64 { return t.lost.Load() }

// Repaired counts packets that came on the repair stream.
func (t *Track) Repaired() uint64 { return t.repaired.Load() }

// Layer is which of the publisher's streams the latest packet of video is of:
// an index into Rids.
func (t *Track) Layer() int { return int(t.layer.Load()) }

// Oldest is the lowest mark that a packet of video has come with.
func (t *Track) Oldest() uint8 { return uint8(t.oldest.Load()) }

// Reports counts sender reports.
func (t *Track) Reports() uint64 { return t.reports.Load() }

func (p *Peer) count(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	participant, sid := sids(remote.StreamID())
	t := &Track{SID: sid, Participant: participant, Kind: remote.Kind(), Codec: remote.Codec().MimeType, ssrc: uint32(remote.SSRC())}
	p.mu.Lock()
	p.tracks[sid] = t
	p.reading = append(p.reading, func() {
		_ = remote.SetReadDeadline(time.Unix(1, 0))
		_ = receiver.SetReadDeadline(time.Unix(1, 0))
	})
	p.touchLocked()
	p.mu.Unlock()
	go func() {
		for {
			packets, _, err := receiver.ReadRTCP()
			if err != nil {
				return
			}
			for _, packet := range packets {
				if _, ok := packet.(*rtcp.SenderReport); ok {
					t.reports.Add(1)
				}
			}
		}
	}()
	seen := map[uint16]bool{}
	var lost losses
	for {
		packet, attributes, err := remote.ReadRTP()
		if err != nil {
			p.mu.Lock()
			if p.tracks[sid] == t {
				delete(p.tracks, sid)
			}
			p.touchLocked()
			p.mu.Unlock()
			return
		}
		if len(packet.Payload) == 0 {
			continue
		}
		if attributes.Get(webrtc.AttributeRtxSsrc) != nil {
			t.repaired.Add(1)
		}
		if seen[packet.SequenceNumber] {
			t.twice.Add(1)
		}
		if !seen[packet.SequenceNumber] {
			lost.note(packet.SequenceNumber)
			t.lost.Store(lost.missing())
		}
		seen[packet.SequenceNumber] = true
		if t.Kind == webrtc.RTPCodecTypeVideo && t.decoder.take(packet, time.Now()) && p.options.Feedback != Silent {
			_ = p.rtc.down.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: t.ssrc}})
		}
		if mark := uint32(packet.Payload[max(len(packet.Payload)-2, 0)]); t.oldest.Load() == 0 || mark < t.oldest.Load() {
			t.oldest.Store(mark)
		}
		t.layer.Store(int32(packet.Payload[len(packet.Payload)-1]))
		t.newest.Store(uint32(packet.SequenceNumber))
		t.packets.Add(1)
	}
}

// losses counts gaps in a stream's sequence numbers, up to those that may still
// be filled.
type losses struct {
	first, highest, received uint64
}

func (l *losses) note(seq uint16) {
	if l.received == 0 {
		l.first = 1<<16 + uint64(seq)
		l.highest = l.first
	}
	number := l.highest + uint64(int64(int16(seq-uint16(l.highest))))
	l.highest = max(l.highest, number)
	l.received++
}

func (l *losses) missing() int64 { return int64(l.highest-l.first+1) - int64(l.received) }

// Nack asks for the latest packets of a track again.
func (p *Peer) Nack(t *Track) error {
	newest := uint16(t.newest.Load())
	return p.rtc.down.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
		MediaSSRC: t.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{newest - 2, newest - 1, newest}),
	}})
}

// Show says how a track is shown: how wide and high, or not at all.
func (p *Peer) Show(sid string, width, height uint32, hidden bool) error {
	return p.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_TrackSetting{TrackSetting: &livekit.UpdateTrackSettings{
		TrackSids: []string{sid}, Width: width, Height: height, Disabled: hidden, Quality: livekit.VideoQuality_HIGH,
	}}})
}

// SendData sends a packet to everybody or to some.
func (p *Peer) SendData(ctx context.Context, packet *livekit.DataPacket, kind livekit.DataPacket_Kind) error {
	raw, err := proto.Marshal(packet)
	if err != nil {
		return err
	}
	channel := p.rtc.reliable
	if kind == livekit.DataPacket_LOSSY {
		channel = p.rtc.lossy
	}
	if p.rtc.up.CurrentRemoteDescription() == nil {
		p.rtc.negotiate()
	}
	if err := p.Until(ctx, "data channel", func() bool { return channel.ReadyState() == webrtc.DataChannelStateOpen }); err != nil {
		return err
	}
	return channel.Send(raw)
}

// Text is a data packet of a user's.
//
//nolint:staticcheck // the deprecated field is the one that clients use
func Text(topic, text string, to ...string) *livekit.DataPacket {
	return &livekit.DataPacket{Value: &livekit.DataPacket_User{User: &livekit.UserPacket{
		Payload: []byte(text), Topic: &topic, DestinationIdentities: to,
	}}}
}

// Hears waits until packets of a kind come from somebody, n more than now.
func (p *Peer) Hears(ctx context.Context, identity string, kind webrtc.RTPCodecType, n uint64) error {
	base := map[*Track]uint64{}
	return p.Until(ctx, fmt.Sprintf("%s of %s", kind, identity), func() bool {
		sid := p.People()[identity].GetSid()
		for _, t := range p.Tracks() {
			if t.Participant != sid || t.Kind != kind {
				continue
			}
			if _, known := base[t]; !known {
				base[t] = t.Received()
			}
			if t.Received() >= base[t]+n {
				return true
			}
		}
		return false
	})
}

// ErrRefused tells a refusal from a fault.
func ErrRefused(err error) bool {
	var refused *RefusedError
	return errors.Is(err, errRefused) || errors.As(err, &refused)
}
