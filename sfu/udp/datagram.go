package udp

import (
	"net"
	"net/netip"
	"sync"
)

// datagramSize is the longest datagram that is read; longer ones are dropped.
// WebRTC keeps to what fits an Ethernet frame.
const datagramSize = 1500

// datagram is one that came in. It belongs to whoever holds it last, and goes
// back to the pool from there.
type datagram struct {
	next   *datagram
	source netip.AddrPort
	bytes  []byte // within space
	owner  *conn
	from   *net.UDPAddr
	space  [datagramSize]byte
}

var datagrams = sync.Pool{New: func() any { return new(datagram) }}

func recycle(d *datagram) {
	d.next, d.owner, d.from, d.bytes = nil, nil, nil, nil
	datagrams.Put(d)
}
