package floor

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// Options say what is sent, and to whom.
type Options struct {
	Ports   []int // of receivers on 127.0.0.1
	Frames  int   // a second
	Packets int   // a frame
	Bytes   int   // a packet, before encryption
	Burst   bool  // a frame's packets at once, else evenly paced
	GSO     bool  // a frame's packets by one call; only with Burst
}

const (
	headerBytes = 12
	tagBytes    = 16
	nonceBytes  = 12
)

// receiver has a key of its own, as in SRTP.
type receiver struct {
	to   unix.SockaddrInet4
	seal cipher.AEAD
}

// sender is all that the floor needs. Nothing is allocated once it runs.
type sender struct {
	options   Options
	socket    int
	receivers []receiver
	plain     []byte
	sealed    []byte
	nonce     [nonceBytes]byte
	control   []byte
	sequence  uint64
}

// Send sends until the context ends.
func Send(ctx context.Context, o Options) error {
	s, err := newSender(o)
	if err != nil {
		return err
	}
	defer unix.Close(s.socket)
	frame := time.Second / time.Duration(o.Frames)
	gap := frame / time.Duration(o.Packets)
	begun := time.Now()
	for n := 0; ctx.Err() == nil; n++ {
		if o.Burst {
			time.Sleep(time.Until(begun.Add(time.Duration(n) * frame)))
			err = s.burst()
		} else {
			time.Sleep(time.Until(begun.Add(time.Duration(n) * gap)))
			err = s.fanOut(1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func newSender(o Options) (*sender, error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open socket: %w", err)
	}
	_ = unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_SNDBUF, 4<<20) // the kernel may give less
	s := &sender{options: o, socket: socket, plain: make([]byte, o.Bytes), sealed: make([]byte, 0, o.Packets*(o.Bytes+tagBytes))}
	for i, port := range o.Ports {
		key := make([]byte, 16)
		binary.BigEndian.PutUint32(key, uint32(i)+1)
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("make cipher: %w", err)
		}
		seal, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("make cipher: %w", err)
		}
		s.receivers = append(s.receivers, receiver{to: unix.SockaddrInet4{Port: port, Addr: [4]byte(net.IPv4(127, 0, 0, 1).To4())}, seal: seal})
	}
	s.control = segmentControl(o.Bytes + tagBytes)
	return s, nil
}

// segmentControl tells the kernel to cut what it is given into packets of a size.
func segmentControl(size int) []byte {
	control := make([]byte, unix.CmsgSpace(2))
	binary.NativeEndian.PutUint64(control, uint64(unix.CmsgLen(2)))
	binary.NativeEndian.PutUint32(control[8:], unix.SOL_UDP)
	binary.NativeEndian.PutUint32(control[12:], unix.UDP_SEGMENT)
	binary.NativeEndian.PutUint16(control[16:], uint16(size))
	return control
}

// encrypt appends one packet: a clear header, a sealed payload, the tag.
func (s *sender) encrypt(r *receiver) {
	s.sequence++
	binary.BigEndian.PutUint64(s.nonce[4:], s.sequence)
	binary.BigEndian.PutUint16(s.plain[2:], uint16(s.sequence))
	s.sealed = append(s.sealed, s.plain[:headerBytes]...)
	s.sealed = r.seal.Seal(s.sealed, s.nonce[:], s.plain[headerBytes:], s.plain[:headerBytes])
}

// fanOut sends packets to everybody, by one call each.
func (s *sender) fanOut(packets int) error {
	for range packets {
		for i := range s.receivers {
			s.sealed = s.sealed[:0]
			s.encrypt(&s.receivers[i])
			if err := unix.Sendto(s.socket, s.sealed, 0, &s.receivers[i].to); err != nil {
				return fmt.Errorf("send: %w", err)
			}
		}
	}
	return nil
}

// burst sends a frame to everybody.
func (s *sender) burst() error {
	if !s.options.GSO {
		return s.fanOut(s.options.Packets)
	}
	for i := range s.receivers {
		s.sealed = s.sealed[:0]
		for range s.options.Packets {
			s.encrypt(&s.receivers[i])
		}
		if _, err := unix.SendmsgN(s.socket, s.sealed, s.control, &s.receivers[i].to, 0); err != nil {
			return fmt.Errorf("send segments: %w", err)
		}
	}
	return nil
}
