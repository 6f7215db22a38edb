package udp

import (
	"fmt"
	"net"
	"net/netip"
)

// Road is the way from a connection of the mux to one address, for packets that
// are made in the place from which they are sent. It may be used from anywhere.
type Road struct {
	conn *conn
	to   netip.AddrPort
}

// RoadTo gives the way to an address; conn is one that [Mux.GetConn] gave.
func RoadTo(from net.PacketConn, addr net.Addr) (*Road, error) {
	c, ok := from.(*conn)
	if !ok {
		return nil, fmt.Errorf("%w: %T", errNotOurs, from)
	}
	to, err := c.destination(addr)
	if err != nil {
		return nil, err
	}
	return &Road{conn: c, to: to}, nil
}

// Begin gives room for a packet of up to size octets, or nil when the connection
// is closed. Room has to be given back with End at once, by the same goroutine:
// others that send the same way wait for it.
func (r *Road) Begin(size int) []byte {
	if r.conn.closed.Load() {
		return nil
	}
	return r.conn.queue.begin(size, r.to)
}

// End sends the first n octets of the room that Begin gave; none for 0.
func (r *Road) End(n int) { r.conn.queue.end(n, r.to) }
