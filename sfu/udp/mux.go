package udp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v2"
)

// maxQueues bounds how many roads out a socket has. There is one a core, but
// each makes the batches of all smaller.
const maxQueues = 8

var errNotOurs = errors.New("udp: no socket at this address")

// Mux shares sockets among connections. It implements ice.UDPMux.
type Mux struct {
	sockets []*socket
	readers sync.WaitGroup
	holds   atomic.Int32 // who holds the mux
	closed  atomic.Bool
	next    atomic.Uint32 // spreads connections over the queues

	// Counters may be read at any time.
	Counters Counters
}

var _ ice.UDPMux = (*Mux)(nil)

// Counters count datagrams that the mux did not pass on.
type Counters struct {
	Strangers atomic.Uint64 // from addresses that ICE has not validated, and no request for a connection that exists
	Flooded   atomic.Uint64 // requests over the rate of their connection
	Overflown atomic.Uint64 // for a connection that does not read fast enough
	Unsent    atomic.Uint64 // refused by the kernel
}

// New serves the sockets, which it closes when it is closed.
func New(conns []*net.UDPConn) (*Mux, error) {
	start := time.Now()
	m := &Mux{}
	for _, conn := range conns {
		s, err := newSocket(m, conn, min(runtime.GOMAXPROCS(0), maxQueues), func() time.Duration { return time.Since(start) })
		if err != nil {
			for _, rest := range conns[len(m.sockets):] {
				_ = rest.Close() // they were never used
			}
			return nil, errors.Join(fmt.Errorf("serve %v: %w", conn.LocalAddr(), err), m.Close())
		}
		m.sockets = append(m.sockets, s)
		m.readers.Go(s.read)
	}
	return m, nil
}

// GetConn is the connection of an ICE user name at one of the mux's addresses.
func (m *Mux) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	if m.closed.Load() {
		return nil, io.ErrClosedPipe
	}
	for _, s := range m.sockets {
		if s.local.String() == addr.String() {
			return s.conn(ufrag)
		}
	}
	return nil, fmt.Errorf("%w: %v", errNotOurs, addr)
}

// RemoveConnByUfrag takes a user name out of use: nothing comes in for it any
// more.
func (m *Mux) RemoveConnByUfrag(ufrag string) {
	for _, s := range m.sockets {
		s.remove(ufrag)
	}
}

// GetListenAddresses are the sockets' addresses.
func (m *Mux) GetListenAddresses() []net.Addr {
	addresses := make([]net.Addr, len(m.sockets))
	for i, s := range m.sockets {
		addresses[i] = s.local
	}
	return addresses
}

// Hold lets packets gather. Call Release soon, from the same goroutine: all
// that is written meanwhile, by anybody, waits for it or for a full batch.
func (m *Mux) Hold() { m.holds.Add(1) }

// Release sends what has gathered, also while others still hold the mux.
func (m *Mux) Release() {
	m.holds.Add(-1)
	for _, s := range m.sockets {
		for _, q := range s.queues {
			q.release()
		}
	}
}

// Close closes the sockets and every connection, and returns when nothing of
// the mux runs any more.
func (m *Mux) Close() error {
	if !m.closed.CompareAndSwap(false, true) {
		return nil
	}
	var err error
	for _, s := range m.sockets {
		err = errors.Join(err, s.close())
	}
	m.readers.Wait()
	return err
}
