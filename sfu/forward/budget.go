package forward

import "time"

const (
	// repairPart of what a tight path carries may be packets that are sent again:
	// with more, requests for what a full queue has dropped would keep it full.
	repairPart  = 0.25
	repairBurst = 8 * (1200 + overhead) // bytes
)

// budget bounds what is sent again: a bucket that fills with time.
type budget struct {
	bytes float64
	at    time.Duration
}

// again is how long a packet that was sent again is given to arrive.
func (p *Path) again() time.Duration {
	if p == nil {
		return resentAgain
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(resentAgain, p.estimator.RTT())
}

// mayRepair says whether the path has room for a packet that is sent again, and
// takes it. As long as no limit has shown there is always room.
func (p *Path) mayRepair(size int, now time.Duration) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.estimator.Limited() {
		return true
	}
	b := &p.repairs
	b.bytes = min(b.bytes+(now-b.at).Seconds()*repairPart*float64(p.estimator.Target())/8, repairBurst)
	b.at = now
	if b.bytes < float64(size+overhead) {
		return false
	}
	b.bytes -= float64(size + overhead)
	return true
}

// tight says whether the path has shown a limit.
func (p *Path) tight() bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.estimator.Limited()
}
