// Package door is a listener that strangers knock at: it lets in so many
// connections at once, in all and from each source, and when it closes it
// closes those that are in. Whoever reads from one of them gets an error then,
// and need not be told by other means.
//
// What the package knows: addresses and counts. What it must never know: what
// is said on the connections.
package door

import (
	"errors"
	"net"
	"net/netip"
	"sync"
)

// Bounds of a door. Behind one IPv4 address there may be an office of a hundred
// people with several connections each.
const (
	AtOnce    = 8192
	PerSource = 1024
)

// Door is a listener. Its methods may be called from anywhere.
type Door struct {
	net.Listener
	atOnce, perSource int

	mu      sync.Mutex // guards the rest
	inside  map[*conn]struct{}
	sources map[netip.Prefix]int
	closed  bool
}

// New guards a listener. The door closes it.
func New(l net.Listener, atOnce, perSource int) *Door {
	return &Door{Listener: l, atOnce: atOnce, perSource: perSource, inside: map[*conn]struct{}{}, sources: map[netip.Prefix]int{}}
}

// Accept gives the next connection that there is room for. One that there is no
// room for is closed: it may knock again later.
func (d *Door) Accept() (net.Conn, error) {
	for {
		knocking, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: knocking, door: d, from: Source(knocking.RemoteAddr())}
		if d.enter(c) {
			return c, nil
		}
		_ = knocking.Close()
	}
}

// Close closes the listener and all that came in by it.
func (d *Door) Close() error {
	err := d.Listener.Close()
	d.mu.Lock()
	d.closed = true
	var inside []*conn
	for c := range d.inside {
		inside = append(inside, c)
	}
	d.mu.Unlock()
	for _, c := range inside {
		if failed := c.Close(); !errors.Is(failed, net.ErrClosed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

func (d *Door) enter(c *conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || len(d.inside) >= d.atOnce || d.sources[c.from] >= d.perSource {
		return false
	}
	d.inside[c] = struct{}{}
	d.sources[c.from]++
	return true
}

func (d *Door) exit(c *conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, in := d.inside[c]; !in {
		return
	}
	delete(d.inside, c)
	if d.sources[c.from]--; d.sources[c.from] == 0 {
		delete(d.sources, c.from)
	}
}

type conn struct {
	net.Conn
	door *Door
	from netip.Prefix
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.door.exit(c)
	return c.Conn.Close()
}

// Source is where an address is from: itself when it is IPv4, the /64 that one
// customer gets when it is IPv6. Of an address that is neither it is nowhere.
func Source(address net.Addr) netip.Prefix {
	var at netip.AddrPort
	switch a := address.(type) {
	case *net.TCPAddr:
		at = a.AddrPort()
	case *net.UDPAddr:
		at = a.AddrPort()
	}
	ip := at.Addr().Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
