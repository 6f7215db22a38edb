package sfu

import (
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"
)

// chromiumAudio is a microphone's section in an offer of Chromium.
const chromiumAudio = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" +
	"m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\na=mid:0\r\na=sendonly\r\na=msid:- mic\r\n" +
	"a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n" +
	"a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n" +
	"a=rtpmap:13 CN/8000\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 96 116\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:116 red/90000\r\n"

func TestCodecsThatAreKept(t *testing.T) {
	o, err := parseOffer(chromiumAudio)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0 8\r\n", "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", "a=fmtp:63 111/111\r\n",
		"a=fmtp:111 minptime=10;useinbandfec=1\r\n",
	} {
		if !strings.Contains(o.text, want) {
			t.Errorf("no %q in\n%s", want, o.text)
		}
	}
	for _, gone := range []string{"red/90000", "G722", "telephone-event"} {
		if strings.Contains(o.text, gone) {
			t.Errorf("%s is left", gone)
		}
	}
	of, err := parseOffer(strings.Replace(chromiumAudio, "a=fmtp:63 111/111", "a=fmtp:63 9/9", 1))
	if err != nil || strings.Contains(of.text, "red/") {
		t.Errorf("redundancy of another codec than Opus is kept: %v\n%s", err, of.text)
	}
}

func TestWhatPublishersOfOpusAreAskedFor(t *testing.T) {
	for want, infos := range map[string][]*livekit.TrackInfo{
		"minptime=10;useinbandfec=1;usedtx=1": {{}},
		"minptime=10;useinbandfec=1": {
			{DisableDtx: true}, {AudioFeatures: []livekit.AudioTrackFeature{livekit.AudioTrackFeature_TF_NO_DTX}},
		},
		"minptime=10;useinbandfec=1;stereo=1": {
			{DisableDtx: true, Stereo: true},
			{AudioFeatures: []livekit.AudioTrackFeature{livekit.AudioTrackFeature_TF_NO_DTX, livekit.AudioTrackFeature_TF_STEREO}},
		},
	} {
		for _, info := range infos {
			if got := opusParameters(info); got != want {
				t.Errorf("%v: %q, want %q", info, got, want)
			}
		}
	}
}

func TestRewriteOpus(t *testing.T) {
	text := rewriteOpus(chromiumAudio, func(mid, present string) string { return present + ";mid=" + mid })
	want := strings.Replace(chromiumAudio, "stereo=1", "stereo=1;mid=0", 1)
	if text != want {
		t.Errorf("got\n%s", text)
	}
}
