package turn

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

var errFrame = errors.New("neither STUN nor channel data")

// listener accepts TURN over TCP or TLS.
type listener struct {
	net.Listener
	server *Server
	tls    *tls.Config // nil for plain TCP
}

// Accept gives the next connection. The TLS handshake is done by who reads
// first, so a slow one holds nobody up.
func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	s := &stream{Conn: conn, server: l.server, ends: ends{addrPort(conn.RemoteAddr()), addrPort(conn.LocalAddr())}}
	l.server.enter(s)
	// Until there is an allocation, this is an absolute end: nobody keeps a
	// connection by sending a byte now and then.
	_ = conn.SetReadDeadline(time.Now().Add(loginTime))
	if l.tls != nil {
		s.Conn = tls.Server(conn, l.tls)
	}
	s.reader = bufio.NewReaderSize(s.Conn, maxFrame)
	return s, nil
}

// ends are the addresses of a connection: the client's and ours.
type ends struct{ from, to netip.AddrPort }

// stream is one client on TCP or TLS. Read gives one whole frame at a time and
// none that is longer than a packet can be: pion/turn's own cutter adds up
// lengths in 16 bits, and turns forever on a frame of 65,516 bytes.
type stream struct {
	net.Conn
	server *Server
	ends
	reader *bufio.Reader
	login  atomic.Bool // has an allocation
	closed atomic.Bool
}

// Read reads one frame.
func (s *stream) Read(frame []byte) (int, error) {
	if s.login.Load() {
		_ = s.SetReadDeadline(time.Now().Add(silence))
	}
	header, err := s.reader.Peek(4)
	if err != nil {
		return 0, err
	}
	size, err := frameSize(header)
	if err != nil {
		return 0, err
	}
	if size > min(len(frame), maxFrame) {
		return 0, fmt.Errorf("%w of that size: %d bytes", errFrame, size)
	}
	if n, err := io.ReadFull(s.reader, frame[:size]); err != nil {
		return n, err
	}
	if isRequest(frame) && !s.server.gate.allow(s.RemoteAddr(), s.server.now()) {
		return 0, errors.New("too many requests")
	}
	return size, nil
}

// frameSize is how long the frame is that begins so: a STUN message, or channel
// data, which TCP pads to four bytes (RFC 8656 section 12.5). A STUN message's
// length is a multiple of four too (RFC 8489 section 5).
func frameSize(header []byte) (int, error) {
	length := int(binary.BigEndian.Uint16(header[2:4]))
	switch {
	case header[0]>>6 == 0 && length%4 == 0:
		return 20 + length, nil
	case header[0]>>6 == 1:
		return 4 + (length+3)&^3, nil
	default:
		return 0, errFrame
	}
}

// Write gives up on a client that takes nothing for a while.
func (s *stream) Write(frame []byte) (int, error) {
	_ = s.SetWriteDeadline(time.Now().Add(writeTime))
	n, err := s.Conn.Write(frame)
	if err != nil {
		_ = s.Close()
	}
	return n, err
}

// Close may be called more than once.
func (s *stream) Close() error {
	if s.closed.Swap(true) {
		return net.ErrClosed
	}
	s.server.exit(s)
	return s.Conn.Close()
}
