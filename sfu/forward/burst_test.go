package forward

import (
	"slices"
	"testing"

	"github.com/pion/rtp"
)

// TestBurstIsForwardedAsItsPacketsAre: subscribers cannot tell whether packets
// came together, and each gets all of them in turn.
func TestBurstIsForwardedAsItsPacketsAre(t *testing.T) {
	s := newStage(t, vp8Codec)
	second := NewSub(s.track, "PA_y|TR_x")
	order := &turns{}
	for i, sub := range []*Sub{s.sub, second} {
		if _, err := sub.Bind(bindContext{writer: &turn{recorder: s.out, order: order, number: i}, codec: vp8Codec}); err != nil {
			t.Fatal(err)
		}
	}
	s.track.Subscribe(second)
	second.Open()
	src := s.source(2, 10, 0, 0)
	var burst [][]byte
	for i := range maxBurst + 8 { // more than one go
		payload := []byte{0x90, 0x80, 0x80, byte(i), 0x01, 0xaa}
		if i == 0 {
			payload[4] = 0
		}
		burst = append(burst, src.packet(payload))
		src.ts += 3000
	}
	burst = slices.Insert(burst, 3, []byte{0x80}) // malformed: dropped by itself
	src.layer.Write(burst...)
	want := slices.Concat(slices.Repeat([]int{0}, maxBurst), slices.Repeat([]int{1}, maxBurst), slices.Repeat([]int{0}, 8), slices.Repeat([]int{1}, 8))
	if !slices.Equal(order.turns, want) {
		t.Errorf("packets went out to %v", order.turns)
	}
	headers, payloads := s.out.headers, s.out.payloads
	for i := range 2 {
		s.out.headers, s.out.payloads = nil, nil
		for j, turn := range order.turns {
			if turn == i {
				s.out.headers, s.out.payloads = append(s.out.headers, headers[j]), append(s.out.payloads, payloads[j])
			}
		}
		s.sent(maxBurst + 8)
		s.unbroken()
	}
}

// turns remembers whose packets went out when.
type turns struct{ turns []int }

type turn struct {
	*recorder
	order  *turns
	number int
}

func (w *turn) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	w.order.turns = append(w.order.turns, w.number)
	return w.recorder.WriteRTP(header, payload)
}
