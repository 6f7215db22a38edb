package sfu

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/pion/webrtc/v3"

	"parley/sfu/door"
	"parley/sfu/turn"
)

// place is an address that the node listens on, and the one that clients are
// told instead when somebody in between translates. A local address that is
// unspecified is any of its family.
type place struct{ local, public netip.Addr }

func (p place) translated() bool { return p.local != p.public }

// addressPlan says where to listen and what to tell clients.
type addressPlan []place

// planAddresses listens on each local address by itself, so that an answer
// always leaves from the address that was asked. An address that is not the
// machine's own (a public one in front of a container) needs a socket on all of
// its family, unless it is said which one it leads to: "public/local". The other way
// about, "127.0.0.1/0.0.0.0" is loopback outside of a container.
func planAddresses(nodeIPs []string) (addressPlan, error) {
	local, err := localIPs()
	if err != nil {
		return nil, err
	}
	var plan addressPlan
	if len(nodeIPs) == 0 {
		for _, ip := range local {
			plan = append(plan, place{ip, ip})
		}
		return plan, nil
	}
	for _, text := range nodeIPs {
		p, err := parsePlace(text, local)
		if err != nil {
			return nil, err
		}
		plan = append(plan, p)
	}
	return plan, plan.check()
}

func parsePlace(text string, local []netip.Addr) (place, error) {
	outside, inside, pair := strings.Cut(text, "/")
	public, err := netip.ParseAddr(outside)
	if err != nil {
		return place{}, fmt.Errorf("node address %q is not an IP address", outside)
	}
	public = public.Unmap()
	if !pair {
		if slices.Contains(local, public) {
			return place{public, public}, nil
		}
		if public.Is4() {
			return place{netip.IPv4Unspecified(), public}, nil
		}
		return place{netip.IPv6Unspecified(), public}, nil
	}
	own, err := netip.ParseAddr(inside)
	if err != nil || (!own.IsUnspecified() && !slices.Contains(local, own.Unmap())) {
		return place{}, fmt.Errorf("node address %q: %q is not an address of this machine", text, inside)
	}
	if own = own.Unmap(); own.Is4() != public.Is4() {
		return place{}, fmt.Errorf("node address %q mixes IPv4 and IPv6", text)
	}
	return place{own, public}, nil
}

func (plan addressPlan) check() error {
	for i, p := range plan {
		for _, other := range plan[:i] {
			switch {
			case p.local == other.local && p.local.IsUnspecified():
				return fmt.Errorf("node addresses %s and %s are not of this machine; name one, or each with the address it leads to: public/local", other.public, p.public)
			case p.local == other.local || p.public == other.public:
				return fmt.Errorf("node address %s is named twice", p.public)
			case p.local.Is4() == other.local.Is4() && (p.local.IsUnspecified() || other.local.IsUnspecified()):
				return fmt.Errorf("node address %s takes all addresses of this machine, so %s cannot stand beside it", p.public, other.public)
			}
		}
	}
	return nil
}

func (plan addressPlan) equal(other addressPlan) bool { return slices.Equal(plan, other) }

// sameSockets says whether two plans differ in what clients are told only.
func (plan addressPlan) sameSockets(other addressPlan) bool {
	return slices.EqualFunc(plan, other, func(a, b place) bool { return a.local == b.local })
}

// String is for logs.
func (plan addressPlan) String() string {
	var all []string
	for _, p := range plan {
		all = append(all, p.public.String())
	}
	return strings.Join(all, " ")
}

// bind are the addresses to listen on.
func (plan addressPlan) bind() (ips []net.IP) {
	for _, p := range plan {
		ips = append(ips, p.local.AsSlice())
	}
	return ips
}

// networks are the kinds of connection that clients can make.
func (plan addressPlan) networks() (types []webrtc.NetworkType) {
	four := slices.ContainsFunc(plan, func(p place) bool { return p.local.Is4() })
	six := slices.ContainsFunc(plan, func(p place) bool { return p.local.Is6() })
	if four {
		types = append(types, webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4)
	}
	if six {
		types = append(types, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP6)
	}
	return types
}

// translations are the plan in Pion's words. Where one address of a family is
// translated, Pion wants to hear of all.
func (plan addressPlan) translations() (pairs []string) {
	for _, p := range plan {
		family := func(other place) bool { return other.translated() && other.local.Is4() == p.local.Is4() }
		switch {
		case p.local.IsUnspecified():
			pairs = append(pairs, p.public.String())
		case slices.ContainsFunc(plan, family):
			pairs = append(pairs, p.public.String()+"/"+p.local.String())
		}
	}
	return pairs
}

// uses says whether a local address has a part in the plan.
func (plan addressPlan) uses(ip net.IP) bool {
	address, ok := netip.AddrFromSlice(ip)
	address = address.Unmap()
	return ok && slices.ContainsFunc(plan, func(p place) bool {
		return p.local == address || (p.local.IsUnspecified() && address == standIn(p.local))
	})
}

// standIn is the address that stands for all of a family.
func standIn(any netip.Addr) netip.Addr {
	if any.Is4() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// peers are the media sockets, as a TURN server in this process reaches them.
func (plan addressPlan) peers(port int) (peers []turn.Peer) {
	for _, p := range plan {
		local := p.local
		if local.IsUnspecified() {
			local = standIn(local)
		}
		peers = append(peers, turn.Peer{Announced: netip.AddrPortFrom(p.public, uint16(port)), Local: netip.AddrPortFrom(local, uint16(port))})
	}
	return peers
}

// hosts are what the address of a server on this machine begins with: one of
// each family, and one that others can reach when there is any.
func (plan addressPlan) hosts() (hosts []string) {
	for _, four := range []bool{true, false} {
		var best netip.Addr
		for _, p := range plan {
			if p.public.Is4() == four && (!best.IsValid() || (best.IsLoopback() && !p.public.IsLoopback())) {
				best = p.public
			}
		}
		if best.IsValid() {
			hosts = append(hosts, best.String())
		}
	}
	return hosts
}

// localIPs are the machine's addresses that somebody could reach it by.
func localIPs() ([]netip.Addr, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list own addresses: %w", err)
	}
	var ips []netip.Addr
	for _, address := range addresses {
		network, ok := address.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(network.IP)
		ip = ip.Unmap()
		if ok && (ip.IsGlobalUnicast() || (ip.Is4() && ip.IsLoopback())) {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return nil, errors.New("this machine has no address")
	}
	return ips, nil
}

// listenTCP listens on the one address, or on all: the kernel knows which was
// asked. A connection to an address that stands for all of its family says so,
// because Pion looks for its owner by the local address.
func listenTCP(ips []net.IP, port int) (net.Listener, error) {
	at := &net.TCPAddr{Port: port}
	if len(ips) == 1 && !ips[0].IsUnspecified() {
		at.IP = ips[0]
	}
	l, err := net.ListenTCP("tcp", at)
	if err != nil {
		return nil, err
	}
	return standing{door.New(l, door.AtOnce, door.PerSource), ips}, nil
}

type standing struct {
	*door.Door
	ips []net.IP
}

// Accept implements net.Listener.
func (l standing) Accept() (net.Conn, error) {
	conn, err := l.Door.Accept()
	if err != nil {
		return nil, err
	}
	local, ok := conn.LocalAddr().(*net.TCPAddr)
	if !ok {
		return conn, nil
	}
	for _, ip := range l.ips {
		if ip.IsUnspecified() && (ip.To4() != nil) == (local.IP.To4() != nil) {
			any, _ := netip.AddrFromSlice(ip)
			return standsFor{conn, &net.TCPAddr{IP: standIn(any.Unmap()).AsSlice(), Port: local.Port}}, nil
		}
	}
	return conn, nil
}

type standsFor struct {
	net.Conn
	local net.Addr
}

// LocalAddr implements net.Conn.
func (c standsFor) LocalAddr() net.Addr { return c.local }
