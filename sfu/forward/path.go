package forward

import (
	"sync"
	"time"

	"github.com/pion/rtp"

	"parley/sfu/congestion"
)

// overhead is what a packet takes on the wire beside its payload: RTP header,
// transport-wide sequence number, GCM tag, UDP and IPv4.
const overhead = 12 + 8 + 16 + 8 + 20

// extTransportCC numbers packets across all tracks of a connection.
const extTransportCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

// Path is what all tracks of one subscriber share: the way to them, and what is
// known of it. Its methods may be called from anywhere.
type Path struct {
	now  func() time.Duration
	sent congestion.Sent

	mu        sync.Mutex // guards the rest; not taken for a packet
	estimator *congestion.Estimator
	told      int // the target at the last Estimate
	probe     probe
	repairs   budget
	sending   sending

	pacer pacer
	burst Burst
}

// Burst is told before and after several packets are written in a row, so that
// they leave in one go.
type Burst interface {
	Hold()
	Release()
}

// noBurst is the Burst of who does not care.
type noBurst struct{}

func (noBurst) Hold()    {}
func (noBurst) Release() {}

// sending measures what goes out on a path.
type sending struct {
	bytes uint64 // at the last look
	at    time.Duration
	bits  float64       // a second, lately
	near  time.Duration // when it last came near the estimate
}

// NewPath makes the way of one subscriber. Now is the clock of the tracks.
func NewPath(now func() time.Duration) *Path {
	p := &Path{now: now, burst: noBurst{}}
	p.estimator = congestion.NewEstimator(&p.sent)
	p.told = p.estimator.Target()
	return p
}

// Gather has what the path sends by itself, when packets that waited may leave or
// it looks for room with padding, written in bursts. Call it before the path is
// used.
func (p *Path) Gather(b Burst) { p.burst = b }

// Estimate is what a path can carry.
type Estimate struct {
	Target  int  // bits a second
	Limited bool // false: the target is a guess, nothing speaks against more
	Calm    bool // no queue, little loss, and something is heard of the client
	Loss    float64
	RTT     time.Duration // 0: not known
	Paced   bool          // so tight that packets may wait here
	Shed    uint64        // packets that the pacer's drop rule has taken, in all
}

// Feedback takes one RTCP packet of transport-wide feedback. It says whether the
// path carries clearly less than the last Estimate said: that bears no waiting.
func (p *Path) Feedback(packet []byte) (less bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	err = p.estimator.Feedback(packet, p.now())
	if p.estimator.Limited() && float64(p.estimator.Target()) < 0.95*float64(p.told) {
		p.told, less = p.estimator.Target(), true
	}
	p.watch()
	return less, err
}

// Remote takes the estimate of a receiver that makes one itself (REMB), in bits
// a second. It says whether the path carries clearly less than before.
func (p *Path) Remote(bits float64) (less bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.estimator.Target()
	p.watch()
	p.estimator.Remote(bits, p.sending.bits, p.now())
	p.watch()
	return p.estimator.Limited() && float64(p.estimator.Target()) < 0.95*float64(before)
}

// Hear notes that RTCP of some kind has come from the client.
func (p *Path) Hear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.estimator.Hear(p.now())
}

// report takes what a receiver report says of one track.
func (p *Path) report(packets int, lost float64, rtt, now time.Duration) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch()
	p.estimator.Report(packets, lost, p.sending.bits, now)
	if rtt > 0 {
		p.estimator.Measured(rtt, now)
	}
}

// Estimate says what the path can carry now. Ask a few times a second.
func (p *Path) Estimate() Estimate {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.estimator.Tick(p.now())
	p.told = p.estimator.Target()
	p.watch()
	return Estimate{
		Target: p.estimator.Target(), Limited: p.estimator.Limited(), Calm: p.estimator.State() == congestion.Normal,
		Loss: p.estimator.Loss(), RTT: p.estimator.RTT(), Paced: p.pacer.on.Load(), Shed: p.pacer.lost(),
	}
}

// watch starts and ends pacing: a path is tight when it has shown a limit, and
// what is sent comes near it. Call with mu.
func (p *Path) watch() {
	now, s := p.now(), &p.sending
	target, passed := float64(p.estimator.Target()), now-s.at
	if passed >= paceLook {
		sent := p.sent.Bytes()
		s.bits = float64(sent-s.bytes) * 8 / passed.Seconds()
		s.bytes, s.at = sent, now
	}
	if !p.estimator.Limited() {
		return
	}
	on := p.pacer.on.Load()
	if s.bits > paceNear*target || p.estimator.State() == congestion.Overused || (on && (s.bits > paceFar*target || !p.pacer.idle())) {
		s.near = now
	}
	p.pacer.pace(paceFactor*target, now)
	p.pacer.on.Store(s.near > 0 && now-s.near < paceCalm)
}

// release lets out what the pacer has room for by now. It is a timer's.
func (p *Path) release() {
	p.burst.Hold()
	defer p.burst.Release()
	for {
		sub := p.pacer.first(p.now(), p.release)
		if sub == nil {
			return
		}
		sub.leave(p.now())
	}
}

// crowded says whether a key frame would find no room on the path now.
func (p *Path) crowded() bool { return p != nil && p.pacer.crowded() }

// Close ends what goes on by itself on the path, and drops what waits.
func (p *Path) Close() {
	p.Probe(nil)
	p.pacer.close()
}

// numbering puts transport-wide sequence numbers on the packets of a Sub.
type numbering struct {
	path       *Path
	number     [2]byte // what extensions points at
	extensions []rtp.Extension
	given      []uint16 // by sequence number: those of packets that may have to be sent again as they were
}

// use makes packets carry their number in the extension with that id. Without
// it, the path knows only how much is sent.
func (n *numbering) use(path *Path, id, again int) {
	n.path, n.extensions, n.given = path, nil, nil
	if path == nil || id < 1 || id > 14 { // RFC 8285, section 4.2: one-byte headers
		return
	}
	var header rtp.Header
	if header.SetExtension(uint8(id), n.number[:]) != nil {
		return
	}
	n.extensions = header.Extensions
	if again > 0 {
		n.given = make([]uint16, again)
	}
}

// stamp numbers a new packet.
func (n *numbering) stamp(header *rtp.Header, size int, now time.Duration) {
	if n.path == nil {
		return
	}
	number := n.path.sent.Add(size+overhead, now)
	if n.extensions == nil {
		return
	}
	if len(n.given) > 0 {
		n.given[int(header.SequenceNumber)%len(n.given)] = number
	}
	n.put(header, number)
}

// restamp puts on the number that the packet had before: under AES-GCM, a
// packet that is sent again has to be the same to the last bit.
func (n *numbering) restamp(header *rtp.Header) {
	if n.extensions != nil && len(n.given) > 0 {
		n.put(header, n.given[int(header.SequenceNumber)%len(n.given)])
	}
}

func (n *numbering) put(header *rtp.Header, number uint16) {
	n.number[0], n.number[1] = byte(number>>8), byte(number)
	header.Extension, header.ExtensionProfile, header.Extensions = true, rtp.ExtensionProfileOneByte, n.extensions
}
