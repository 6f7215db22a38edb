package turn

import (
	"errors"
	"net"
	"sync"

	"golang.org/x/time/rate"
)

var (
	errNoPeer = errors.New("not a media address of this node")
	errClosed = errors.New("TURN server is closed")
	errNoTCP  = errors.New("relaying TCP is not offered")
)

// relay is the socket of one allocation. It passes packets to and from media
// sockets of the node only: permissions, which are about addresses without
// ports (RFC 8656 section 9), are not the wall, this is.
type relay struct {
	*net.UDPConn
	peers  *peers
	server *Server
	ready  chan struct{} // closed once session is set
	once   sync.Once

	address net.Addr // that clients are told
	session *session // set before ready is closed
	counted bool     // as one of the session's; guarded by the server's mutex
}

// WriteTo sends to a media socket. What is over the session's rate is lost, as
// on any network.
func (r *relay) WriteTo(packet []byte, to net.Addr) (int, error) {
	local, known := r.peers.local[addrPort(to)]
	if !known {
		return 0, errNoPeer
	}
	<-r.ready
	if !r.session.up.AllowN(r.server.now(), len(packet)) {
		return len(packet), nil
	}
	return r.WriteToUDPAddrPort(packet, local)
}

// ReadFrom gives the next packet of a media socket. Others are not heard.
func (r *relay) ReadFrom(packet []byte) (int, net.Addr, error) {
	<-r.ready
	for {
		n, from, err := r.ReadFromUDPAddrPort(packet)
		if err != nil {
			return 0, nil, err
		}
		announced, known := r.peers.announced[plain(from)]
		if known && r.session.down.AllowN(r.server.now(), n) {
			return n, net.UDPAddrFromAddrPort(announced), nil
		}
	}
}

// Close ends the allocation: its reader in pion/turn gives up. It may be
// called more than once.
func (r *relay) Close() error {
	var err error
	r.once.Do(func() {
		r.server.forget(r)
		err = r.UDPConn.Close()
	})
	return err
}

// relays opens sockets for allocations. It implements
// turn.RelayAddressGenerator.
type relays struct{ server *Server }

// Validate implements turn.RelayAddressGenerator.
func (relays) Validate() error { return nil }

// AllocatePacketConn opens a relay that belongs to nobody yet: pion/turn tells
// whose it is when the allocation exists.
func (g relays) AllocatePacketConn(_ string, port int) (net.PacketConn, net.Addr, error) {
	table := g.server.table.Load()
	if table == nil || !table.own.IsValid() {
		return nil, nil, errNoPeer
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: table.own.AsSlice(), Port: port})
	if err != nil {
		return nil, nil, err
	}
	_ = conn.SetReadBuffer(relayBuffer)
	bound, _ := conn.LocalAddr().(*net.UDPAddr)
	r := &relay{UDPConn: conn, peers: table, server: g.server, ready: make(chan struct{})}
	address := &net.UDPAddr{IP: table.own.AsSlice(), Port: bound.Port}
	if !g.server.expect(address, r) {
		return nil, nil, errors.Join(errClosed, conn.Close())
	}
	return r, address, nil
}

// AllocateConn implements turn.RelayAddressGenerator.
func (relays) AllocateConn(string, int) (net.Conn, net.Addr, error) { return nil, nil, errNoTCP }

// session is somebody who may relay. Its fields but the buckets, which lock
// themselves, are guarded by the server's mutex.
type session struct {
	relays   map[*relay]struct{}
	up, down *rate.Limiter // bytes a second, of all relays together
}

func newSession() *session {
	return &session{
		relays: map[*relay]struct{}{},
		up:     rate.NewLimiter(bytesPerSecond, bytesAtOnce), down: rate.NewLimiter(bytesPerSecond, bytesAtOnce),
	}
}
