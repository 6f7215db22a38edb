package sfutest

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
)

const (
	extRepairedID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
	kept          = 512
)

// repairer sends what was lost again as browsers do: on a stream of its own (RTX,
// RFC 4588). Pion sends it again as it was. And as browsers do, it sends padding on
// that stream: it repeats what has been sent and nobody asked for.
type repairer struct {
	interceptor.NoOp
	mu      sync.Mutex
	streams map[uint32]*repairing
	sent    atomic.Uint64
	asked   atomic.Uint64
}

// repairing is one stream of media, and what repairs it.
type repairing struct {
	writer interceptor.RTPWriter
	ssrc   uint32
	mid    uint8 // header extensions
	rid    uint8
	rrid   uint8
	next   uint16
	past   map[uint16]*rtp.Packet
}

// repairOf is the SSRC that repairs another one.
func repairOf(ssrc uint32) uint32 { return ssrc ^ 0x5a5a5a5a }

func newRepairer() *repairer { return &repairer{streams: map[uint32]*repairing{}} }

// NewInterceptor implements interceptor.Factory.
func (r *repairer) NewInterceptor(string) (interceptor.Interceptor, error) { return r, nil }

// BindLocalStream implements interceptor.Interceptor.
func (r *repairer) BindLocalStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) interceptor.RTPWriter {
	if !strings.HasPrefix(info.MimeType, "video/") {
		return writer
	}
	s := &repairing{writer: writer, ssrc: repairOf(info.SSRC), past: map[uint16]*rtp.Packet{}, next: 7}
	for _, e := range info.RTPHeaderExtensions {
		switch e.URI {
		case sdp.SDESMidURI:
			s.mid = uint8(e.ID)
		case sdp.SDESRTPStreamIDURI:
			s.rid = uint8(e.ID)
		case extRepairedID:
			s.rrid = uint8(e.ID)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.streams[info.SSRC] = s
	return interceptor.RTPWriterFunc(func(header *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		r.mu.Lock()
		s.past[header.SequenceNumber] = &rtp.Packet{Header: header.Clone(), Payload: append([]byte(nil), payload...)}
		delete(s.past, header.SequenceNumber-kept)
		r.mu.Unlock()
		if header.SequenceNumber%50 == 49 {
			r.send(s, header.SequenceNumber-10) // a probe
			r.send(s, header.SequenceNumber+100)
		}
		return writer.Write(header, payload, a)
	})
}

// BindRTCPReader implements interceptor.Interceptor.
func (r *repairer) BindRTCPReader(reader interceptor.RTCPReader) interceptor.RTCPReader {
	return interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := reader.Read(b, a)
		if err != nil {
			return n, a, err
		}
		packets, err := rtcp.Unmarshal(b[:n])
		if err != nil {
			return n, a, nil //nolint:nilerr // others may be able to read it
		}
		for _, packet := range packets {
			if nack, ok := packet.(*rtcp.TransportLayerNack); ok {
				r.answer(nack)
			}
		}
		return n, a, nil
	})
}

func (r *repairer) answer(nack *rtcp.TransportLayerNack) {
	r.mu.Lock()
	s := r.streams[nack.MediaSSRC]
	r.mu.Unlock()
	if s == nil {
		return
	}
	for _, pair := range nack.Nacks {
		for _, seq := range pair.PacketList() {
			r.asked.Add(1)
			r.send(s, seq)
		}
	}
}

// send sends a packet again, or padding if there is no such packet.
func (r *repairer) send(s *repairing, seq uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	header, payload := rtp.Header{Version: 2}, make([]byte, 100)
	if p := s.past[seq]; p != nil {
		header = p.Clone().Header
		payload = append(binary.BigEndian.AppendUint16(nil, seq), p.Payload...)
		r.sent.Add(1)
	} else {
		header.Padding = true
		payload[99] = 100
	}
	if rid := header.GetExtension(s.rid); s.rid != 0 && rid != nil && s.rrid != 0 {
		_ = header.DelExtension(s.rid)
		_ = header.SetExtension(s.rrid, rid)
	}
	header.PayloadType, header.SSRC, header.SequenceNumber = 97, s.ssrc, s.next
	s.next++
	_, _ = s.writer.Write(&header, payload, nil)
}

// describe adds the repair streams to an offer, where it names SSRCs at all.
func describeRepairs(text string) string {
	var out strings.Builder
	video, done := false, map[string]bool{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "m=") {
			video = strings.HasPrefix(line, "m=video")
		}
		var ssrc uint32
		if _, err := fmt.Sscanf(line, "a=ssrc:%d ", &ssrc); err == nil && video && !done[fmt.Sprint(ssrc)] {
			done[fmt.Sprint(ssrc)] = true
			fmt.Fprintf(&out, "a=ssrc-group:FID %d %d\r\n", ssrc, repairOf(ssrc))
			fmt.Fprintf(&out, "a=ssrc:%d cname:repair\r\n", repairOf(ssrc))
		}
		out.WriteString(line)
	}
	return out.String()
}
