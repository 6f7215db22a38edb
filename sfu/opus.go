package sfu

import (
	"slices"
	"strings"

	"github.com/livekit/protocol/livekit"
)

// opusDefaults is what every Opus stream is negotiated with.
const opusDefaults = "minptime=10;useinbandfec=1"

// opusParameters is what the node asks a publisher of Opus for (RFC 7587,
// section 6.1): error correction always, silence that costs nothing and two
// channels as the client wished when it announced the track. What the client
// offered itself does not count: some offer stereo for every track, and would
// pay for it with every microphone.
func opusParameters(info *livekit.TrackInfo) string {
	parameters := opusDefaults
	if sendsDTX(info) {
		parameters += ";usedtx=1"
	}
	if isStereo(info) {
		parameters += ";stereo=1"
	}
	return parameters
}

// Clients say these in an old field, a new one, or both.
//
//nolint:staticcheck // the deprecated fields are the ones that clients use
func sendsDTX(info *livekit.TrackInfo) bool {
	return !info.GetDisableDtx() && !slices.Contains(info.GetAudioFeatures(), livekit.AudioTrackFeature_TF_NO_DTX)
}

//nolint:staticcheck // the deprecated fields are the ones that clients use
func isStereo(info *livekit.TrackInfo) bool {
	return info.GetStereo() || slices.Contains(info.GetAudioFeatures(), livekit.AudioTrackFeature_TF_STEREO)
}

// tuneOpus writes into an answer what the client shall send in the sections of
// its microphones.
func (p *peer) tuneOpus(answer string) string {
	return rewriteOpus(answer, func(mid, present string) string {
		u := p.uploadAt(mid)
		if u == nil {
			return present
		}
		return opusParameters(u.pub.info)
	})
}

// sayStereo tells a subscriber which tracks have two channels: clients decode
// one otherwise.
func (p *peer) sayStereo(offer string) string {
	stereo := map[string]bool{}
	for _, s := range p.subs {
		if s.transceiver != nil && isStereo(s.pub.info) {
			stereo[s.transceiver.Mid()] = true
		}
	}
	if len(stereo) == 0 {
		return offer
	}
	return rewriteOpus(offer, func(mid, present string) string {
		if stereo[mid] {
			return present + ";sprop-stereo=1"
		}
		return present
	})
}

// rewriteOpus changes the parameters of Opus in each section of a description.
func rewriteOpus(text string, change func(mid, present string) string) string {
	var out strings.Builder
	out.Grow(len(text) + 128)
	for _, lines := range splitSections(text) {
		prefix := ""
		if len(lines) > 0 && strings.HasPrefix(lines[0], "m=audio") {
			prefix = "a=fmtp:" + opusFormat(lines) + " "
		}
		for _, line := range lines {
			if present, found := strings.CutPrefix(line, prefix); found && prefix != "" {
				line = prefix + change(readSection(lines).mid, present)
			}
			out.WriteString(line)
			out.WriteString("\r\n")
		}
	}
	return out.String()
}

// opusFormat is the payload type of Opus in a section, empty if it has none.
func opusFormat(lines []string) string {
	for _, line := range lines {
		value, found := strings.CutPrefix(line, "a=rtpmap:")
		format, codec, _ := strings.Cut(value, " ")
		if found && strings.HasPrefix(strings.ToLower(codec), "opus/") {
			return format
		}
	}
	return ""
}
