package turn

import (
	"net"
	"net/netip"
)

// Peer is a media socket of the node: where clients believe it to be, and
// where it is. The two differ behind a NAT, which often does not let a machine
// reach itself by its public address.
type Peer struct{ Announced, Local netip.AddrPort }

// peers is a table of media sockets, for both directions. It never changes.
type peers struct {
	local     map[netip.AddrPort]netip.AddrPort // by announced address
	announced map[netip.AddrPort]netip.AddrPort // by local address
	ips       map[netip.Addr]bool               // announced
	own       netip.Addr                        // what relays say their address is: where media sockets see them
	bind      netip.Addr                        // where they are
}

// newPeers makes the table. Relays are IPv4 when any media socket is: clients
// pair addresses of one family, and nearly all ask for IPv4 (RFC 8656 section
// 7.2). Where all is on loopback, relays are too. A relay gives the address that
// media sockets see it at, which is inside: if it gave another, clients would
// take the relayed way for one they have found by luck (prflx) and prefer it to
// plain TCP.
func newPeers(list []Peer) *peers {
	p := &peers{
		local: map[netip.AddrPort]netip.AddrPort{}, announced: map[netip.AddrPort]netip.AddrPort{}, ips: map[netip.Addr]bool{},
	}
	inside := true
	for _, peer := range list {
		announced, local := plain(peer.Announced), plain(peer.Local)
		p.local[announced], p.announced[local], p.ips[announced.Addr()] = local, announced, true
		if !p.own.IsValid() || (p.own.Is6() && local.Addr().Is4()) {
			p.own, p.bind = local.Addr(), local.Addr()
		}
		inside = inside && local.Addr().IsLoopback() && local.Addr().Is4() == list[0].Local.Addr().Unmap().Is4()
	}
	if !inside {
		p.bind = netip.Addr{} // all, of both families
	}
	return p
}

func (p *peers) knows(ip net.IP) bool {
	address, ok := netip.AddrFromSlice(ip)
	return ok && p.ips[address.Unmap()]
}

// plain undoes the mapping of IPv4 into IPv6 (::ffff:127.0.0.1), so that one
// address has one form.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// addrPort is the address of a UDP or TCP socket, in plain form; the zero
// value of any other.
func addrPort(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.UDPAddr:
		return plain(a.AddrPort())
	case *net.TCPAddr:
		return plain(a.AddrPort())
	default:
		return netip.AddrPort{}
	}
}
