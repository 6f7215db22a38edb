package load

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// player sends one layer: packets that look like the codec's to a server.
type player struct {
	client                *Client
	source                Source
	layer                 Layer
	track                 *webrtc.TrackLocalStaticRTP
	transceiver           *webrtc.RTPTransceiver
	midID, ridID, levelID uint8
	keyWanted             atomic.Bool

	sequence  uint16
	timestamp uint32
	picture   uint16
	tl0       uint8
	payload   []byte
}

// feedback serves wishes for key frames.
func (p *player) feedback() {
	read := p.transceiver.Sender().ReadRTCP
	if len(p.source.Layers) > 1 {
		rid := p.layer.rid()
		read = func() ([]rtcp.Packet, interceptor.Attributes, error) {
			return p.transceiver.Sender().ReadSimulcastRTCP(rid)
		}
	}
	for {
		packets, _, err := read()
		if err != nil {
			return
		}
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				p.keyWanted.Store(true)
			}
		}
	}
}

// play sends until the client leaves, on a schedule that does not drift.
func (p *player) play() {
	if p.source.Film != nil {
		p.playFilm()
		return
	}
	video := p.source.Kind == livekit.TrackType_VIDEO
	step := uint32(48000 / max(p.layer.Frames, 1))
	if video {
		step = uint32(90000 / p.layer.Frames)
	}
	p.sequence, p.timestamp, p.picture = uint16(rand.Uint32()), rand.Uint32(), uint16(rand.Uint32()&0x7fff)
	p.payload = make([]byte, p.layer.Bytes-12)
	p.keyWanted.Store(true)
	frame := time.Second / time.Duration(p.layer.Frames)
	gap := frame / time.Duration(p.layer.Packets)
	if p.source.Burst {
		gap = 0
	}
	// Publishers do not beat in time.
	begun := time.Now().Add(rand.N(frame))
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := 0; ; n++ {
		key := video && p.keyWanted.Swap(false)
		for i := range p.layer.Packets {
			if i == 0 || gap > 0 {
				timer.Reset(time.Until(begun.Add(time.Duration(n)*frame + time.Duration(i)*gap)))
				select {
				case <-p.client.over:
					return
				case <-timer.C:
				}
			}
			switch {
			case video:
				p.picturePacket(i, key)
			case !p.source.Silent || n%20 == 0:
				p.soundPacket(n)
			}
		}
		p.timestamp += step
		p.picture = (p.picture + 1) & 0x7fff
		p.tl0++
	}
}

// describe writes the start of a picture's packet: a descriptor as Chromium writes it, with picture id,
// TL0PICIDX and TID (RFC 7741, 4.2), and on a key frame VP8's own header
// (RFC 6386, 9.1).
func (p *player) describe(i int, key bool) {
	b := p.payload
	b[0], b[1] = 0x80, 0xe0
	b[2], b[3] = 0x80|byte(p.picture>>8), byte(p.picture)
	b[4], b[5] = p.tl0, 0x00
	clear(b[6:16])
	if i == 0 {
		b[0] |= 0x10
		b[6] = 0x11 // shown, not a key frame
		if key {
			b[6] = 0x10
			copy(b[9:], []byte{0x9d, 0x01, 0x2a, byte(p.layer.Width), byte(p.layer.Width >> 8), byte(p.layer.Height), byte(p.layer.Height >> 8)})
		}
	}
}

func (p *player) picturePacket(i int, key bool) {
	p.describe(i, key)
	p.write(i == p.layer.Packets-1)
}

func (p *player) soundPacket(n int) {
	p.payload[0] = 0x78 // CELT, full band, 20 ms, one frame
	p.write(n == 0)
}

// write sends a made-up packet, with the time of its sending in it.
func (p *player) write(marker bool) {
	stamp(p.payload, time.Since(p.client.fleet.epoch))
	p.send(marker)
}

func (p *player) send(marker bool) {
	header := rtp.Header{Version: 2, Marker: marker, SequenceNumber: p.sequence, Timestamp: p.timestamp}
	p.sequence++
	if p.ridID != 0 && len(p.source.Layers) > 1 {
		_ = header.SetExtension(p.midID, []byte(p.transceiver.Mid()))
		_ = header.SetExtension(p.ridID, []byte(p.layer.rid()))
	}
	if p.levelID != 0 {
		_ = header.SetExtension(p.levelID, []byte{p.level()})
	}
	_ = p.track.WriteRTP(&rtp.Packet{Header: header, Payload: p.payload}) // a closed connection ends the client
}

// level is that of RFC 6464: speech, or silence.
func (p *player) level() byte {
	if p.source.Silent {
		return 127
	}
	return 0x80 | 25
}
