package sfu

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"

	"parley/sfu/congestion"
	"parley/sfu/forward"
)

// Retransmissions go on a stream of their own (RFC 4588). Pion has no such
// stream on the sending side; a second sender, which no media section has,
// lends its SSRC, so that what the client reports about that SSRC is heard too.

// mimeRTX is the payload format of retransmissions, RFC 4588.
const mimeRTX = "video/rtx"

// withRepair lists each video codec with the codec of its retransmissions. The
// payload types are Chromium's: the next one.
func withRepair(codecs []webrtc.RTPCodecParameters) []webrtc.RTPCodecParameters {
	var all []webrtc.RTPCodecParameters
	for _, codec := range codecs {
		all = append(all, codec, webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: mimeRTX, ClockRate: codec.ClockRate, SDPFmtpLine: fmt.Sprintf("apt=%d", codec.PayloadType),
			},
			PayloadType: codec.PayloadType + 1,
		})
	}
	return all
}

// repairsOf are the retransmissions of some codecs, among many.
func repairsOf(all, of []webrtc.RTPCodecParameters) (repairs []webrtc.RTPCodecParameters) {
	for _, codec := range of {
		apt := fmt.Sprintf("apt=%d", codec.PayloadType)
		for _, other := range codecsOf(all, mimeRTX) {
			if other.SDPFmtpLine == apt {
				repairs = append(repairs, other)
			}
		}
	}
	return repairs
}

// spare is the track of a sender that only lends its SSRC.
type spare struct{ stream string }

func (spare) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	if codecs := ctx.CodecParameters(); len(codecs) > 0 {
		return codecs[0], nil
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}
func (spare) Unbind(webrtc.TrackLocalContext) error { return nil }
func (spare) ID() string                            { return "repair" }
func (spare) RID() string                           { return "" }
func (s spare) StreamID() string                    { return s.stream }
func (spare) Kind() webrtc.RTPCodecType             { return webrtc.RTPCodecTypeVideo }

// addRepair gives a video subscription its repair stream.
func (p *peer) addRepair(l link, s *subscription) error {
	if s.sub.Kind() != webrtc.RTPCodecTypeVideo {
		return nil
	}
	sender, err := l.api.NewRTPSender(spare{stream: s.sub.StreamID()}, l.SCTP().Transport())
	if err != nil {
		return err
	}
	parameters := sender.GetParameters()
	if err := sender.Send(parameters); err != nil {
		return err
	}
	s.repair = sender
	s.sub.SetRepair(uint32(parameters.Encodings[0].SSRC))
	p.hearFeedback(l, sender, s)
	return nil
}

// endRepair frees the repair stream. No connection does that.
func (s *subscription) endRepair() {
	if s.repair != nil {
		_ = s.repair.Stop() // it has no more to lose
		s.repair = nil
	}
}

// hearFeedback takes what the subscriber reports about one stream, until the
// subscription ends. It needs no goroutine: see inflow.listen.
func (p *peer) hearFeedback(l link, sender *webrtc.RTPSender, s *subscription) {
	media, sub, path := p.node.transport.udp, s.sub, p.path
	for _, encoding := range sender.GetParameters().Encodings {
		ssrc := uint32(encoding.SSRC)
		l.inflow.listen(ssrc, func(compound []byte) {
			more, less := takeFeedback(compound, path)
			if less {
				p.post(p.allot)
			}
			if !more {
				return
			}
			if packets, err := rtcp.Unmarshal(compound); err == nil {
				media.Hold() // what is sent again leaves in one go
				defer media.Release()
				sub.HandleRTCP(packets)
			}
		})
		// The client may go on reporting: that is not kept for a reader that
		// there will never be.
		s.deafen = append(s.deafen, func() { l.inflow.listen(ssrc, ignoreMessage) })
	}
}

// takeFeedback gives the path what is for it. It says whether there is more, and
// whether the path carries less than before.
// A compound packet comes once for each stream that it names; the path knows
// what it has heard already.
func takeFeedback(compound []byte, path *forward.Path) (more, less bool) {
	for len(compound) >= 4 {
		size := 4 * (int(compound[2])<<8 | int(compound[3]) + 1)
		if size > len(compound) {
			return more, less
		}
		packet := compound[:size]
		switch {
		case congestion.IsFeedback(packet):
			worse, _ := path.Feedback(packet) // what cannot be read says nothing
			less = less || worse
		case isREMB(packet):
			var remb rtcp.ReceiverEstimatedMaximumBitrate
			if remb.Unmarshal(packet) == nil {
				less = path.Remote(float64(remb.Bitrate)) || less
			}
		default:
			path.Hear()
			more = true
		}
		compound = compound[size:]
	}
	return more, less
}

// isREMB says whether an RTCP packet is a receiver's own estimate: feedback of
// type 206 and format 15 with that name (draft-alvestrand-rmcat-remb-03, section
// 2.2).
func isREMB(packet []byte) bool {
	return len(packet) >= 20 && packet[0]&0x1f == 15 && packet[1] == 206 && string(packet[12:16]) == "REMB"
}

// describeRepair adds the repair streams to a description of ours: which SSRC
// repairs which (RFC 5576, section 4.2), in sections that have agreed on RTX.
// Their lines follow those of the stream that they repair: Chromium takes the
// first SSRC of a section for its media.
func (p *peer) describeRepair(text string) string {
	streams := map[string]uint32{}
	for _, s := range p.subs {
		if ssrc, repair := s.streams(); repair != 0 {
			streams[strconv.FormatUint(uint64(ssrc), 10)] = repair
		}
	}
	if len(streams) == 0 {
		return text
	}
	var out, repairs strings.Builder
	out.Grow(len(text) + 200*len(streams))
	rtx := false
	for line := range strings.Lines(text) {
		ssrc, attribute, described := strings.Cut(strings.TrimPrefix(line, "a=ssrc:"), " ")
		described = described && strings.HasPrefix(line, "a=ssrc:")
		if !described {
			out.WriteString(repairs.String())
			repairs.Reset()
		}
		switch {
		case strings.HasPrefix(line, "m="):
			rtx = false
		case strings.HasPrefix(line, "a=rtpmap:") && strings.Contains(line, " rtx/"):
			rtx = true
		}
		if repair := streams[ssrc]; described && rtx && repair != 0 {
			if repairs.Len() == 0 {
				fmt.Fprintf(&out, "a=ssrc-group:FID %s %d\r\n", ssrc, repair)
			}
			fmt.Fprintf(&repairs, "a=ssrc:%d %s", repair, attribute)
		}
		out.WriteString(line)
	}
	out.WriteString(repairs.String())
	return out.String()
}

// streams are the SSRCs of a subscription that has a media section.
func (s *subscription) streams() (ssrc, repair uint32) {
	if s.sender == nil || s.repair == nil {
		return 0, 0
	}
	return firstSSRC(s.sender), firstSSRC(s.repair)
}

func firstSSRC(sender *webrtc.RTPSender) uint32 {
	if encodings := sender.GetParameters().Encodings; len(encodings) > 0 {
		return uint32(encodings[0].SSRC)
	}
	return 0
}

// keepNumbering puts the line for transport-wide sequence numbers into sections
// of an answer that have none. A section that is quiet is offered without it,
// and Pion would leave it out for good when the section is used again. It gives
// the line back, once the client has said it.
func keepNumbering(answer, line string) (string, string) {
	blocks := splitSections(answer)
	numbered := func(l string) bool {
		return strings.HasPrefix(l, "a=extmap:") && strings.Contains(l, sdp.TransportCCURI)
	}
	var out strings.Builder
	out.Grow(len(answer) + 100*len(blocks))
	for _, lines := range blocks[1:] {
		if i := slices.IndexFunc(lines, numbered); i >= 0 {
			line = lines[i]
		}
	}
	for i, lines := range blocks {
		media := i > 0 && (strings.HasPrefix(lines[0], "m=audio") || strings.HasPrefix(lines[0], "m=video"))
		if media && line != "" && !slices.ContainsFunc(lines, numbered) {
			lines = append(lines, line)
		}
		for _, l := range lines {
			out.WriteString(l)
			out.WriteString("\r\n")
		}
	}
	return out.String(), line
}
