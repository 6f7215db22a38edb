package forward

import "time"

// What one stream may bring in a second; more is dropped. A camera at its best
// sends some two thousand packets, a microphone four hundred at most (Opus with
// frames of 2.5 ms). Each packet is multiplied by the people in the room, so a
// flood of one client's would be a flood to everybody.
const (
	videoPackets = 6000
	audioPackets = 500
	floodWindow  = time.Second
)

// flood counts what comes in. It has one user.
type flood struct {
	most  int
	count int
	since time.Duration
}

// over says whether a packet is one too many.
func (f *flood) over(now time.Duration) bool {
	if now-f.since >= floodWindow {
		f.since, f.count = now, 0
	}
	f.count++
	return f.count > f.most
}
