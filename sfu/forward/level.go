package forward

import (
	"math"
	"sync/atomic"
)

const (
	speechLevel   = 40  // dBov below full scale; louder than this counts as sound
	speechPackets = 2   // a click of one packet is not speech
	decay         = 0.5 // of the level, each interval of silence
	activeAbove   = 0.012
)

// Level measures how loud a microphone is, from the audio level that clients
// put on each packet (RFC 6464). Observe and Take may run at the same time;
// Take has one caller.
type Level struct {
	loudest atomic.Uint32 // 127 - dBov of the loudest packet since Take, plus one
	loud    atomic.Uint32 // packets above speechLevel since Take
	level   float64
}

// observe takes the level of one packet: 0 is full scale, 127 silence.
func (l *Level) observe(dBov uint8) {
	if dBov <= speechLevel {
		l.loud.Add(1)
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
	loud, loudest := l.loud.Swap(0), l.loudest.Swap(0)
	now := 0.0
	if loud >= speechPackets {
		now = math.Pow(10, -float64(128-loudest)/20)
	}
	l.level = max(now, l.level*decay)
	return l.level, l.level >= activeAbove
}
