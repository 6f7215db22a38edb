package receive

import (
	"slices"
	"testing"
	"time"
)

func TestMissingPacketsAreAskedFor(t *testing.T) {
	s := newStage(t)
	to := s.attach(media, "1", "")
	for i := range uint16(40) {
		s.send(65_500 + i - 4)
	}
	s.send(2, 5, 4) // over the wrap; 0, 1 and 3 are missing
	if s.flow.speak(); len(s.asked(media)) > 0 {
		t.Error("asks before the packets could have been overtaken")
	}
	s.send(1)
	s.pass(reorderWait)
	if asked := s.asked(media); !slices.Equal(asked, []uint16{0, 3}) {
		t.Errorf("asks for %v", asked)
	}
	s.pass(firstRTT - 10*time.Millisecond)
	if asked := s.asked(media); len(asked) > 0 {
		t.Errorf("asks for %v again before an answer can be here", asked)
	}
	s.send(0)
	s.flow.Arrived(again(repairSSRC, 9, 3))
	s.pass(2 * time.Second)
	if asked := s.asked(media); len(asked) > 0 {
		t.Errorf("asks for %v, which came", asked)
	}
	if tail := to.got[len(to.got)-6:]; !slices.Equal(tail, []uint16{2, 5, 4, 1, 0, 3}) {
		t.Errorf("passed on %v at the end", tail)
	}
}

func TestQuestionsFollowTheRoundTrip(t *testing.T) {
	s := newStage(t)
	s.attach(media, "1", "")
	const rtt = 40 * time.Millisecond
	seq := uint16(0)
	for range 20 { // each time, one is lost and comes when it is asked for
		s.send(seq, seq+2)
		s.pass(reorderWait)
		s.pass(rtt)
		s.send(seq + 1)
		seq += 3
	}
	if learnt := s.flow.streams[media].gaps.rtt; learnt < rtt || learnt > rtt+10*time.Millisecond {
		t.Fatalf("takes %v for %v", learnt, rtt)
	}
	s.asked(media)
	s.send(seq, seq+2) // this one never comes
	s.pass(giveUpAfter / 2)
	soon := len(s.asked(media))
	s.pass(10 * giveUpAfter)
	later := len(s.asked(media))
	if soon < 6 || soon+later > askMost {
		t.Errorf("asked %d times in half a second, %d times later", soon, later)
	}
	if len(s.flow.streams[media].gaps.list) > 0 || s.flow.armed && s.flow.due > s.now {
		t.Error("never gives up")
	}
}

// TestQuestionsAreBounded: half of what comes is lost, and so is all that is sent
// again.
func TestQuestionsAreBounded(t *testing.T) {
	s := newStage(t)
	s.attach(media, "1", "")
	came := 0
	for i := range uint16(6000) {
		if i%2 == 0 {
			s.send(i)
			came++
		}
		if i%10 == 0 {
			s.pass(5 * time.Millisecond)
		}
		if missing := len(s.flow.streams[media].gaps.list); missing > gapMost {
			t.Fatalf("%d packets are missing", missing)
		}
	}
	asked := len(s.asked(media))
	if asked < came/4 || asked > came/askCost+creditStart {
		t.Errorf("asked %d times for what is missing between %d packets", asked, came)
	}
}

func TestTooMuchIsNotAskedFor(t *testing.T) {
	s := newStage(t)
	to := s.attach(media, "1", "")
	s.send(1, 2, 2+gapMost+2)
	s.pass(time.Second)
	if asked := s.asked(media); len(asked) > 0 || to.lost != 1 {
		t.Errorf("asks for %d packets, and %d times for a key frame", len(asked), to.lost)
	}
	s.send(2 + gapMost + 4)
	s.pass(50 * time.Millisecond)
	if asked := s.asked(media); !slices.Equal(asked, []uint16{2 + gapMost + 3}) {
		t.Errorf("after a pause asks for %v", asked)
	}
}
