package forward

import (
	"time"

	"github.com/pion/rtp"
)

const (
	probeEvery   = 10 * time.Millisecond
	probeMost    = 2_000_000 // bits a second of padding
	paddingBytes = 255       // the most that one packet can have: RFC 3550, section 5.1
)

// padding is what a packet without content carries.
var padding = func() (b [paddingBytes]byte) {
	b[paddingBytes-1] = paddingBytes
	return b
}()

// probe fills a path up to its estimate with padding, on the repair stream of
// one of its tracks. A timer drives it only while there is something to try.
type probe struct {
	sub    *Sub // nil: none
	timer  *time.Timer
	before uint64 // bytes sent, at the last look
	credit float64
	at     time.Duration
}

// Probe looks for room with padding on the repair stream of sub; nil ends it.
func (p *Path) Probe(sub *Sub) {
	p.mu.Lock()
	defer p.mu.Unlock()
	started := p.probe.sub == nil && sub != nil
	p.probe.sub = sub
	if started {
		p.probe.before, p.probe.credit, p.probe.at = p.sent.Bytes(), 0, p.now()
	}
	if sub != nil && p.probe.timer == nil {
		p.probe.timer = time.AfterFunc(probeEvery, p.pad)
	}
}

// pad sends as much padding as media has left of the estimate.
func (p *Path) pad() {
	p.mu.Lock()
	r := &p.probe
	if r.sub == nil {
		r.timer = nil
		p.mu.Unlock()
		return
	}
	now, sent := p.now(), p.sent.Bytes()
	passed := min(now-r.at, 5*probeEvery).Seconds()
	allowed := float64(p.estimator.Target()) / 8 * passed
	// On a slow path a tick allows less than a packet: what adds up to one is kept.
	r.credit = min(max(r.credit+allowed-float64(sent-r.before), -allowed*10), allowed+max(allowed, paddingBytes+overhead))
	packets := min(int(r.credit), int(probeMost/8*passed)) / (paddingBytes + overhead)
	r.at, r.before = now, sent
	sub := r.sub
	r.timer.Reset(probeEvery)
	p.mu.Unlock()
	p.burst.Hold()
	defer p.burst.Release()
	for range packets {
		if !p.pacer.spare(paddingBytes+overhead, now) {
			return
		}
		sub.pad(now)
	}
}

// Repairs says whether the track has a repair stream, which padding can go on.
func (s *Sub) Repairs() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writer != nil && s.open && s.repair.payload != 0 && s.repair.numbers.path != nil
}

// pad sends one packet of nothing.
func (s *Sub) pad(now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil || s.repair.payload == 0 {
		return
	}
	s.repair.header = rtp.Header{Version: 2, Padding: true, Timestamp: s.last.out}
	s.sendRepair(padding[:], now)
}
