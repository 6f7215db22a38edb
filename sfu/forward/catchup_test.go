package forward

import (
	"testing"
	"time"
)

// arriving is a track with frames coming, and somebody who is on their way: the
// transport of the stage's subscriber is not up yet.
func arriving(t *testing.T) (*stage, *source) {
	s := newStage(t, vp8Codec)
	s.track.Unsubscribe(s.sub)
	s.sub = NewSub(s.track, "PA_x|TR_x")
	if _, err := s.sub.Bind(bindContext{writer: s.out, codec: vp8Codec}); err != nil {
		t.Fatal(err)
	}
	src := s.source(2, 10, 0, 0)
	src.frame(true)
	s.frames(src, 30)
	src.requests = 0
	return s, src
}

// frames writes frames that need those before, at their pace.
func (s *stage) frames(src *source, n int) {
	for range n {
		s.now += time.Second / 30
		src.frame(false)
	}
}

func (s *stage) open() {
	s.track.Subscribe(s.sub)
	s.sub.Open()
}

func TestNewcomerGetsAKeyFrameThatWasMadeForThem(t *testing.T) {
	s, src := arriving(t)
	s.sub.Prepare()
	if src.requests != 1 {
		t.Fatalf("%d key frames asked for ahead, want 1", src.requests)
	}
	s.frames(src, 1)
	src.frame(true)
	s.frames(src, 4)
	s.open()
	s.frames(src, 1)
	s.sent(6)
	s.unbroken()
	if !vp8Key(s.out.payloads[0]) {
		t.Error("what comes first cannot be decoded")
	}
	s.frames(src, 20)
	if src.requests != 1 {
		t.Errorf("%d key frames asked for in all, want 1", src.requests)
	}
	s.sent(26)
	s.unbroken()
}

func TestNewcomerDoesNotGetWhat(t *testing.T) {
	for name, happens := range map[string]func(s *stage, src *source){
		"is old": func(s *stage, src *source) { s.frames(src, 13) },
		"was shown before the camera stopped": func(s *stage, src *source) {
			s.track.SetMuted(true)
			s.frames(src, 1)
			s.track.SetMuted(false)
		},
		"was shown before it stopped and nobody saw": func(s *stage, _ *source) {
			s.track.SetMuted(true)
			s.track.SetMuted(false)
		},
		"was on its way when the camera stopped": func(s *stage, src *source) {
			var last packet
			if _, ok := src.layer.ring.get(src.layer.key.first, &last, nil); !ok {
				s.t.Fatal("the key frame is not kept")
			}
			s.track.SetMuted(true)
			src.layer.ring.put(&last)
			s.track.SetMuted(false)
		},
		"has a hole": func(s *stage, src *source) {
			src.seq++
			s.frames(src, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, src := arriving(t)
			src.frame(true)
			happens(s, src)
			src.requests = 0
			src.layer.lastKeyRequest.Store(int64(s.now - keyInterval))
			s.open()
			s.frames(src, 1)
			s.sent(0)
			if src.requests == 0 {
				t.Error("no key frame is asked for")
			}
			src.picture = 9
			src.frame(true)
			s.sent(1)
		})
	}
}

// A screen that stands still gets its next frame when it is asked for one, and
// not before.
func TestKeyFrameOfAStillPictureIsAskedForByWhoIsThere(t *testing.T) {
	s, src := arriving(t)
	s.now += time.Second
	src.frame(true)
	src.requests = 0
	s.sub.Prepare()
	if src.requests != 0 {
		t.Fatal("asked ahead: the picture would be old by the time that somebody is there")
	}
	s.open()
	if src.requests != 1 {
		t.Errorf("%d requests by who is there, want 1", src.requests)
	}
}

func TestKeyFrameAnswersTheRequestsBefore(t *testing.T) {
	s := newStage(t, vp8Codec)
	src := s.source(2, 10, 0, 0)
	src.frame(false)
	src.frame(false) // asks again, as soon as it may
	src.frame(true)
	before := src.requests
	s.frames(src, 30)
	s.track.Tick()
	if src.requests != before {
		t.Errorf("%d more key frames asked for by nobody", src.requests-before)
	}
}
