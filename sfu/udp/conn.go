package udp

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// maxPending is how many datagrams wait for a connection to read them. More
// are dropped, the newest first: what is older has waited for longer, and is
// part of what the receiver is in the middle of.
const maxPending = 512

// conn is what the mux is to one ICE agent. It implements net.PacketConn.
type conn struct {
	socket *socket
	queue  *queue
	ufrag  string

	// guarded by socket.mu
	gone      bool
	remotes   []netip.AddrPort // oldest first
	strangers allowance        // for requests from other addresses

	mu          sync.Mutex
	first, last *datagram // what waits to be read
	pending     int
	waiting     bool // ReadFrom is
	wake        chan struct{}
	closed      atomic.Bool // set under mu
}

func newConn(s *socket, ufrag string, q *queue) *conn {
	return &conn{socket: s, ufrag: ufrag, queue: q, wake: make(chan struct{}, 1)}
}

// deliver queues a datagram. It says whether a reader waits, which the caller
// has to signal, and whether the datagram was kept.
func (c *conn) deliver(d *datagram) (waits, kept bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed.Load() || c.pending == maxPending {
		c.socket.mux.Counters.Overflown.Add(1)
		return false, false
	}
	if c.last == nil {
		c.first = d
	} else {
		c.last.next = d
	}
	c.last = d
	c.pending++
	waits, c.waiting = c.waiting, false
	return waits, true
}

func (c *conn) signal() {
	select {
	case c.wake <- struct{}{}:
	default: // it is awake
	}
}

// ReadFrom waits for a datagram. After Close it says io.EOF. The address must
// not be changed.
func (c *conn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		d, err := c.take()
		if err != nil {
			return 0, nil, err
		}
		if d == nil {
			<-c.wake
			continue
		}
		n, from := copy(b, d.bytes), d.from
		if n < len(d.bytes) {
			err = io.ErrShortBuffer
		}
		recycle(d)
		return n, from, err
	}
}

// Waiting says whether ReadFrom has something to give at once.
func (c *conn) Waiting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first != nil
}

// take is the next datagram, or none if there is none to be had yet.
func (c *conn) take() (*datagram, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed.Load() {
		return nil, io.EOF
	}
	d := c.first
	if d == nil {
		c.waiting = true
		return nil, nil
	}
	c.first = d.next
	if c.first == nil {
		c.last = nil
	}
	c.pending--
	return d, nil
}

// WriteTo sends a datagram, or queues it while the mux is held. The buffer is
// not kept.
func (c *conn) WriteTo(b []byte, addr net.Addr) (int, error) {
	if c.closed.Load() {
		return 0, io.ErrClosedPipe
	}
	address, err := c.destination(addr)
	if err != nil {
		return 0, err
	}
	if bindingSuccess(b) {
		c.socket.validated(c, address)
	}
	c.queue.write(b, address)
	return len(b), nil
}

// destination is an address that the socket can send to.
func (c *conn) destination(addr net.Addr) (netip.AddrPort, error) {
	to, ok := addr.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("udp: write to %T", addr)
	}
	ip, ok := netip.AddrFromSlice(to.IP)
	if ip = ip.Unmap(); !ok || ip.Is4() == c.socket.six {
		return netip.AddrPort{}, fmt.Errorf("udp: write to %v from %v", to, c.socket.local)
	}
	return netip.AddrPortFrom(ip, uint16(to.Port)), nil
}

// Close ends ReadFrom, and lets the mux forget the connection.
func (c *conn) Close() error {
	c.socket.mu.Lock()
	c.socket.forget(c)
	c.socket.mu.Unlock()
	c.mu.Lock()
	for d := c.first; d != nil; {
		next := d.next
		recycle(d)
		d = next
	}
	c.first, c.last, c.pending = nil, nil, 0
	c.closed.Store(true)
	c.mu.Unlock()
	c.signal()
	return nil
}

// LocalAddr is the socket's.
func (c *conn) LocalAddr() net.Addr { return c.socket.local }

// SetDeadline does nothing: ICE ends a read by closing the connection.
func (c *conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (c *conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }
