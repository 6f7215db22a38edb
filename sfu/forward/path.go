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
}

// NewPath makes the way of one subscriber. Now is the clock of the tracks.
func NewPath(now func() time.Duration) *Path {
	p := &Path{now: now}
	p.estimator = congestion.NewEstimator(&p.sent)
	p.told = p.estimator.Target()
	return p
}

// Estimate is what a path can carry.
type Estimate struct {
	Target  int  // bits a second
	Limited bool // false: the target is a guess, nothing speaks against more
	Calm    bool // no queue, little loss
	Loss    float64
	RTT     time.Duration // 0: not known
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
	return less, err
}

// Estimate says what the path can carry now. Ask a few times a second.
func (p *Path) Estimate() Estimate {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.estimator.Tick(p.now())
	p.told = p.estimator.Target()
	return Estimate{
		Target: p.estimator.Target(), Limited: p.estimator.Limited(), Calm: p.estimator.State() == congestion.Normal,
		Loss: p.estimator.Loss(), RTT: p.estimator.RTT(),
	}
}

// numbering puts transport-wide sequence numbers on the packets of a Sub.
type numbering struct {
	path       *Path
	number     [2]byte // what extensions points at
	extensions []rtp.Extension
	given      []uint16 // by sequence number: those of packets that may have to be sent again as they were
}

// use makes packets carry their number in the extension with that id.
func (n *numbering) use(path *Path, id, again int) {
	n.path, n.extensions, n.given = nil, nil, nil
	if path == nil || id < 1 || id > 14 { // RFC 8285, section 4.2: one-byte headers
		return
	}
	var header rtp.Header
	if header.SetExtension(uint8(id), n.number[:]) != nil {
		return
	}
	n.path, n.extensions = path, header.Extensions
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
	if len(n.given) > 0 {
		n.given[int(header.SequenceNumber)%len(n.given)] = number
	}
	n.put(header, number)
}

// restamp puts on the number that the packet had before: under AES-GCM, a
// packet that is sent again has to be the same to the last bit.
func (n *numbering) restamp(header *rtp.Header) {
	if n.path != nil && len(n.given) > 0 {
		n.put(header, n.given[int(header.SequenceNumber)%len(n.given)])
	}
}

func (n *numbering) put(header *rtp.Header, number uint16) {
	n.number[0], n.number[1] = byte(number>>8), byte(number)
	header.Extension, header.ExtensionProfile, header.Extensions = true, rtp.ExtensionProfileOneByte, n.extensions
}
