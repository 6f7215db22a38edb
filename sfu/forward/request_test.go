package forward

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// TestKeyFrameStormsAreBounded: many subscribers on a bad network ask again and
// again, each in its way; the publisher hears of it twice a second until the key
// frame comes, and then no more.
func TestKeyFrameStormsAreBounded(t *testing.T) {
	for name, ask := range map[string]rtcp.Packet{
		"PLI": &rtcp.PictureLossIndication{MediaSSRC: 4711},
		"FIR": &rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: 4711}}}, // RFC 5104: its media SSRC is 0
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, vp8Codec)
			src := s.source(2, 100, 9000, 1)
			src.frame(true)
			subs := []*Sub{s.sub}
			for range 50 {
				sub := NewSub(s.track, "PA_y|TR_x")
				if _, err := sub.Bind(bindContext{writer: &recorder{}, codec: vp8Codec}); err != nil {
					t.Fatal(err)
				}
				s.track.Subscribe(sub)
				subs = append(subs, sub)
			}
			s.now += time.Minute
			src.requests = 0
			storm := func(d time.Duration) {
				for end := s.now + d; s.now < end; s.now += 10 * time.Millisecond {
					for _, sub := range subs {
						sub.HandleRTCP([]rtcp.Packet{ask})
					}
					src.frame(false)
				}
			}
			const long = 4700 * time.Millisecond
			storm(long)
			if want := int(long/keyInterval) + 1; src.requests != want {
				t.Errorf("%d requests in %v, want %d", src.requests, long, want)
			}
			src.frame(true)
			src.requests = 0
			for range 100 {
				s.now += 33 * time.Millisecond
				src.frame(false)
				s.track.Tick()
			}
			if src.requests > 0 {
				t.Errorf("%d requests after the key frame came", src.requests)
			}
		})
	}
}
