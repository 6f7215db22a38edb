package receive

import "testing"

func TestWindowLetsEachPacketInOnce(t *testing.T) {
	var w window
	take := func(seq uint16, index uint64, want bool) {
		t.Helper()
		got, fresh := w.place(seq)
		if fresh != want || fresh && got != index {
			t.Fatalf("packet %d: index %d, fresh %v; want %d, %v", seq, got, fresh, index, want)
		}
		if fresh {
			w.mark(got)
		}
	}
	take(5, 5, true)
	take(65_530, 0, false) // from before the first
	take(5, 0, false)
	take(3, 3, true)
	take(40_000, 0, false) // further back than ahead
	take(20_000, 20_000, true)
	take(20_000-windowPackets, 0, false) // too old to know
	take(20_001-windowPackets, 20_001-windowPackets, true)
	take(20_001-windowPackets, 0, false)
	take(45_000, 45_000, true)
	take(65_535, 65_535, true)
	take(2, 65_538, true) // over the wrap
	take(65_534, 65_534, true)
	take(0, 65_536, true)
	take(65_535, 0, false)
	take(2, 0, false)
	for seq := range uint16(3000) {
		take(seq+3, uint64(seq)+65_539, true)
		take(seq+3, 0, false)
	}
}

// TestWindowForgetsWhatItJumpsOver: what stood in a slot a cycle ago is none of
// the packets that are missing now.
func TestWindowForgetsWhatItJumpsOver(t *testing.T) {
	for _, jump := range []uint64{1, 2, 63, 64, 65, windowPackets - 1, windowPackets, windowPackets + 1, 30_000} {
		var w window
		for i := range uint64(2 * windowPackets) {
			w.mark(i)
		}
		newest := uint64(2*windowPackets) - 1 + jump
		w.mark(newest)
		for back := uint64(1); back < min(jump, windowPackets); back++ {
			if w.has(newest - back) {
				t.Fatalf("after a jump by %d, packet %d back has come", jump, back)
			}
		}
		if jump < windowPackets && !w.has(newest-jump) {
			t.Errorf("after a jump by %d, the newest before it is forgotten", jump)
		}
	}
}
