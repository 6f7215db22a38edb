package receive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"
)

// plain opens what is not sealed.
type plain struct{}

func (plain) Open(room, packet []byte, _ int, _ uint32, _ uint64) ([]byte, error) {
	return append(room, packet...), nil
}

// forged opens nothing.
type forged struct{}

func (forged) Open([]byte, []byte, int, uint32, uint64) ([]byte, error) {
	return nil, errors.New("forged")
}

func (s *stage) run(opener Opener, packets ...[]byte) (taken []bool) {
	run := s.flow.Run(opener)
	defer run.Flush()
	for _, p := range packets {
		taken = append(taken, run.Take(bytes.Clone(p)))
	}
	return taken
}

func TestOnlyWhatIsKnownIsTaken(t *testing.T) {
	s := newStage(t)
	if taken := s.run(plain{}, packet(media, 1)); taken[0] {
		t.Error("takes a stream that nobody has found yet")
	}
	s.flow.Arrived(packet(media, 1))
	if taken := s.run(plain{}, packet(media, 2)); taken[0] {
		t.Error("takes a stream that nobody has attached")
	}
	to := s.attach(media, "1", "")
	if taken := s.run(plain{}, packet(media, 2), packet(media, 2), packet(7, 1), again(repairSSRC, 1, 3), []byte{0x80, 1}, make([]byte, packetBytes+1)); !slices.Equal(taken, []bool{true, true, false, false, false, false}) {
		t.Errorf("took %v", taken)
	}
	to.want(t, 1, 2)
	s.send(5)
	s.flow.Arrived(again(repairSSRC, 1, 3)) // who looks for new streams has seen this one now
	if taken := s.run(plain{}, again(repairSSRC, 2, 4), again(repairSSRC, 2, 4), packet(media, 6)); !slices.Equal(taken, []bool{true, true, true}) {
		t.Errorf("took %v", taken)
	}
	to.want(t, 5, 3, 4, 6)
	s.flow.Gone(media)
	if taken := s.run(plain{}, packet(media, 7)); taken[0] {
		t.Error("takes a stream that has ended")
	}
	to.want(t)
}

// TestBothWaysAreOne: packets that are on their way through Pion when a stream is
// taken over come late, and none comes twice.
func TestBothWaysAreOne(t *testing.T) {
	s := newStage(t)
	to := s.attach(media, "1", "")
	s.send(1, 2)
	s.run(plain{}, packet(media, 5), packet(media, 6))
	s.send(3, 4, 5)
	s.run(plain{}, packet(media, 4), packet(media, 7))
	to.want(t, 1, 2, 5, 6, 3, 4, 7)
}

func TestARunIsPassedOnInBursts(t *testing.T) {
	s := newStage(t)
	var bursts []int
	for _, ssrc := range []uint32{8, 9} {
		s.flow.Attach(Source{SSRC: ssrc, Clock: 90_000, Ended: func() {}, Write: func(packets ...[]byte) {
			bursts = append(bursts, len(packets))
			for _, p := range packets {
				if binary.BigEndian.Uint32(p[8:]) != ssrc || !bytes.Equal(p[2:4], p[len(p)-2:]) {
					t.Errorf("%x is passed on as one of %d", p, ssrc)
				}
			}
		}})
		s.flow.Arrived(packet(ssrc, 0))
	}
	bursts = nil
	var packets [][]byte
	add := func(ssrc uint32, n int) {
		for range n {
			packets = append(packets, packet(ssrc, uint16(len(packets)+1)))
		}
	}
	add(8, 7)
	add(9, 1)
	add(8, burstMost+2)
	add(9, burstMost)
	add(8, 1)
	s.run(plain{}, packets...)
	if want := []int{7, 1, burstMost, 2, burstMost, 1}; !slices.Equal(bursts, want) {
		t.Errorf("bursts of %v, want %v", bursts, want)
	}
}

func TestForgedPacketsChangeNothing(t *testing.T) {
	s := newStage(t)
	to := s.attach(media, "1", "")
	s.send(1)
	for i := range uint16(failMost - 1) {
		s.run(forged{}, packet(media, 20_000+i, idTransport, []byte{1, 1}))
	}
	s.run(plain{}, packet(media, 2))
	to.want(t, 1, 2)
	if s.flow.numbers.started || s.flow.streams[media].window.highest != 2 {
		t.Error("a forged packet was counted")
	}
	// When nothing opens any more, whoever receives the others may know better.
	for range failMost {
		s.run(forged{}, packet(media, 3))
	}
	if taken := s.run(forged{}, packet(media, 4)); taken[0] {
		t.Error("keeps a stream that it cannot open")
	}
}

func TestReceivingAllocatesNothing(t *testing.T) {
	s := newStage(t)
	s.flow.Attach(Source{SSRC: media, NACK: true, Clock: 90_000, Ended: func() {}, Write: func(...[]byte) {}})
	raw := packed2(1200)
	seq := uint16(0)
	next := func() []byte {
		seq++
		binary.BigEndian.PutUint16(raw[2:], seq)
		return raw
	}
	s.flow.Arrived(bytes.Clone(next()))
	for name, take := range map[string]func(){
		"where it comes in": func() {
			run := s.flow.Run(plain{})
			for range 7 {
				run.Take(next())
			}
			run.Flush()
		},
		"from Pion": func() { s.flow.Arrived(next()) },
	} {
		take()
		// The collector may empty the pool once in between.
		if allocs := testing.AllocsPerRun(500, take); allocs >= 1 && !underRace {
			t.Errorf("%s: %v allocations, want none", name, allocs)
		}
	}
}

// packed2 is a packet of media of a size, with a transport-wide number.
func packed2(size int) []byte {
	raw := packet(media, 0, idTransport, []byte{0, 1})
	return append(raw, make([]byte, size-len(raw))...)
}

func BenchmarkTake(b *testing.B) {
	start := time.Now()
	f := NewFlow(func() time.Duration { return time.Since(start) }, func([]byte) {})
	defer f.Close()
	f.Agree(Terms{Transport: idTransport})
	f.Attach(Source{SSRC: media, NACK: true, Clock: 90_000, Ended: func() {}, Write: func(...[]byte) {}})
	raw := packed2(1200)
	f.Arrived(bytes.Clone(raw))
	seq := uint16(0)
	b.ReportAllocs()
	for b.Loop() {
		run := f.Run(plain{})
		for range 7 {
			seq++
			binary.BigEndian.PutUint16(raw[2:], seq)
			run.Take(raw)
		}
		run.Flush()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/7, "ns/packet")
}
