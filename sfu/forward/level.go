package forward

import (
	"math"
	"sync/atomic"
)

// What counts as speech. Levels are those of RFC 6464: decibels below full
// scale, 0 is the loudest and 127 silence. Intervals are those between two calls
// of Take. What starts somebody's turn is stricter than what keeps it, so that
// neither a cough nor a pause for breath changes who speaks.
const (
	speechLevel = 40  // as loud as this counts as speech
	voiceLevel  = 46  // as loud as this goes on counting, for who speaks already
	startAfter  = 320 // milliseconds of sound, in two intervals, that make a speaker; a cough is shorter
	noise       = 40  // milliseconds of sound in an interval that are none
	pauses      = 3   // intervals without sound until a speaker has finished
	attack      = 0.6 // of the way to a louder level, each interval
	release     = 0.3 // of the way to a quieter one
	longPacket  = 120 // milliseconds of sound that a packet can be; a longer step is a gap
	usualPacket = 20  // milliseconds
)

// Level measures how loud a microphone is, from the audio level that clients
// put on each packet (RFC 6464). Observe has one caller and so has Take; they
// may run at the same time.
type Level struct {
	loudest atomic.Uint32 // 128 - level of the loudest packet since Take
	speech  atomic.Uint32 // milliseconds as loud as speechLevel since Take
	voice   atomic.Uint32 // the same, voiceLevel
	newest  uint32        // timestamp, for observe

	before uint32 // speech of the interval before the last Take
	level  float64
	active bool
	quiet  int // intervals without sound since the last with it
}

// observe takes the level of one packet.
func (l *Level) observe(dBov uint8, timestamp, clock uint32) {
	took := (timestamp - l.newest) / max(clock/1000, 1)
	l.newest = timestamp
	if took == 0 || took > longPacket {
		took = usualPacket
	}
	if dBov <= speechLevel {
		l.speech.Add(took)
	}
	if dBov <= voiceLevel {
		l.voice.Add(took)
	}
	value := uint32(128 - min(dBov, 127))
	for {
		seen := l.loudest.Load()
		if seen >= value || l.loudest.CompareAndSwap(seen, value) {
			return
		}
	}
}

// Take gives the smoothed level since the last call, 0 to 1, and whether that
// is somebody speaking.
func (l *Level) Take() (level float64, active bool) {
	speech, voice, loudest := l.speech.Swap(0), l.voice.Swap(0), l.loudest.Swap(0)
	now := 0.0
	if voice > noise {
		now = math.Pow(10, -float64(128-loudest)/20)
		l.quiet = 0
	} else {
		l.quiet++
	}
	if now > l.level {
		l.level += (now - l.level) * attack
	} else {
		l.level += (now - l.level) * release
	}
	if l.active {
		l.active = l.quiet < pauses
	} else {
		l.active = speech > 0 && l.before+speech > startAfter
	}
	l.before = speech
	if !l.active {
		return 0, false
	}
	return l.level, true
}
