package forward

import (
	"slices"
	"testing"
)

// microphone is a Level with a clock of its own, of 48 kHz.
type microphone struct {
	Level
	timestamp uint32
}

// interval is 400 ms of packets of 20 ms: so many at the level, the rest silent.
func (m *microphone) interval(loud int, dBov uint8) (float64, bool) {
	for i := range 20 {
		m.timestamp += 960
		level := uint8(127)
		if i < loud {
			level = dBov
		}
		m.observe(level, m.timestamp, 48000)
	}
	return m.Take()
}

func TestWhoIsASpeaker(t *testing.T) {
	const yes, no = true, false
	for name, test := range map[string]struct {
		loud []int // loud packets in each interval
		dBov uint8
		want []bool
	}{
		"a speaker":                    {[]int{20, 20, 20}, 25, []bool{yes, yes, yes}},
		"a word over two intervals":    {[]int{8, 12, 0}, 25, []bool{no, yes, yes}},
		"a cough":                      {[]int{15, 0, 0}, 20, []bool{no, no, no}},
		"a cough over two intervals":   {[]int{7, 8, 0}, 20, []bool{no, no, no}},
		"keys on a keyboard":           {[]int{2, 1, 2, 1, 2, 2}, 20, []bool{no, no, no, no, no, no}},
		"a fan":                        {[]int{20, 20, 20}, 55, []bool{no, no, no}},
		"pauses for breath":            {[]int{20, 0, 0, 15, 0, 0, 10, 0}, 25, []bool{yes, yes, yes, yes, yes, yes, yes, yes}},
		"the end":                      {[]int{20, 20, 0, 0, 0, 0}, 25, []bool{yes, yes, yes, yes, no, no}},
		"a click does not hold a turn": {[]int{20, 1, 2, 1}, 25, []bool{yes, yes, yes, no}},
	} {
		t.Run(name, func(t *testing.T) {
			var m microphone
			var got []bool
			for _, loud := range test.loud {
				_, active := m.interval(loud, test.dBov)
				got = append(got, active)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

// TestWhoSpeaksAlreadyMaySpeakSofter is hysteresis in loudness.
func TestWhoSpeaksAlreadyMaySpeakSofter(t *testing.T) {
	var m microphone
	if _, active := m.interval(20, 44); active {
		t.Error("a whisper begins a turn")
	}
	m.interval(20, 30)
	for range 5 {
		if _, active := m.interval(20, 44); !active {
			t.Error("a whisper ends a turn")
		}
	}
}

func TestLevelFollowsLoudness(t *testing.T) {
	level := func(dBov uint8, intervals int) (last float64) {
		var m microphone
		before := -1.0
		for range intervals {
			last, _ = m.interval(20, dBov)
			if last < before {
				t.Errorf("%d dB: the level falls from %v to %v although the voice is steady", dBov, before, last)
			}
			before = last
		}
		return last
	}
	if quiet, loud, loudest := level(35, 10), level(20, 10), level(0, 10); !(quiet > 0 && quiet < loud && loud < loudest && loudest > 0.99 && loudest <= 1) {
		t.Errorf("levels %v, %v, %v", quiet, loud, loudest)
	}
	var m microphone
	m.interval(20, 10)
	before, _ := m.interval(20, 10)
	for {
		now, active := m.interval(0, 0)
		if !active {
			break
		}
		if now >= before {
			t.Errorf("the level rises from %v to %v in silence", before, now)
		}
		before = now
	}
}

// TestLongPacketsAreMeasuredByTheirTime: a client may put 60 ms into a packet.
func TestLongPacketsAreMeasuredByTheirTime(t *testing.T) {
	var l Level
	for i := range 7 {
		l.observe(20, uint32(1000+i*2880), 48000)
	}
	if _, active := l.Take(); !active {
		t.Error("380 ms in packets of 60 are not speech")
	}
	var g711 Level
	for i := range 20 {
		g711.observe(20, uint32(i*160), 8000)
	}
	if _, active := g711.Take(); !active {
		t.Error("400 ms of G.711 are not speech")
	}
}
