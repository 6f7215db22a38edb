package forward

import (
	"strings"

	"github.com/pion/webrtc/v3"
)

// format is how a codec's packets are read.
type format uint8

const (
	sound format = iota // nothing to read: one can start to listen anywhere
	formatVP8
	formatVP9
	formatH264
	formatAV1
)

func formatOf(mime string) format {
	switch strings.ToLower(mime) {
	case strings.ToLower(webrtc.MimeTypeVP8):
		return formatVP8
	case strings.ToLower(webrtc.MimeTypeVP9):
		return formatVP9
	case strings.ToLower(webrtc.MimeTypeH264):
		return formatH264
	case strings.ToLower(webrtc.MimeTypeAV1):
		return formatAV1
	default:
		return sound
	}
}

// layered says whether spatial layers are inside of one stream.
func (f format) layered() bool { return f == formatVP9 || f == formatAV1 }

// inspect reads what has to be known of a packet before it is forwarded. It is
// no function of the track's: through a pointer, the packet would escape.
func (f format) inspect(p *packet) {
	switch f {
	case formatVP8:
		if d, ok := parseVP8(p.payload); ok {
			p.vp8, p.key = d, d.key(p.payload)
			p.place = place{temporal: d.temporal, sync: d.sync}
		}
	case formatVP9:
		if d, ok := parseVP9(p.payload); ok {
			p.key, p.place = d.key(), d.place()
		}
	case formatH264:
		p.key = h264Key(p.payload)
	case formatAV1:
		p.key = av1Key(p.payload)
	case sound:
		p.key = true
	}
}
