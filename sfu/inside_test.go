package sfu

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
)

func TestLifetime(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(minutes float64) time.Time { return start.Add(time.Duration(minutes * float64(time.Minute))) }
	type step struct {
		now  time.Time
		want verdict
	}
	end, warn := verdict{End: true}, func(minutes int) verdict { return verdict{Warn: time.Duration(minutes) * time.Minute} }
	for name, test := range map[string]struct {
		armed  time.Time
		endsAt time.Time
		steps  []step
	}{
		"never":                 {start, time.Time{}, []step{{at(1e6), verdict{}}}},
		"forty minutes":         {start, at(40), []step{{at(1), verdict{}}, {at(30), warn(10)}, {at(31), verdict{}}, {at(35), warn(5)}, {at(35), verdict{}}, {at(39), warn(1)}, {at(39.9), verdict{}}, {at(40), end}, {at(41), end}}},
		"a jump over two":       {start, at(40), []step{{at(36), warn(5)}, {at(37), verdict{}}, {at(39.5), warn(1)}}},
		"a jump over the end":   {start, at(40), []step{{at(99), end}}},
		"back and forth":        {start, at(40), []step{{at(30.5), warn(10)}, {at(1), verdict{}}, {at(31), verdict{}}, {at(35), warn(5)}}},
		"armed late":            {at(36), at(40), []step{{at(36), verdict{}}, {at(39), warn(1)}}},
		"armed on the dot":      {at(30), at(40), []step{{at(30), warn(10)}}},
		"a meeting of seconds":  {start, at(0.1), []step{{start, verdict{}}, {at(0.1), end}}},
		"armed after the end":   {at(41), at(40), []step{{at(41), end}}},
		"armed with seven left": {at(33), at(40), []step{{at(34), verdict{}}, {at(35), warn(5)}}},
	} {
		t.Run(name, func(t *testing.T) {
			l := arm(test.endsAt, test.armed)
			for _, s := range test.steps {
				var got verdict
				if l, got = l.at(s.now); got != s.want {
					t.Errorf("at %s: %+v, want %+v", s.now.Format("15:04:05"), got, s.want)
				}
			}
		})
	}
}

const offerText = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n" +
	"m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0\r\na=mid:0\r\na=sendonly\r\na=msid:stream mic\r\na=candidate:1 1 udp 1 10.0.0.1 5 typ host\r\n" +
	"a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\na=rtcp-fb:111 transport-cc\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 102 103\r\na=mid:1\r\na=recvonly\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n" +
	"a=rtpmap:98 H265/90000\r\na=rtcp-fb:* nack\r\na=rtpmap:102 H264/90000\r\na=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n" +
	"a=rtpmap:103 H264/90000\r\na=fmtp:103 packetization-mode=0;profile-level-id=42e01f\r\n" +
	"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n"

func TestParseOffer(t *testing.T) {
	o, err := parseOffer(offerText)
	if err != nil {
		t.Fatal(err)
	}
	want := []section{
		{mid: "0", kind: webrtc.RTPCodecTypeAudio, direction: webrtc.RTPTransceiverDirectionSendonly, track: "mic"},
		{mid: "1", kind: webrtc.RTPCodecTypeVideo, direction: webrtc.RTPTransceiverDirectionRecvonly},
		{mid: "2", direction: webrtc.RTPTransceiverDirectionSendrecv},
	}
	for i, s := range o.sections {
		if s != want[i] {
			t.Errorf("section %d: %+v, want %+v", i, s, want[i])
		}
	}
	for _, kept := range []string{"m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n", "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102\r\n", "a=rtcp-fb:96 nack pli\r\n", "a=rtcp-fb:* nack\r\n", "a=fmtp:102 ", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"} {
		if !strings.Contains(o.text, kept) {
			t.Errorf("%q is gone", kept)
		}
	}
	for _, dropped := range []string{"G722", "H265", "a=fmtp:103", "candidate"} {
		if strings.Contains(o.text, dropped) {
			t.Errorf("%q is still there", dropped)
		}
	}
}

func TestParseOfferKeepsASectionWithNoneOfOurCodecs(t *testing.T) {
	text := "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:0\r\na=rtpmap:98 H265/90000\r\n"
	if o, err := parseOffer(text); err != nil || o.text != text {
		t.Errorf("%q, %v", o.text, err)
	}
}

func TestSilence(t *testing.T) {
	answer := "v=0\r\nm=audio 9 x 1\r\na=mid:0\r\na=sendonly\r\nm=audio 9 x 1\r\na=mid:1\r\na=sendonly\r\n"
	got := silence(answer, func(mid string) bool { return mid == "1" })
	if strings.Count(got, "a=sendonly") != 1 || !strings.HasSuffix(got, "a=mid:1\r\na=inactive\r\n") {
		t.Errorf("%q", got)
	}
}

func FuzzOffer(f *testing.F) {
	f.Add(offerText)
	f.Add("m=\nm=audio\n\r\na=")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parseOffer(text)
		if err != nil {
			return
		}
		again, err := parseOffer(o.text)
		if err != nil || again.text != o.text {
			t.Errorf("not stable: %q then %q (%v)", o.text, again.text, err)
		}
		silence(o.text, func(string) bool { return true })
	})
}

func TestSources(t *testing.T) {
	camera := Claims{CanPublish: true, Sources: parseSources([]string{"camera", "telepathy"})}.rights()
	sound, picture := livekit.TrackType_AUDIO, livekit.TrackType_VIDEO
	for source, want := range map[livekit.TrackSource]bool{
		livekit.TrackSource_CAMERA: true, livekit.TrackSource_MICROPHONE: false, livekit.TrackSource_UNKNOWN: false,
	} {
		if got := camera.mayPublish(source, picture); got != want {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
	anything := Claims{CanPublish: true}.rights()
	if (Claims{}).rights().mayPublish(livekit.TrackSource_CAMERA, picture) || !anything.mayPublish(livekit.TrackSource_UNKNOWN, sound) {
		t.Error("publishing without sources in the token")
	}
	if camera.mayPublish(livekit.TrackSource_CAMERA, sound) || anything.mayPublish(livekit.TrackSource_SCREEN_SHARE, sound) ||
		anything.mayPublish(livekit.TrackSource_MICROPHONE, picture) || anything.mayPublish(livekit.TrackSource_SCREEN_SHARE_AUDIO, picture) {
		t.Error("a voice is published as a picture, or the other way around")
	}
}

// What one person may send is bounded in packets and in bytes: a lossy packet
// above it is lost, a reliable one waits until it fits or the person has left.
func TestDataIsRateLimitedPerPerson(t *testing.T) {
	for name, test := range map[string]struct{ size, least, most int }{
		"small packets": {100, packetsAtOnce, packetsAtOnce + packetsPerTick*30},
		"large packets": {maxDataPacket, bytesAtOnce / maxDataPacket, (bytesAtOnce + bytesPerTick*30) / maxDataPacket},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			d := newDataPort(&peer{ctx: ctx})
			passed := 0
			for d.spend(livekit.DataPacket_LOSSY, test.size) {
				passed++
			}
			if passed < test.least || passed > test.most {
				t.Errorf("%d packets passed, want %d and little more", passed, test.least)
			}
			if !d.spend(livekit.DataPacket_RELIABLE, test.size) {
				t.Error("a reliable packet is lost")
			}
			leave()
			if d.spend(livekit.DataPacket_RELIABLE, test.size) {
				t.Error("a packet of somebody who has left is passed on")
			}
		})
	}
}
