package floor

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// Sink is receivers that throw away what they get.
type Sink struct {
	conns   []*net.UDPConn
	packets atomic.Uint64
	readers sync.WaitGroup
}

// Listen opens n sockets.
func Listen(n int) (*Sink, error) {
	s := &Sink{}
	for range n {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("open socket: %w", err)
		}
		s.conns = append(s.conns, conn)
		s.readers.Go(func() {
			buffer := make([]byte, 1500)
			for {
				if _, _, err := conn.ReadFromUDPAddrPort(buffer); err != nil {
					return
				}
				s.packets.Add(1)
			}
		})
	}
	return s, nil
}

// Ports are where the sockets are.
func (s *Sink) Ports() (ports []int) {
	for _, conn := range s.conns {
		if local, ok := conn.LocalAddr().(*net.UDPAddr); ok {
			ports = append(ports, local.Port)
		}
	}
	return ports
}

// Packets counts what has come.
func (s *Sink) Packets() uint64 { return s.packets.Load() }

// Close ends the sockets and waits for their readers.
func (s *Sink) Close() {
	for _, conn := range s.conns {
		_ = conn.Close()
	}
	s.readers.Wait()
}
