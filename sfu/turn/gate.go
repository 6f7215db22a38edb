package turn

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley/sfu/door"
)

// gate lets each source have so many requests a second.
type gate struct {
	mu      sync.Mutex
	sources map[netip.Prefix]*rate.Limiter
}

func newGate() *gate { return &gate{sources: map[netip.Prefix]*rate.Limiter{}} }

func (g *gate) allow(address net.Addr, now time.Time) bool {
	from := door.Source(address)
	g.mu.Lock()
	defer g.mu.Unlock()
	bucket := g.sources[from]
	if bucket == nil {
		if len(g.sources) >= sourcesKept {
			clear(g.sources) // forged sources must not lock honest ones out
		}
		bucket = rate.NewLimiter(requestsPerSecond, requestsAtOnce)
		g.sources[from] = bucket
	}
	return bucket.AllowN(now, 1)
}

// guarded is a UDP socket that strangers send to. Requests over the rate are
// not heard, so that the node answers no flood, forged or not.
type guarded struct {
	net.PacketConn
	server *Server
}

// ReadFrom gives the next packet that is worth looking at.
func (g guarded) ReadFrom(packet []byte) (int, net.Addr, error) {
	for {
		n, from, err := g.PacketConn.ReadFrom(packet)
		if err != nil {
			return n, from, err
		}
		if !isRequest(packet[:n]) || g.server.gate.allow(from, g.server.now()) {
			return n, from, nil
		}
	}
}

// isRequest tells STUN requests, which are answered, from relayed data. The
// class is in bits 4 and 8 of the type (RFC 8489 section 5).
func isRequest(packet []byte) bool {
	return len(packet) >= 2 && packet[0]&0xc1 == 0 && packet[1]&0x10 == 0
}
