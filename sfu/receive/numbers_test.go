package receive

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// told reads reports, with the library that peers use: when each number came.
func told(t *testing.T, packets [][]byte) map[uint16]time.Duration {
	t.Helper()
	times := map[uint16]time.Duration{}
	for _, raw := range packets {
		if len(raw) > reportBytes {
			t.Errorf("a report of %d bytes", len(raw))
		}
		var report rtcp.TransportLayerCC
		if err := report.Unmarshal(raw); err != nil {
			t.Fatalf("a report that cannot be read: %v", err)
		}
		at, seq, deltas, left := time.Duration(report.ReferenceTime)*64*time.Millisecond, report.BaseSequenceNumber, report.RecvDeltas, int(report.PacketStatusCount)
		symbol := func(kind uint16) {
			if left--; left < 0 {
				return
			}
			if kind != rtcp.TypeTCCPacketNotReceived {
				at += time.Duration(deltas[0].Delta) * time.Microsecond
				times[seq], deltas = at, deltas[1:]
			}
			seq++
		}
		for _, chunk := range report.PacketChunks {
			switch c := chunk.(type) {
			case *rtcp.RunLengthChunk:
				for range c.RunLength {
					symbol(c.PacketStatusSymbol)
				}
			case *rtcp.StatusVectorChunk:
				for _, kind := range c.SymbolList {
					symbol(kind)
				}
			}
		}
		if len(deltas) != 0 || left > 0 {
			t.Errorf("%d deltas too many, %d symbols too few", len(deltas), max(left, 0))
		}
	}
	return times
}

func same(t *testing.T, got, want map[uint16]time.Duration) {
	t.Helper()
	for seq, at := range want {
		if told, ok := got[seq]; !ok || (told-at).Abs() > tick {
			t.Errorf("packet %d came at %v, told is %v, %v", seq, at, told, ok)
		}
	}
	for seq := range got {
		if _, came := want[seq]; !came {
			t.Errorf("packet %d is told, and never came", seq)
		}
	}
}

func TestFeedbackTellsWhenEachPacketCame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, loss := range []float64{0, 0.02, 0.3, 0.95} {
		for _, pause := range []time.Duration{0, 20 * time.Millisecond, 9 * time.Second} {
			var n numbers
			now, want := 10*time.Hour, map[uint16]time.Duration{}
			for i := range 900 {
				if now += time.Duration(random.IntN(3000)) * time.Microsecond; i%100 == 50 {
					now += pause
				}
				if random.Float64() < loss {
					continue
				}
				seq := uint16(65_100 + i)
				n.note(seq, 7, now)
				n.note(seq, 7, now+time.Millisecond) // twice: the first counts
				want[seq] = now
			}
			same(t, told(t, n.report(nil, 1)), want)
			if again := n.report(nil, 1); len(again) != 0 {
				t.Errorf("%d reports on nothing", len(again))
			}
		}
	}
}

// TestFeedbackTellsWhatComesLate: with all behind it, as browsers do; what is too
// old is left out.
func TestFeedbackTellsWhatComesLate(t *testing.T) {
	var n numbers
	at := func(i int) time.Duration { return time.Second + time.Duration(i)*time.Millisecond }
	for i := range 20 {
		if i != 5 {
			n.note(uint16(i), 7, at(i))
		}
	}
	n.report(nil, 1)
	n.note(5, 7, at(30))
	got := told(t, n.report(nil, 1))
	if got[5] != at(30) || got[19] != at(19) || len(got) != 15 {
		t.Errorf("told %v", got)
	}
	n.note(numbered+100, 7, at(40))
	n.note(6, 7, at(41))
	if got = told(t, n.report(nil, 1)); got[numbered+100] != at(40) || len(got) != 1 {
		t.Errorf("after a jump told %v", got)
	}
}

func FuzzNumbers(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 200, 4, 0, 255, 255, 1})
	f.Fuzz(func(t *testing.T, steps []byte) {
		var n numbers
		seq, now := uint16(0), time.Second
		for i := 0; i+1 < len(steps); i += 2 {
			seq += uint16(int16(int8(steps[i])) * int16(steps[i]>>4))
			now += time.Duration(steps[i+1]) * time.Duration(steps[i+1]) * time.Millisecond
			n.note(seq, 7, now)
			if steps[i]&3 == 3 {
				told(t, n.report(nil, 1))
			}
		}
		told(t, n.report(nil, 1))
	})
}
