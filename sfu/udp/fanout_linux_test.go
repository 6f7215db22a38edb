package udp

import (
	"fmt"
	"net"
	"testing"
)

const (
	fanOutTo   = 100 // destinations
	packetSize = 1228
)

// crowd is a mux with many connections, each with somebody at its other end
// who does not listen: what is delivered to them costs what it costs.
type crowd struct {
	mux   *Mux
	conns []net.PacketConn
	to    []net.Addr
	plain *net.UDPConn
}

func newCrowd(tb testing.TB) *crowd {
	tb.Helper()
	open := func() *net.UDPConn {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			tb.Fatal(err)
		}
		return conn
	}
	own := open()
	mux, err := New([]*net.UDPConn{own})
	if err != nil {
		tb.Fatal(err)
	}
	c := &crowd{mux: mux, plain: open()}
	tb.Cleanup(func() { _ = mux.Close(); _ = c.plain.Close() })
	for i := range fanOutTo {
		conn, err := mux.GetConn(fmt.Sprint("u", i), own.LocalAddr())
		if err != nil {
			tb.Fatal(err)
		}
		end := open()
		tb.Cleanup(func() { _ = end.Close() })
		c.conns, c.to = append(c.conns, conn), append(c.to, end.LocalAddr())
	}
	return c
}

// frame sends a run of packets to everybody.
func (c *crowd) frame(tb testing.TB, packet []byte, run int) {
	c.mux.Hold()
	for i, conn := range c.conns {
		for range run {
			if _, err := conn.WriteTo(packet, c.to[i]); err != nil {
				tb.Fatal(err)
			}
		}
	}
	c.mux.Release()
}

func TestSendingAllocatesNothing(t *testing.T) {
	c, packet := newCrowd(t), make([]byte, packetSize)
	packet[0] = 0x80
	for _, run := range []int{1, 7} {
		c.frame(t, packet, run)
		if allocs := testing.AllocsPerRun(50, func() { c.frame(t, packet, run) }); allocs != 0 {
			t.Errorf("runs of %d: %v allocations a frame, want none", run, allocs)
		}
	}
	if allocs := testing.AllocsPerRun(50, func() { _, _ = c.conns[0].WriteTo(packet, c.to[0]) }); allocs != 0 {
		t.Errorf("%v allocations a packet alone, want none", allocs)
	}
	if unsent := c.mux.Counters.Unsent.Load(); unsent != 0 {
		t.Errorf("%d packets were refused", unsent)
	}
}

func TestReceivingAllocatesNothing(t *testing.T) {
	c := newCrowd(t)
	s, agent := c.mux.sockets[0], c.conns[0].(*conn)
	from := c.plain.LocalAddr().(*net.UDPAddr).AddrPort()
	s.validated(agent, from)
	packet, buffer := make([]byte, packetSize), make([]byte, 2000)
	packet[0] = 0x80
	both := func() {
		for range 8 {
			if _, err := c.plain.WriteToUDPAddrPort(packet, s.local.AddrPort()); err != nil {
				t.Fatal(err)
			}
		}
		for range 8 {
			if n, _, err := agent.ReadFrom(buffer); n != packetSize || err != nil {
				t.Fatal(n, err)
			}
		}
	}
	for range 20 {
		both()
	}
	// The collector may empty the pool once in between.
	if allocs := testing.AllocsPerRun(200, both); allocs > 1 && !underRace {
		t.Errorf("%v allocations for 8 packets, want none", allocs)
	}
}

// A device without checksums of its own refuses runs, and so do some tunnels.
func TestRunRefusedByTheKernelIsSentApart(t *testing.T) {
	c := newCrowd(t)
	q := c.conns[0].(*conn).queue
	q.out.wire.gso.Store(true) // a kernel that knows no runs refuses this one too
	end, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	// More than a run may hold: the kernel refuses it as it refuses one that a
	// device cannot do.
	b := newBatch()
	to := end.LocalAddr().(*net.UDPAddr).AddrPort()
	for i := range 200 {
		b.bytes = append(b.bytes, byte(i), 0xff)
	}
	b.messages = append(b.messages, message{to: to, end: 400, segment: 2, packets: 200})
	q.sending.Lock()
	q.out.send(b)
	q.sending.Unlock()
	for i := range 200 {
		packet := make([]byte, 100)
		if n, err := end.Read(packet); n != 2 || packet[0] != byte(i) || err != nil {
			t.Fatalf("packet %d: %x, %v", i, packet[:n], err)
		}
	}
	if q.out.runs() {
		t.Error("the socket goes on sending what the kernel refuses")
	}
}

// BenchmarkFanOut is what the way out costs, from an encrypted packet on: one
// call a packet, as the standard library sends, one for many, and one for many
// with runs of a frame's packets as one message.
func BenchmarkFanOut(b *testing.B) {
	packet := make([]byte, packetSize)
	packet[0] = 0x80
	report := func(b *testing.B, run int) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*run*fanOutTo), "ns/packet")
	}
	for _, run := range []int{1, 7} {
		b.Run(fmt.Sprintf("sendto/run=%d", run), func(b *testing.B) {
			c := newCrowd(b)
			b.ReportAllocs()
			for b.Loop() {
				for _, to := range c.to {
					for range run {
						if _, err := c.plain.WriteTo(packet, to); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			report(b, run)
		})
		for _, segmented := range []bool{false, true} {
			name := map[bool]string{false: "sendmmsg", true: "segmented"}[segmented]
			b.Run(fmt.Sprintf("%s/run=%d", name, run), func(b *testing.B) {
				c := newCrowd(b)
				if !segmented {
					c.mux.sockets[0].wire.gso.Store(false)
				}
				b.ReportAllocs()
				for b.Loop() {
					c.frame(b, packet, run)
				}
				report(b, run)
			})
		}
	}
}
