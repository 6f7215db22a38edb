package udp_test

import (
	"net"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"go.uber.org/goleak"

	"parley/sfu/udp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what takes microseconds.
const patience = 20 * time.Second

// node is a mux on loopback.
type node struct {
	t    *testing.T
	mux  *udp.Mux
	addr *net.UDPAddr
}

func listen(t testing.TB, network string) *net.UDPConn {
	t.Helper()
	ip := map[string]net.IP{"udp4": net.IPv4(127, 0, 0, 1), "udp6": net.IPv6loopback}[network]
	conn, err := net.ListenUDP(network, &net.UDPAddr{IP: ip})
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func newNode(t *testing.T, network string) *node {
	t.Helper()
	conn := listen(t, network)
	mux, err := udp.New([]*net.UDPConn{conn})
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, mux: mux, addr: conn.LocalAddr().(*net.UDPAddr)}
	t.Cleanup(func() {
		if err := mux.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// agent is one connection of the node, and what an ICE agent does with it:
// answer requests.
func (n *node) agent(ufrag string) net.PacketConn {
	n.t.Helper()
	conn, err := n.mux.GetConn(ufrag, n.addr)
	if err != nil {
		n.t.Fatal(err)
	}
	return conn
}

// got is the next datagram for an agent.
func (n *node) got(agent net.PacketConn) ([]byte, net.Addr) {
	n.t.Helper()
	type result struct {
		b    []byte
		from net.Addr
		err  error
	}
	results := make(chan result, 1)
	go func() {
		b := make([]byte, 2000)
		size, from, err := agent.ReadFrom(b)
		results <- result{b[:size], from, err}
	}()
	select {
	case r := <-results:
		if r.err != nil {
			n.t.Fatal(r.err)
		}
		return r.b, r.from
	case <-time.After(patience):
		_ = agent.Close()
		n.t.Fatal("nothing came")
		return nil, nil
	}
}

// validate answers the agent's next request.
func (n *node) validate(agent net.PacketConn) {
	n.t.Helper()
	b, from := n.got(agent)
	request := &stun.Message{Raw: b}
	if err := request.Decode(); err != nil {
		n.t.Fatalf("not a request: %v", err)
	}
	answer, err := stun.Build(request, stun.BindingSuccess, stun.Fingerprint)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := agent.WriteTo(answer.Raw, from); err != nil {
		n.t.Fatal(err)
	}
}

// client is somebody's socket.
type client struct {
	t    *testing.T
	conn *net.UDPConn
	to   *net.UDPAddr
}

func (n *node) client() *client {
	n.t.Helper()
	network := "udp4"
	if n.addr.IP.To4() == nil {
		network = "udp6"
	}
	c := &client{t: n.t, conn: listen(n.t, network), to: n.addr}
	n.t.Cleanup(func() { _ = c.conn.Close() })
	return c
}

func (c *client) send(b []byte) {
	c.t.Helper()
	if _, err := c.conn.WriteToUDP(b, c.to); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) request(ufrag string) {
	c.t.Helper()
	request, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewSoftware("a client"), stun.NewUsername(ufrag+":theirs"), stun.Fingerprint)
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(request.Raw)
}

func (c *client) receive() []byte {
	c.t.Helper()
	b := make([]byte, 70_000)
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	size, err := c.conn.Read(b)
	if err != nil {
		c.t.Fatal(err)
	}
	return b[:size]
}

var media = []byte{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 'm'}

// eventually waits for a counter to be at a value.
func eventually(t *testing.T, what string, value func() uint64, want uint64) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for enough := time.After(patience); value() != want; {
		select {
		case <-tick.C:
		case <-enough:
			t.Fatalf("%s: %d, want %d", what, value(), want)
		}
	}
}
