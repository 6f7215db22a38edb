package udp

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const receiveBatch = 32 // datagrams a system call

// wire is a socket as the kernel sees it. This file and no other passes
// pointers to it: the standard library has no call for many datagrams at once,
// and golang.org/x/net's allocates for each that comes in.
type wire struct {
	conns []*net.UDPConn // the same socket, once for every sender
	gso   atomic.Bool
	six   bool
	used  bool // the first of conns has a sender
}

func newWire(udp *net.UDPConn) (*wire, error) {
	w := &wire{conns: []*net.UDPConn{udp}}
	raw, err := udp.SyscallConn()
	if err != nil {
		return nil, err
	}
	err = raw.Control(func(fd uintptr) {
		_, unknown := unix.GetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT)
		w.gso.Store(unknown == nil)
		domain, failed := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN)
		w.six = failed == nil && domain == unix.AF_INET6
	})
	return w, err
}

func (w *wire) close() error {
	var err error
	for _, conn := range w.conns {
		err = errors.Join(err, conn.Close())
	}
	return err
}

// receiver takes in batches.
type receiver struct {
	raw     syscall.RawConn
	recv    func(fd uintptr) bool
	n       int
	errno   syscall.Errno
	slots   [receiveBatch]*datagram
	headers [receiveBatch]unix.Mmsghdr
	iovecs  [receiveBatch]unix.Iovec
	names   [receiveBatch][unix.SizeofSockaddrInet6]byte
}

func (w *wire) receiver() (*receiver, error) {
	raw, err := w.conns[0].SyscallConn()
	if err != nil {
		return nil, err
	}
	r := &receiver{raw: raw}
	r.recv = r.call
	for i := range r.headers {
		h := &r.headers[i].Hdr
		h.Name, h.Iov = &r.names[i][0], &r.iovecs[i]
		h.SetIovlen(1)
		r.taken(i)
	}
	return r, nil
}

// taken says that a datagram of the last batch has another owner now.
func (r *receiver) taken(i int) {
	d, ok := datagrams.Get().(*datagram)
	if !ok {
		d = new(datagram)
	}
	r.slots[i] = d
	r.iovecs[i].Base = &d.space[0]
	r.iovecs[i].SetLen(len(d.space))
}

// receive waits for datagrams and gives all that are there. They are the
// receiver's, except for those that are taken.
func (r *receiver) receive() ([]*datagram, error) {
	for {
		for i := range r.headers {
			r.headers[i].Hdr.Namelen = uint32(len(r.names[i]))
		}
		if err := r.raw.Read(r.recv); err != nil {
			return nil, err
		}
		if r.errno == 0 {
			break
		}
		// An ICMP message about a peer that is gone, or a lack of memory that
		// passes. A closed socket ends in the branch above.
	}
	for i, d := range r.slots[:r.n] {
		size := int(r.headers[i].Len)
		if r.headers[i].Hdr.Flags&unix.MSG_TRUNC != 0 {
			size = 0
		}
		d.bytes, d.source = d.space[:size], parseName(&r.names[i])
	}
	return r.slots[:r.n], nil
}

func (r *receiver) call(fd uintptr) bool {
	n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.headers[0])), receiveBatch, unix.MSG_DONTWAIT, 0, 0)
	if errno == unix.EAGAIN {
		return false
	}
	r.n, r.errno = int(n), errno
	if errno != 0 {
		r.n = 0
	}
	return true
}

func parseName(name *[unix.SizeofSockaddrInet6]byte) netip.AddrPort {
	port := binary.BigEndian.Uint16(name[2:])
	switch binary.NativeEndian.Uint16(name[:]) {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(name[4:8])), port)
	case unix.AF_INET6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(name[8:24])).Unmap(), port)
	default:
		return netip.AddrPort{}
	}
}

// sender gives batches to the kernel, one at a time.
type sender struct {
	wire     *wire
	counters *Counters
	raw      syscall.RawConn
	write    func(fd uintptr) bool
	batch    *batch
	next     int // message to send
	headers  [batchMessages]unix.Mmsghdr
	iovecs   [batchMessages]unix.Iovec
	names    [batchMessages][unix.SizeofSockaddrInet6]byte
	controls [batchMessages]segmentControl
}

// segmentControl is a control message that holds a segment's length (udp(7),
// UDP_SEGMENT).
type segmentControl struct {
	header  unix.Cmsghdr
	segment uint16
	_       [6]byte
}

// sender opens a road of its own: senders on one descriptor would wait for
// each other.
func (w *wire) sender(counters *Counters) (*sender, error) {
	s := &sender{wire: w, counters: counters}
	s.write = s.call
	conn := w.conns[0]
	if w.used {
		file, err := conn.File()
		if err != nil {
			return nil, err
		}
		other, err := net.FilePacketConn(file)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		conn = other.(*net.UDPConn)
		w.conns = append(w.conns, conn)
	}
	w.used = true
	var err error
	if s.raw, err = conn.SyscallConn(); err != nil {
		return nil, err
	}
	for i := range s.headers {
		h := &s.headers[i].Hdr
		h.Name, h.Iov = &s.names[i][0], &s.iovecs[i]
		h.SetIovlen(1)
		c := &s.controls[i].header
		c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
		c.SetLen(unix.CmsgLen(2))
	}
	return s, nil
}

// runs says whether packets to one address may be sent as one message.
func (s *sender) runs() bool { return s.wire.gso.Load() }

// send gives a batch to the kernel. What it does not take is counted and
// lost, as datagrams are.
func (s *sender) send(b *batch) {
	for i := range b.messages {
		m := &b.messages[i]
		s.fill(i, b.bytes[m.start:m.end], m)
	}
	s.batch, s.next = b, 0
	if err := s.raw.Write(s.write); err != nil {
		s.lost(len(b.messages)) // the socket is closed
	}
	s.batch = nil
}

func (s *sender) fill(i int, bytes []byte, m *message) {
	h := &s.headers[i].Hdr
	h.Namelen = s.wire.putName(&s.names[i], m.to)
	s.iovecs[i].Base = unsafe.SliceData(bytes)
	s.iovecs[i].SetLen(len(bytes))
	h.Control = nil
	h.SetControllen(0)
	if m.packets > 1 {
		s.controls[i].segment = uint16(m.segment)
		h.Control = (*byte)(unsafe.Pointer(&s.controls[i]))
		h.SetControllen(unix.CmsgSpace(2))
	}
}

func (w *wire) putName(name *[unix.SizeofSockaddrInet6]byte, to netip.AddrPort) uint32 {
	binary.BigEndian.PutUint16(name[2:], to.Port())
	if w.six {
		binary.NativeEndian.PutUint16(name[:], unix.AF_INET6)
		ip := to.Addr().As16()
		copy(name[8:], ip[:])
		return unix.SizeofSockaddrInet6
	}
	binary.NativeEndian.PutUint16(name[:], unix.AF_INET)
	ip := to.Addr().As4()
	copy(name[4:], ip[:])
	return unix.SizeofSockaddrInet4
}

// call sends what is left, and says false to wait until the socket can take
// more.
func (s *sender) call(fd uintptr) bool {
	for s.next < len(s.batch.messages) {
		n, errno := sendmmsg(fd, s.headers[s.next:len(s.batch.messages)])
		switch {
		case errno == 0:
			s.next += n
		case errno == unix.EAGAIN:
			return false
		case errno == unix.EINTR:
		case s.batch.messages[s.next].packets > 1:
			if errno == unix.EIO || errno == unix.EINVAL {
				s.wire.gso.Store(false) // this device, or this kernel, does not do it
			}
			s.apart(fd)
		default:
			s.lost(s.next + 1)
		}
	}
	return true
}

// apart sends the packets of a run that was refused one by one.
func (s *sender) apart(fd uintptr) {
	m := s.batch.messages[s.next]
	for start := m.start; start < m.end; start += m.segment {
		one := message{to: m.to, segment: m.segment, packets: 1}
		s.fill(s.next, s.batch.bytes[start:min(start+m.segment, m.end)], &one)
		if _, errno := sendmmsg(fd, s.headers[s.next:s.next+1]); errno != 0 {
			s.counters.Unsent.Add(1)
		}
	}
	s.next++
}

// lost gives up messages up to one.
func (s *sender) lost(end int) {
	for ; s.next < end; s.next++ {
		s.counters.Unsent.Add(uint64(s.batch.messages[s.next].packets))
	}
}

func sendmmsg(fd uintptr, headers []unix.Mmsghdr) (int, syscall.Errno) {
	n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&headers[0])), uintptr(len(headers)), unix.MSG_DONTWAIT, 0, 0)
	return int(n), errno
}
