package sfu

import (
	"bytes"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"

	"parley/sfu/secure"
	"parley/sfu/udp"
)

// crossing is a lane with keys, and the client at its other end.
type crossing struct {
	mux    *udp.Mux
	lane   *lane
	outlet *outlet
	agent  net.PacketConn // what Pion has of the port
	client *net.UDPConn
	keys   *secure.Keys
}

func openLoopback(tb testing.TB) *net.UDPConn {
	tb.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		tb.Fatal(err)
	}
	return conn
}

func newCrossing(tb testing.TB) *crossing {
	tb.Helper()
	port := openLoopback(tb)
	mux, err := udp.New([]*net.UDPConn{port})
	if err != nil {
		tb.Fatal(err)
	}
	c := &crossing{mux: mux, lane: newLane(testFlow(), nil), client: openLoopback(tb)}
	tb.Cleanup(func() { _ = mux.Close(); _ = c.client.Close() })
	c.keys = &secure.Keys{
		Profile: srtp.ProtectionProfileAeadAes128Gcm,
		Local:   secure.Master{Key: []byte("a key, 16 octets"), Salt: []byte("twelve bytes")},
		Remote:  secure.Master{Key: []byte("another, 16 long"), Salt: []byte("twelve bytes")},
	}
	sealer, err := secure.NewSealer(c.keys)
	if err != nil {
		tb.Fatal(err)
	}
	c.lane.sealer.Store(sealer)
	if c.agent, err = (udpLane{UDPMux: mux, lane: c.lane}).GetConn("ours", port.LocalAddr()); err != nil {
		tb.Fatal(err)
	}
	c.outlet = newOutlets(c.lane).open("a", nil)
	return c
}

// pionWrites is something that is not STUN, to where ICE has chosen.
func (c *crossing) pionWrites(tb testing.TB, to *net.UDPConn) {
	tb.Helper()
	if _, err := c.agent.WriteTo([]byte{200, 201}, to.LocalAddr()); err != nil {
		tb.Fatal(err)
	}
}

func (c *crossing) receive(tb testing.TB, at *net.UDPConn) []byte {
	tb.Helper()
	buffer := make([]byte, 1500)
	_ = at.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := at.Read(buffer)
	if err != nil {
		tb.Fatal(err)
	}
	return buffer[:n]
}

func header(sequence uint16) *rtp.Header {
	return &rtp.Header{Version: 2, PayloadType: 96, SSRC: 77, SequenceNumber: sequence, Timestamp: 9}
}

func TestMediaFollowsPion(t *testing.T) {
	c := newCrossing(t)
	if _, err := c.outlet.WriteRTP(header(1), []byte("nowhere")); err == nil {
		t.Error("a packet is sent before there is a way")
	}
	context, err := srtp.CreateContext(c.keys.Local.Key, c.keys.Local.Salt, c.keys.Profile)
	if err != nil {
		t.Fatal(err)
	}
	other := openLoopback(t)
	defer other.Close()
	nobody := openLoopback(t)
	defer nobody.Close()
	for i, end := range []*net.UDPConn{c.client, other, c.client} {
		c.pionWrites(t, end)
		c.receive(t, end)
		if _, err := c.agent.WriteTo([]byte{1, 1}, nobody.LocalAddr()); err != nil { // STUN is no choice
			t.Fatal(err)
		}
		payload := fmt.Append(nil, "media ", i)
		if _, err := c.outlet.WriteRTP(header(uint16(2+i)), payload); err != nil {
			t.Fatal(err)
		}
		plain, err := context.DecryptRTP(nil, c.receive(t, end), nil)
		if err != nil || !bytes.HasSuffix(plain, payload) {
			t.Errorf("%q came, %v", plain, err)
		}
	}
	c.lane.close()
	if _, err := c.outlet.WriteRTP(header(9), []byte("late")); err == nil {
		t.Error("a packet is sent on a connection that is closed")
	}
	c.pionWrites(t, c.client)
	if c.lane.exit.Load() != nil {
		t.Error("a closed lane finds a new way")
	}
}

// frame writes a run of packets, as a fan-out does.
func (c *crossing) frame(tb testing.TB, h *rtp.Header, payload []byte, run int) {
	c.mux.Hold()
	for range run {
		h.SequenceNumber++
		if _, err := c.outlet.WriteRTP(h, payload); err != nil {
			tb.Fatal(err)
		}
	}
	c.mux.Release()
}

func TestAWrittenPacketAllocatesNothing(t *testing.T) {
	c := newCrossing(t)
	c.pionWrites(t, c.client)
	h, payload := header(1), make([]byte, 1200)
	if err := h.SetExtension(3, []byte{1, 2}); err != nil {
		t.Fatal(err)
	}
	c.frame(t, h, payload, 7)
	if allocs := testing.AllocsPerRun(200, func() { c.frame(t, h, payload, 7) }); allocs != 0 {
		t.Errorf("%v allocations for 7 packets, want none", allocs)
	}
}

// BenchmarkWriteRTP is the whole way out of a packet, from the subscription's
// writer to the kernel.
func BenchmarkWriteRTP(b *testing.B) {
	for _, run := range []int{1, 7} {
		b.Run(fmt.Sprint("run=", run), func(b *testing.B) {
			c := newCrossing(b)
			c.pionWrites(b, c.client)
			h, payload := header(1), make([]byte, 1200)
			b.ReportAllocs()
			for b.Loop() {
				c.frame(b, h, payload, run)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*run), "ns/packet")
		})
	}
}
