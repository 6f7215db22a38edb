package turn

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"

	pion "github.com/pion/turn/v4"

	"parley/sfu/door"
)

const portAttempts = 20

// listen opens the ports: UDP on each address by itself, so that an answer
// leaves from the address that was asked, and TCP on the same number.
func (s *Server) listen(config Config) (udp []pion.PacketConnConfig, tcp []pion.ListenerConfig, err error) {
	allow := func(_ net.Addr, ip net.IP) bool { return s.table.Load().knows(ip) }
	if config.Port != 0 {
		conns, plain, err := bindPlain(config.Bind, max(config.Port, 0))
		if err != nil {
			return nil, nil, err
		}
		for _, conn := range conns {
			udp = append(udp, pion.PacketConnConfig{PacketConn: guarded{conn, s}, RelayAddressGenerator: relays{s}, PermissionHandler: allow})
		}
		tcp = append(tcp, pion.ListenerConfig{Listener: listener{Listener: plain, server: s}, RelayAddressGenerator: relays{s}, PermissionHandler: allow})
		s.port = int(addrPort(plain.Addr()).Port())
	}
	if config.TLSPort != 0 {
		secure, err := bindTCP(config.Bind, max(config.TLSPort, 0))
		if err != nil {
			return udp, tcp, err
		}
		settings := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: config.Certificate}
		tcp = append(tcp, pion.ListenerConfig{Listener: listener{secure, s, settings}, RelayAddressGenerator: relays{s}, PermissionHandler: allow})
		s.tlsPort = int(addrPort(secure.Addr()).Port())
	}
	return udp, tcp, nil
}

// bindPlain takes one number for UDP and TCP. With port 0 it tries numbers
// until one is free for both.
func bindPlain(ips []net.IP, port int) ([]net.PacketConn, net.Listener, error) {
	attempts := 1
	if port == 0 {
		attempts = portAttempts
	}
	var failed error
	for range attempts {
		tcp, err := bindTCP(ips, port)
		if err != nil {
			return nil, nil, err
		}
		conns, err := bindUDP(ips, int(addrPort(tcp.Addr()).Port()))
		if err == nil {
			return conns, tcp, nil
		}
		failed = errors.Join(err, tcp.Close())
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return nil, nil, failed
}

func bindUDP(ips []net.IP, port int) ([]net.PacketConn, error) {
	if len(ips) == 0 {
		ips = []net.IP{nil}
	}
	var conns []net.PacketConn
	for _, ip := range ips {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: port})
		if err != nil {
			err = fmt.Errorf("open TURN port: %w", err)
			for _, conn := range conns {
				err = errors.Join(err, conn.Close())
			}
			return nil, err
		}
		_ = conn.SetReadBuffer(relayBuffer)
		conns = append(conns, conn)
	}
	return conns, nil
}

// bindTCP listens on the one address, or on all: the kernel knows which was
// asked.
func bindTCP(ips []net.IP, port int) (net.Listener, error) {
	at := &net.TCPAddr{Port: port}
	if len(ips) == 1 {
		at.IP = ips[0]
	}
	l, err := net.ListenTCP("tcp", at)
	if err != nil {
		return nil, fmt.Errorf("open TURN port: %w", err)
	}
	return door.New(l, door.AtOnce, door.PerSource), nil
}
