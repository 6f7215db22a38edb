package udp

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// maxRemotes is how many addresses a connection may have at a time. A client
// has one or two; more only come from one that changes networks, or plays.
const maxRemotes = 32

// socket is one local address of the mux.
type socket struct {
	mux      *Mux
	wire     *wire
	receiver *receiver
	local    *net.UDPAddr
	six      bool // IPv6
	queues   []*queue
	now      func() time.Duration

	mu      sync.Mutex // of all below; held for a batch's lookups, never while calling out
	closed  bool
	ufrags  map[string]*conn
	remotes map[netip.AddrPort]remote // that ICE has validated
}

// remote is a client's address, and whose it is.
type remote struct {
	conn *conn
	addr *net.UDPAddr
}

func newSocket(m *Mux, udp *net.UDPConn, queues int, now func() time.Duration) (*socket, error) {
	w, err := newWire(udp)
	if err != nil {
		return nil, err
	}
	r, err := w.receiver()
	if err != nil {
		return nil, err
	}
	s := &socket{
		mux: m, wire: w, receiver: r, now: now,
		ufrags: map[string]*conn{}, remotes: map[netip.AddrPort]remote{},
	}
	if local, ok := udp.LocalAddr().(*net.UDPAddr); ok {
		s.local, s.six = local, local.IP.To4() == nil
	}
	for range queues {
		out, err := w.sender(&m.Counters)
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		s.queues = append(s.queues, newQueue(&m.holds, out))
	}
	return s, nil
}

func (s *socket) conn(ufrag string) (*conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, io.ErrClosedPipe
	}
	c := s.ufrags[ufrag]
	if c == nil {
		c = newConn(s, ufrag, s.queues[int(s.mux.next.Add(1))%len(s.queues)])
		s.ufrags[ufrag] = c
	}
	return c, nil
}

func (s *socket) remove(ufrag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.ufrags[ufrag]; c != nil {
		s.forget(c)
	}
}

// forget takes a connection's names away. Call it with the mutex held.
func (s *socket) forget(c *conn) {
	c.gone = true
	if s.ufrags[c.ufrag] == c {
		delete(s.ufrags, c.ufrag)
	}
	for _, address := range c.remotes {
		delete(s.remotes, address)
	}
	c.remotes = nil
}

// validated notes that a client has proven that it is at an address. The
// address may have been another connection's until now.
func (s *socket) validated(c *conn, address netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.remotes[address].conn
	if before == c || c.gone {
		return
	}
	if before != nil {
		before.remotes = slices.DeleteFunc(before.remotes, func(a netip.AddrPort) bool { return a == address })
	}
	if len(c.remotes) == maxRemotes {
		delete(s.remotes, c.remotes[0])
		c.remotes = c.remotes[1:]
	}
	c.remotes = append(c.remotes, address)
	s.remotes[address] = remote{conn: c, addr: net.UDPAddrFromAddrPort(address)}
}

// read hands out what comes in, until the socket is closed.
func (s *socket) read() {
	var woken []*conn
	for {
		batch, err := s.receiver.receive()
		if err != nil {
			return
		}
		now := s.now()
		s.mu.Lock()
		for _, d := range batch {
			d.owner, d.from = s.route(d.bytes, d.source, now)
		}
		s.mu.Unlock()
		for i, d := range batch {
			owner := d.owner // once delivered, the datagram is its reader's, and may be another's already
			if owner == nil {
				continue
			}
			if waits, kept := owner.deliver(d); kept {
				s.receiver.taken(i)
				if waits {
					woken = append(woken, owner)
				}
			}
		}
		// Only now: a reader that wakes finds all that came at once, and
		// works through it in one go.
		for i, c := range woken {
			c.signal()
			woken[i] = nil
		}
		woken = woken[:0]
	}
}

// route finds the connection of a datagram, or none. Call it with the mutex
// held.
func (s *socket) route(b []byte, source netip.AddrPort, now time.Duration) (*conn, *net.UDPAddr) {
	if len(b) == 0 {
		return nil, nil
	}
	known, ok := s.remotes[source]
	request, ufrag := bindingRequest(b)
	switch {
	case !request && ok:
		return known.conn, known.addr
	case !request:
		s.mux.Counters.Strangers.Add(1)
		return nil, nil
	}
	c := s.ufrags[string(ufrag)]
	switch {
	case c == nil:
		s.mux.Counters.Strangers.Add(1)
		return nil, nil
	case ok:
		return c, known.addr
	case !c.strangers.take(now):
		s.mux.Counters.Flooded.Add(1)
		return nil, nil
	default:
		return c, net.UDPAddrFromAddrPort(source)
	}
}

func (s *socket) close() error {
	s.mu.Lock()
	s.closed = true
	conns := make([]*conn, 0, len(s.ufrags))
	for _, c := range s.ufrags {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		_ = c.Close() // always nil
	}
	return s.wire.close()
}
