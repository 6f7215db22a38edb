package forward

import (
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// mimeRTX is the payload format of retransmissions, RFC 4588.
const mimeRTX = "video/rtx"

// repair is the stream beside a Sub's own that carries what is sent again, and
// padding. Numbers of its own let a retransmission have a transport-wide number
// of its own too.
type repair struct {
	ssrc    uint32 // 0: there is none
	payload uint8  // 0: not negotiated
	next    uint16
	header  rtp.Header
	buffer  []byte
	numbers numbering
}

// SetRepair names the SSRC for retransmissions. Call it before the connection
// has the track.
func (s *Sub) SetRepair(ssrc uint32) { s.repair.ssrc = ssrc }

// SetPath says which way the track takes. Call it before the connection has the
// track.
func (s *Sub) SetPath(path *Path) { s.path = path }

// extensionID finds a negotiated header extension; 0 is none.
func extensionID(extensions []webrtc.RTPHeaderExtensionParameter, uri string) int {
	for _, extension := range extensions {
		if extension.URI == uri {
			return extension.ID
		}
	}
	return 0
}

// rtxFor finds the payload type of retransmissions of another one; 0 is none.
func rtxFor(codecs []webrtc.RTPCodecParameters, payload webrtc.PayloadType) uint8 {
	for _, codec := range codecs {
		apt, found := strings.CutPrefix(codec.SDPFmtpLine, "apt=")
		if found && strings.EqualFold(codec.MimeType, mimeRTX) && apt == strconv.Itoa(int(payload)) {
			return uint8(codec.PayloadType)
		}
	}
	return 0
}

// prepare takes from a negotiation how packets are numbered and repaired. Call
// with mu, when codec is bound.
func (s *Sub) prepare(ctx webrtc.TrackLocalContext, codec webrtc.RTPCodecParameters) {
	r := &s.repair
	r.payload = 0
	if r.ssrc != 0 {
		r.payload = rtxFor(ctx.CodecParameters(), codec.PayloadType)
	}
	if r.next == 0 {
		r.next = uint16(rand.Uint32N(1<<15)) + 1
	}
	again := 0
	if r.payload == 0 {
		again = s.track.ringSize() // packets are sent again as they were
	}
	id := extensionID(ctx.HeaderExtensions(), extTransportCC)
	s.numbers.use(s.path, id, again)
	r.numbers.use(s.path, id, 0)
}

// writeRepair sends a packet again on the repair stream: its sequence number,
// then its payload (RFC 4588, section 4).
func (s *Sub) writeRepair(original *rtp.Header, payload []byte, now time.Duration) {
	r := &s.repair
	r.buffer = binary.BigEndian.AppendUint16(r.buffer[:0], original.SequenceNumber)
	r.buffer = append(r.buffer, payload...)
	r.header = rtp.Header{Version: 2, Marker: original.Marker, Timestamp: original.Timestamp}
	s.sendRepair(r.buffer, now)
}

// sendRepair sends r.header with the next number of the repair stream.
func (s *Sub) sendRepair(payload []byte, now time.Duration) {
	r := &s.repair
	r.header.PayloadType, r.header.SSRC, r.header.SequenceNumber = r.payload, r.ssrc, r.next
	r.next++
	r.numbers.stamp(&r.header, len(payload), now)
	s.describing.put(&r.header)
	if _, err := s.writer.WriteRTP(&r.header, payload); err != nil {
		return // the connection is closing
	}
	s.track.counters.PacketsOut.Add(1)
	s.track.counters.BytesOut.Add(uint64(len(payload)))
}
