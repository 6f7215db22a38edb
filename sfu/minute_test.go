package sfu

import (
	"fmt"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
)

func TestAMinuteSaysHowItWasAndWhy(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	good := look{points: 5, layer: 2, size: 720}
	lossy := look{points: 1.4, up: reception{loss: 0.18, jitter: 10 * time.Millisecond}, down: reception{rtt: 30 * time.Millisecond}, layer: 2, size: 720}
	far := look{points: 2, down: reception{rtt: 1300 * time.Millisecond, loss: 0.004, jitter: 20 * time.Millisecond}, layer: 1}
	for name, test := range map[string]struct {
		looks []look
		want  QualityMinute
	}{
		"good":          {[]look{good, good}, QualityMinute{Score: 50, Layer: 2, Size: 720}},
		"their uplink":  {[]look{lossy, lossy, good}, QualityMinute{Score: 26, LossUp: 120, RTT: 20, Jitter: 7, Layer: 2, Size: 720, Cause: CauseUplink}},
		"a long way":    {[]look{far}, QualityMinute{Score: 20, LossDown: 4, RTT: 1300, Jitter: 20, Layer: 1, Cause: CauseDownlink}},
		"held back":     {[]look{{points: 4.9, layer: -1, paused: true}}, QualityMinute{Score: 31, Layer: -1, Held: HeldPaused, Cause: CauseLayer}},
		"smaller, good": {[]look{good, {points: 4.6, layer: 0, size: 180, held: true}, good}, QualityMinute{Score: 49, Layer: 0, Size: 180, Held: HeldSmaller}},
		"paused beats":  {[]look{{points: 5, layer: 1, size: 360, held: true}, {points: 5, layer: -1, paused: true}, {points: 5, layer: 1, size: 360, held: true}}, QualityMinute{Score: 44, Layer: 1, Size: 360, Held: HeldPaused}},
		"gone":          {[]look{{lost: true, layer: -1}, {lost: true, layer: -1}}, QualityMinute{Layer: -1, Cause: CauseLost}},
		"gone for half": {[]look{good, {lost: true, layer: -1}}, QualityMinute{Score: 25, Layer: 2, Size: 720, Cause: CauseLost}},
	} {
		t.Run(name, func(t *testing.T) {
			var minute tally
			for i, l := range test.looks {
				if q, over := minute.add(start.Add(time.Duration(2*i)*time.Second), l); over {
					t.Fatalf("over too soon: %+v", q)
				}
			}
			got, over := minute.add(start.Add(time.Minute), good)
			test.want.Minute = start
			if !over || fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if rest, ok := minute.take(); !ok || !rest.Minute.Equal(start.Add(time.Minute)) || rest.Score != 50 {
				t.Errorf("the minute that had begun: %+v, %v", rest, ok)
			}
			if rest, ok := minute.take(); ok {
				t.Errorf("taken twice: %+v", rest)
			}
		})
	}
}

// What nobody takes is bounded, and the newest is kept.
func TestARoomHoldsBackSoManyMinutes(t *testing.T) {
	r := &room{}
	p := &peer{identity: "ann"}
	for i := range qualityWaiting + 10 {
		r.noteMinute(p, QualityMinute{RTT: i})
	}
	if n := len(r.quality); n != qualityWaiting || r.quality[n-1].RTT != qualityWaiting+9 {
		t.Errorf("%d minutes, the last %+v", n, r.quality[n-1])
	}
}

func TestTheSizeOfAPictureIsItsShorterSideInTheLayerThatIsSent(t *testing.T) {
	r := &room{}
	phone := &livekit.AddTrackRequest{Type: livekit.TrackType_VIDEO, Width: 720, Height: 1280, Layers: []*livekit.VideoLayer{
		{Quality: livekit.VideoQuality_LOW, Width: 180, Height: 320}, {Quality: livekit.VideoQuality_HIGH, Width: 720, Height: 1280},
	}}
	screen := &livekit.AddTrackRequest{Type: livekit.TrackType_VIDEO, Width: 1920, Height: 1080}
	for _, test := range []struct {
		request *livekit.AddTrackRequest
		quality int
		want    int
	}{{phone, 0, 180}, {phone, 2, 720}, {phone, 1, 0}, {screen, 2, 1080}, {&livekit.AddTrackRequest{}, 0, 0}} {
		if got := r.sizeOf(&publication{info: newTrackInfo("TR_1", test.request, "video/VP8")}, test.quality); got != test.want {
			t.Errorf("layer %d of %v: %d pixels, want %d", test.quality, test.request, got, test.want)
		}
	}
}
