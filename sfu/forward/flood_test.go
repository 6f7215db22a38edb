package forward

import (
	"testing"
	"time"
)

func TestAFloodIsNotMultiplied(t *testing.T) {
	s := newStage(t, opusCodec)
	src := s.source(2, 1, 0, 0)
	second := func(packets int) (out int) {
		before := len(s.out.headers)
		for range packets {
			src.ts += 960
			src.write([]byte("la"))
		}
		s.now += time.Second
		return len(s.out.headers) - before
	}
	if got := second(400); got != 400 {
		t.Errorf("%d of 400 packets are forwarded: the shortest frames of Opus need as many", got)
	}
	if got := second(20_000); got != audioPackets {
		t.Errorf("%d packets of a flood are forwarded, want %d", got, audioPackets)
	}
	if got := second(50); got != 50 {
		t.Errorf("%d of 50 packets after it are forwarded", got)
	}
}
