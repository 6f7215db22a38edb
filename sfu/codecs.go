package sfu

import (
	"fmt"
	"slices"
	"strings"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
	"parley/sfu/forward/descriptor"
)

// Header extensions that clients are asked to send. They end here: a foreign
// mid, passed on, would lead a browser to the wrong track.
const (
	extAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	extRepairedID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
)

// codecs are what the node forwards. The payload types are those of Chromium,
// so that two sides rarely need different ones.
func codecs() (audio, video []webrtc.RTPCodecParameters) {
	feedback := []webrtc.RTCPFeedback{
		{Type: "goog-remb"}, {Type: "transport-cc"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"},
	}
	h264 := func(profile string) webrtc.RTPCodecCapability {
		return webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeH264, ClockRate: 90000, RTCPFeedback: feedback,
			SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=" + profile,
		}
	}
	opus := webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: opusDefaults,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "transport-cc"}, {Type: "nack"}},
	}
	// Its parameters are Opus' payload type, as often as one packet has blocks.
	red := webrtc.RTPCodecCapability{
		MimeType: forward.MimeTypeRED, ClockRate: 48000, Channels: 2, SDPFmtpLine: "111/111", RTCPFeedback: opus.RTCPFeedback,
	}
	// G.711 is what telephones speak. It is passed on as it comes: browsers play it.
	g711 := func(mime string) webrtc.RTPCodecCapability {
		return webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 8000, RTCPFeedback: opus.RTCPFeedback}
	}
	vp8 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: feedback}
	vp9 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP9, ClockRate: 90000, RTCPFeedback: feedback, SDPFmtpLine: "profile-id=0"}
	av1 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeAV1, ClockRate: 90000, RTCPFeedback: feedback, SDPFmtpLine: "profile=0"}
	return []webrtc.RTPCodecParameters{
			{RTPCodecCapability: opus, PayloadType: 111},
			{RTPCodecCapability: red, PayloadType: 63},
			{RTPCodecCapability: g711(webrtc.MimeTypePCMU), PayloadType: 0},
			{RTPCodecCapability: g711(webrtc.MimeTypePCMA), PayloadType: 8},
		},
		[]webrtc.RTPCodecParameters{
			{RTPCodecCapability: vp8, PayloadType: 96},
			{RTPCodecCapability: h264("42e01f"), PayloadType: 108},
			{RTPCodecCapability: h264("42001f"), PayloadType: 102},
			{RTPCodecCapability: vp9, PayloadType: 98},
			{RTPCodecCapability: av1, PayloadType: 45},
		}
}

// publishCodecs tells clients what they may publish, so that they negotiate
// without waiting for the answer to each track.
func publishCodecs() []*livekit.Codec {
	return []*livekit.Codec{
		{Mime: webrtc.MimeTypeVP8}, {Mime: webrtc.MimeTypeH264}, {Mime: webrtc.MimeTypeVP9}, {Mime: webrtc.MimeTypeAV1},
		{Mime: webrtc.MimeTypeOpus}, {Mime: forward.MimeTypeRED},
		{Mime: webrtc.MimeTypePCMU}, {Mime: webrtc.MimeTypePCMA},
	}
}

// codecFor turns a client's codec name ("vp8", "video/H264") into the codec of
// the track; what is not known becomes the one that everybody has. RED is a way
// to send Opus, not a codec of its own.
func codecFor(kind livekit.TrackType, name string) webrtc.RTPCodecCapability {
	known, list := codecs()
	prefix := "video/"
	if kind == livekit.TrackType_AUDIO {
		list, prefix = known, "audio/"
	}
	for _, codec := range list {
		named := strings.EqualFold(codec.MimeType, name) || strings.EqualFold(codec.MimeType, prefix+name)
		if named && codec.MimeType != forward.MimeTypeRED {
			return codec.RTPCodecCapability
		}
	}
	return list[0].RTPCodecCapability
}

// codecsNeeded are those of a section for a track: the track's own, the one of its
// kind that every client has, and what repairs them.
func codecsNeeded(all []webrtc.RTPCodecParameters, track []string) []webrtc.RTPCodecParameters {
	wanted := append([]string{webrtc.MimeTypeVP8, webrtc.MimeTypeOpus, forward.MimeTypeRED}, track...)
	kept := slices.DeleteFunc(slices.Clone(all), func(c webrtc.RTPCodecParameters) bool {
		return !slices.ContainsFunc(wanted, func(mime string) bool { return strings.EqualFold(mime, c.MimeType) })
	})
	return append(kept, repairsOf(all, kept)...)
}

// newMediaEngine knows our codecs, retransmissions, and numbers packets across all
// tracks; when it receives, it knows the header extensions that publishers are
// asked for.
func newMediaEngine(receives, sends bool) (*webrtc.MediaEngine, error) {
	media := &webrtc.MediaEngine{}
	audio, video := codecs()
	video = withRepair(video)
	for _, codec := range audio {
		if err := media.RegisterCodec(codec, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("register %s: %w", codec.MimeType, err)
		}
	}
	for _, codec := range video {
		if err := media.RegisterCodec(codec, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, fmt.Errorf("register %s: %w", codec.MimeType, err)
		}
	}
	both := []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo}
	for _, extension := range []struct {
		uri   string
		kinds []webrtc.RTPCodecType
		ways  []webrtc.RTPTransceiverDirection
	}{
		{sdp.SDESMidURI, both, usedIn(receives, false)},
		{sdp.SDESRTPStreamIDURI, both[1:], usedIn(receives, false)},
		{extRepairedID, both[1:], usedIn(receives, false)},
		{sdp.TransportCCURI, both, usedIn(receives, sends)},
		{extAudioLevel, both[:1], usedIn(receives, false)},
		// Of all that publishers send, this goes on: without it AV1's layers
		// cannot be told apart.
		{descriptor.URI, both[1:], usedIn(receives, sends)},
	} {
		if len(extension.ways) == 0 {
			continue
		}
		for _, kind := range extension.kinds {
			capability := webrtc.RTPHeaderExtensionCapability{URI: extension.uri}
			if err := media.RegisterHeaderExtension(capability, kind, extension.ways...); err != nil {
				return nil, fmt.Errorf("register %s: %w", extension.uri, err)
			}
		}
	}
	return media, nil
}

// usedIn are the directions that a header extension is used in.
func usedIn(receives, sends bool) (directions []webrtc.RTPTransceiverDirection) {
	if receives {
		directions = append(directions, webrtc.RTPTransceiverDirectionRecvonly)
	}
	if sends {
		directions = append(directions, webrtc.RTPTransceiverDirectionSendonly)
	}
	return directions
}
