//go:build !linux

package udp

import (
	"errors"
	"net"
)

// wire is a socket of a system that takes one datagram at a time.
type wire struct{ udp *net.UDPConn }

func newWire(udp *net.UDPConn) (*wire, error) { return &wire{udp: udp}, nil }

func (w *wire) close() error { return w.udp.Close() }

type receiver struct {
	udp  *net.UDPConn
	slot [1]*datagram
}

func (w *wire) receiver() (*receiver, error) {
	r := &receiver{udp: w.udp}
	r.taken(0)
	return r, nil
}

func (r *receiver) taken(int) {
	d, ok := datagrams.Get().(*datagram)
	if !ok {
		d = new(datagram)
	}
	r.slot[0] = d
}

func (r *receiver) receive() ([]*datagram, error) {
	d := r.slot[0]
	for {
		n, source, err := r.udp.ReadFromUDPAddrPort(d.space[:])
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		if err == nil {
			d.bytes, d.source = d.space[:n], source
			return r.slot[:], nil
		}
	}
}

type sender struct {
	udp      *net.UDPConn
	counters *Counters
}

func (w *wire) sender(counters *Counters) (*sender, error) {
	return &sender{udp: w.udp, counters: counters}, nil
}

func (s *sender) runs() bool { return false }

func (s *sender) send(b *batch) {
	for _, m := range b.messages {
		if _, err := s.udp.WriteToUDPAddrPort(b.bytes[m.start:m.end], m.to); err != nil {
			s.counters.Unsent.Add(1)
		}
	}
}
