package turn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"
)

// First pause of a STUN client before it asks again; it doubles (RFC 8489
// section 6.2.1).
const (
	retransmit = 500 * time.Millisecond
	askAtMost  = 5
)

// Mapping is an address of this machine: as it knows it, and as others see it.
// The two are one where there is no NAT.
type Mapping struct{ Local, Public netip.Addr }

// Mapped asks a STUN server, host:port, what this machine's address is from
// outside. Network is "udp4" or "udp6".
func Mapped(ctx context.Context, network, server string) (Mapping, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, server)
	if err != nil {
		return Mapping{}, fmt.Errorf("ask STUN server %s: %w", server, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	public, err := ask(ctx, conn)
	if err != nil {
		return Mapping{}, fmt.Errorf("ask STUN server %s: %w", server, err)
	}
	return Mapping{Local: addrPort(conn.LocalAddr()).Addr(), Public: public}, nil
}

func ask(ctx context.Context, conn net.Conn) (netip.Addr, error) {
	request, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.Fingerprint)
	if err != nil {
		return netip.Addr{}, err
	}
	pause := retransmit
	for range askAtMost {
		if _, err := conn.Write(request.Raw); err != nil {
			return netip.Addr{}, err
		}
		_ = conn.SetReadDeadline(time.Now().Add(pause))
		if ctx.Err() != nil {
			return netip.Addr{}, ctx.Err()
		}
		public, err := answer(conn, request.TransactionID)
		if err == nil || !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
			return public, err
		}
		pause *= 2
	}
	return netip.Addr{}, errors.New("it does not answer")
}

// answer reads until the answer to this question comes.
func answer(conn net.Conn, id [stun.TransactionIDSize]byte) (netip.Addr, error) {
	packet := make([]byte, maxFrame)
	for {
		n, err := conn.Read(packet)
		if err != nil {
			return netip.Addr{}, err
		}
		message := &stun.Message{Raw: packet[:n]}
		if message.Decode() != nil || message.TransactionID != id {
			continue
		}
		var mapped stun.XORMappedAddress
		if err := mapped.GetFrom(message); err != nil {
			return netip.Addr{}, fmt.Errorf("its answer: %w", err)
		}
		ip, ok := netip.AddrFromSlice(mapped.IP)
		if !ok {
			return netip.Addr{}, errors.New("its answer has no address")
		}
		return ip.Unmap(), nil
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
