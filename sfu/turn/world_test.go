package turn_test

import (
	"crypto/tls"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	pion "github.com/pion/turn/v4"
	"go.uber.org/goleak"

	"parley/sfu/turn"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// announced is where clients believe the media socket to be: nowhere near.
var announced = netip.MustParseAddrPort("203.0.113.7:7882")

// world is a server, and a media socket behind it that sends back what it gets.
type world struct {
	t      *testing.T
	server *turn.Server
	media  *net.UDPConn
	clock  *clockwork.FakeClock
	tls    *turn.Files
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	ok(t, turn.WriteSelfSigned(cert, key, time.Now(), "127.0.0.1"))
	files, err := turn.LoadFiles(cert, key)
	ok(t, err)
	w := &world{t: t, media: udp(t), clock: clockwork.NewFakeClock(), tls: files}
	done := make(chan struct{})
	go func() {
		defer close(done)
		packet := make([]byte, 1500)
		for {
			n, from, err := w.media.ReadFromUDP(packet)
			if err != nil {
				return
			}
			_, _ = w.media.WriteToUDP(packet[:n], from)
		}
	}()
	w.server, err = turn.New(turn.Config{
		Clock: w.clock, Bind: []net.IP{net.IPv4(127, 0, 0, 1)}, Port: turn.AnyPort, TLSPort: turn.AnyPort, Certificate: files.Get,
		Peers: []turn.Peer{{Announced: announced, Local: w.mediaAddr()}},
	})
	ok(t, err)
	t.Cleanup(func() {
		ok(t, w.server.Close())
		ok(t, w.media.Close())
		<-done
	})
	return w
}

func udp(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	ok(t, err)
	return conn
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) mediaAddr() netip.AddrPort {
	address, _ := w.media.LocalAddr().(*net.UDPAddr)
	return address.AddrPort()
}

func (w *world) at(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// dial opens the way to the server: "udp", "tcp" or "tls".
func (w *world) dial(kind string) (net.PacketConn, string) {
	w.t.Helper()
	dialer := &net.Dialer{Timeout: patience}
	switch kind {
	case "tcp":
		conn, err := dialer.Dial("tcp", w.at(w.server.Port()))
		ok(w.t, err)
		return pion.NewSTUNConn(conn), w.at(w.server.Port())
	case "tls":
		conn, err := tls.DialWithDialer(dialer, "tcp", w.at(w.server.TLSPort()), &tls.Config{InsecureSkipVerify: true}) // it signed itself
		ok(w.t, err)
		return pion.NewSTUNConn(conn), w.at(w.server.TLSPort())
	default:
		return udp(w.t), w.at(w.server.Port())
	}
}

// client is a TURN client, which ends with the test.
func (w *world) client(kind string, c turn.Credential) *pion.Client {
	w.t.Helper()
	conn, server := w.dial(kind)
	client, err := pion.NewClient(&pion.ClientConfig{
		STUNServerAddr: server, TURNServerAddr: server, Conn: conn, Username: c.Username, Password: c.Password, Realm: "parley",
	})
	ok(w.t, err)
	ok(w.t, client.Listen())
	w.t.Cleanup(func() { client.Close(); _ = conn.Close() })
	return client
}

func (w *world) allocate(client *pion.Client) net.PacketConn {
	w.t.Helper()
	relayed, err := client.Allocate()
	ok(w.t, err)
	w.t.Cleanup(func() { _ = relayed.Close() })
	return relayed
}

// echo sends to the media socket and waits for the answer, as often as the
// network may lose it.
func (w *world) echo(relayed net.PacketConn, text string) {
	w.t.Helper()
	packet := make([]byte, 1500)
	for end := time.Now().Add(patience); time.Now().Before(end); {
		_, err := relayed.WriteTo([]byte(text), net.UDPAddrFromAddrPort(announced))
		ok(w.t, err)
		_ = relayed.SetReadDeadline(time.Now().Add(time.Second))
		n, from, err := relayed.ReadFrom(packet)
		if err == nil && from.String() != announced.String() {
			w.t.Fatalf("%q comes from %s, want it from %s", packet[:n], from, announced)
		}
		if err == nil && string(packet[:n]) == text {
			return
		}
	}
	w.t.Fatal("no answer through the relay")
}

func (w *world) admit(subject string) turn.Credential {
	return w.server.Admit(subject, w.clock.Now().Add(time.Hour))
}

func (w *world) relays(want int) {
	w.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for enough := time.After(patience); w.server.Relays() != want; {
		select {
		case <-tick.C:
		case <-enough:
			w.t.Fatalf("%d relays are open, want %d", w.server.Relays(), want)
		}
	}
}
