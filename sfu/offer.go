package sfu

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pion/webrtc/v3"

	"parley/sfu/receive"
)

// maxSections bounds the media sections of one offer: work grows with their
// square.
const maxSections = 1000

// offer is what the node reads from a client's SDP, and the text without what
// it has no use for.
type offer struct {
	text     string
	sections []section
	terms    receive.Terms
}

// section is one media section.
type section struct {
	mid       string
	kind      webrtc.RTPCodecType // 0 for data
	direction webrtc.RTPTransceiverDirection
	track     string // id in the msid line
}

func (s section) sends() bool {
	return s.direction == webrtc.RTPTransceiverDirectionSendonly || s.direction == webrtc.RTPTransceiverDirectionSendrecv
}

// parseOffer reads an offer, and takes out codecs that the node does not
// forward (Pion's search over codecs is quadratic: it makes the difference
// between 30 ms and 2 ms a join) and candidates (an ICE-lite node answers
// checks and sends none, so it cannot be made to knock at other doors).
func parseOffer(text string) (offer, error) {
	blocks := splitSections(text)
	if len(blocks) > maxSections+1 {
		return offer{}, fmt.Errorf("%w: %d media sections", ErrMalformed, len(blocks)-1)
	}
	var out strings.Builder
	out.Grow(len(text))
	o := offer{}
	for i, lines := range blocks {
		if i > 0 {
			o.sections = append(o.sections, readSection(lines))
			lines = keepCodecs(lines)
			readTerms(&o.terms, lines)
		}
		for _, line := range lines {
			if strings.HasPrefix(line, "a=candidate:") || strings.HasPrefix(line, "a=end-of-candidates") {
				continue
			}
			out.WriteString(line)
			out.WriteString("\r\n")
		}
	}
	o.text = out.String()
	return o, nil
}

// splitSections gives the session's lines, then those of each media section.
func splitSections(text string) [][]string {
	blocks := [][]string{nil}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		if strings.HasPrefix(line, "m=") {
			blocks = append(blocks, nil)
		}
		blocks[len(blocks)-1] = append(blocks[len(blocks)-1], line)
	}
	return blocks
}

func readSection(lines []string) section {
	s := section{direction: webrtc.RTPTransceiverDirectionSendrecv} // RFC 8866: the default
	kind, _, _ := strings.Cut(strings.TrimPrefix(lines[0], "m="), " ")
	s.kind = webrtc.NewRTPCodecType(kind)
	for _, line := range lines[1:] {
		attribute, found := strings.CutPrefix(line, "a=")
		if !found {
			continue
		}
		name, value, _ := strings.Cut(attribute, ":")
		switch name {
		case "mid":
			s.mid = value
		case "msid":
			if _, track, ok := strings.Cut(value, " "); ok {
				s.track = track
			}
		case "sendrecv", "sendonly", "recvonly", "inactive":
			s.direction = webrtc.NewRTPTransceiverDirection(name)
		}
	}
	return s
}

// keepCodecs takes out the payload types of other codecs than ours. A section
// with none of ours stays as it is, to be refused by the negotiation.
func keepCodecs(lines []string) []string {
	fields := strings.Fields(lines[0])
	if len(fields) < 4 || (fields[0] != "m=audio" && fields[0] != "m=video") {
		return lines
	}
	keep := keptTypes(lines)
	formats := fields[:3:3]
	for _, format := range fields[3:] {
		if keep[format] {
			formats = append(formats, format)
		}
	}
	if len(formats) == 3 {
		return lines
	}
	kept := append(make([]string, 0, len(lines)), strings.Join(formats, " "))
	opus := "a=fmtp:" + opusFormat(lines) + " "
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, opus) {
			// Else a client with other wishes than ours would be left with G.711: Pion
			// drops codecs that match in part when there are others that match fully.
			line = opus + opusDefaults
		}
		if format, ofCodec := codecLine(line); !ofCodec || format == "*" || keep[format] {
			kept = append(kept, line)
		}
	}
	return kept
}

func keptTypes(lines []string) map[string]bool {
	keep := map[string]bool{}
	for _, line := range lines {
		value, found := strings.CutPrefix(line, "a=rtpmap:")
		if !found {
			continue
		}
		format, codec, _ := strings.Cut(value, " ")
		name, _, _ := strings.Cut(codec, "/")
		switch strings.ToLower(name) {
		case "opus", "vp8", "pcmu", "pcma":
			keep[format] = true
		case "red":
			keep[format] = ofOpus(lines, format)
		case "vp9":
			keep[format] = hasProfile(lines, format, "profile-id=", "0")
		case "av1":
			keep[format] = hasProfile(lines, format, "profile=", "0")
		case "h264":
			keep[format] = baseline(lines, format)
		}
	}
	keepRepair(lines, keep)
	return keep
}

// keepRepair keeps the retransmissions of what is kept.
func keepRepair(lines []string, keep map[string]bool) {
	for _, line := range lines {
		value, found := strings.CutPrefix(line, "a=rtpmap:")
		format, codec, _ := strings.Cut(value, " ")
		if !found || !strings.HasPrefix(strings.ToLower(codec), "rtx/") {
			continue
		}
		for _, line := range lines {
			if repaired, found := strings.CutPrefix(line, "a=fmtp:"+format+" apt="); found {
				keep[format] = keep[repaired]
			}
		}
	}
}

// baseline says whether an H.264 payload type is one that every client
// decodes: baseline profile, packets as in RFC 6184's non-interleaved mode.
func baseline(lines []string, format string) bool {
	prefix := "a=fmtp:" + format + " "
	for _, line := range lines {
		parameters, found := strings.CutPrefix(line, prefix)
		if found {
			parameters = strings.ToLower(parameters)
			return strings.Contains(parameters, "packetization-mode=1") && strings.Contains(parameters, "profile-level-id=42")
		}
	}
	return false
}

// hasProfile says whether a payload type has the value of a parameter, or none.
func hasProfile(lines []string, format, parameter, want string) bool {
	prefix := "a=fmtp:" + format + " "
	for _, line := range lines {
		parameters, found := strings.CutPrefix(line, prefix)
		if !found {
			continue
		}
		for one := range strings.SplitSeq(parameters, ";") {
			if value, found := strings.CutPrefix(strings.TrimSpace(one), parameter); found {
				return value == want
			}
		}
	}
	return true
}

// ofOpus says whether a payload type is redundant Opus (RFC 2198). Clients have
// RED for video as well.
func ofOpus(lines []string, format string) bool {
	opus := opusFormat(lines)
	return opus != "" && slices.ContainsFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "a=fmtp:"+format+" "+opus+"/")
	})
}

func codecLine(line string) (format string, ofCodec bool) {
	for _, prefix := range []string{"a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"} {
		if value, found := strings.CutPrefix(line, prefix); found {
			format, _, _ = strings.Cut(value, " ")
			return format, true
		}
	}
	return "", false
}

// silence answers the sections in free as inactive: the connection would say
// that it sends there, and the client would show a track that is none.
func silence(answer string, free func(mid string) bool) string {
	var out strings.Builder
	out.Grow(len(answer))
	for i, lines := range splitSections(answer) {
		quiet := i > 0 && free(readSection(lines).mid)
		for _, line := range lines {
			if quiet && (line == "a=sendonly" || line == "a=sendrecv") {
				line = "a=inactive"
			}
			out.WriteString(line)
			out.WriteString("\r\n")
		}
	}
	return out.String()
}
