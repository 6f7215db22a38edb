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
	own       netip.Addr                        // where relays are
}

// newPeers makes the table. Relays are on one of the addresses that media is
// on, and so of one family: IPv4 when there is any, since nearly all clients ask
// for it and pair addresses of one family only (RFC 8656 section 7.2). Clients
// are told the address at which media sockets see the relay, even if it is
// inside: from another one they would take the relayed way for one that they
// have found by luck (prflx), and prefer it to plain TCP.
func newPeers(list []Peer) *peers {
	p := &peers{
		local: map[netip.AddrPort]netip.AddrPort{}, announced: map[netip.AddrPort]netip.AddrPort{}, ips: map[netip.Addr]bool{},
	}
	for _, peer := range list {
		if ip := plain(peer.Local).Addr(); !p.own.IsValid() || better(ip, p.own) {
			p.own = ip
		}
	}
	for _, peer := range list {
		announced, local := plain(peer.Announced), plain(peer.Local)
		if local.Addr().Is4() == p.own.Is4() {
			p.local[announced], p.announced[local], p.ips[announced.Addr()] = local, announced, true
		}
	}
	return p
}

func better(one, other netip.Addr) bool {
	if one.Is4() != other.Is4() {
		return one.Is4()
	}
	return other.IsLoopback() && !one.IsLoopback()
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
