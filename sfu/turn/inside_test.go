package turn

import (
	"bufio"
	"bytes"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
)

func TestPeersTable(t *testing.T) {
	at := netip.MustParseAddrPort
	for name, test := range map[string]struct {
		list  []Peer
		own   string
		known int
	}{
		"loopback":                 {[]Peer{{at("127.0.0.1:1"), at("127.0.0.1:1")}}, "127.0.0.1", 1},
		"a public address inside":  {[]Peer{{at("203.0.113.7:1"), at("127.0.0.1:1")}}, "127.0.0.1", 1},
		"loopback and the office":  {[]Peer{{at("127.0.0.1:1"), at("127.0.0.1:1")}, {at("192.168.1.5:1"), at("192.168.1.5:1")}}, "192.168.1.5", 2},
		"IPv6 only":                {[]Peer{{at("[2001:db8::1]:1"), at("[::1]:1")}}, "::1", 1},
		"both, IPv6 named first":   {[]Peer{{at("[2001:db8::1]:1"), at("[2001:db8::1]:1")}, {at("203.0.113.7:1"), at("10.0.0.5:1")}}, "10.0.0.5", 1},
		"loopback before IPv6":     {[]Peer{{at("127.0.0.1:1"), at("127.0.0.1:1")}, {at("[2001:db8::1]:1"), at("[2001:db8::1]:1")}}, "127.0.0.1", 1},
		"IPv4 in the form of IPv6": {[]Peer{{at("[::ffff:203.0.113.7]:1"), at("[::ffff:127.0.0.1]:1")}}, "127.0.0.1", 1},
		"nothing":                  {nil, "invalid IP", 0},
	} {
		p := newPeers(test.list)
		if p.own.String() != test.own || len(p.local) != test.known {
			t.Errorf("%s: relays are on %s and know %d, want %s and %d", name, p.own, len(p.local), test.own, test.known)
		}
		for announced, local := range p.local {
			if !p.knows(announced.Addr().AsSlice()) || p.announced[local] != announced {
				t.Errorf("%s: %v is not found both ways", name, announced)
			}
		}
	}
}

func TestGateGivesEachSourceItsShare(t *testing.T) {
	g, now := newGate(), time.Unix(0, 0)
	ask := func(ip string) bool { return g.allow(&net.UDPAddr{IP: net.ParseIP(ip)}, now) }
	for range requestsAtOnce {
		if !ask("192.0.2.1") {
			t.Fatal("too early")
		}
	}
	if ask("192.0.2.1") || ask("::ffff:192.0.2.1") || !ask("192.0.2.2") {
		t.Error("one source asks too much, and another may not ask")
	}
	if now = now.Add(time.Second); !ask("192.0.2.1") {
		t.Error("still closed a second later")
	}
	for i := range 2 * sourcesKept {
		g.allow(&net.UDPAddr{IP: net.IPv4(10, byte(i>>16), byte(i>>8), byte(i))}, now)
	}
	if len(g.sources) > sourcesKept {
		t.Errorf("%d sources are kept", len(g.sources))
	}
}

// replay is a connection on which these bytes come.
type replay struct {
	net.Conn
	*bytes.Reader
}

func (r replay) Read(p []byte) (int, error)    { return r.Reader.Read(p) }
func (replay) SetReadDeadline(time.Time) error { return nil }
func (replay) RemoteAddr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1} }

// FuzzFrames: whatever comes, each read takes a whole frame or ends.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl"), 1600)
	f.Add([]byte("\x40\x00\x00\x05hello\x00\x00\x00\x40\x01\xff\xfc"), 1600)
	f.Add([]byte("\x00\x01\xff\xec\x21\x12\xa4\x42"), 20)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		if size < 0 || size > 4096 {
			return
		}
		s := &stream{Conn: replay{Reader: bytes.NewReader(data)}, server: &Server{gate: newGate(), clock: clockwork.NewFakeClock()}}
		s.reader = bufio.NewReaderSize(s.Conn, maxFrame)
		taken := 0
		for {
			n, err := s.Read(make([]byte, size))
			if err != nil {
				return
			}
			if taken += n; n < 4 || taken > len(data) {
				t.Fatalf("a frame of %d bytes, %d of %d in all", n, taken, len(data))
			}
		}
	})
}

func FuzzUsername(f *testing.F) {
	f.Add("1700000000:PA_abc")
	f.Add(":")
	f.Fuzz(func(t *testing.T, username string) {
		subject, until, ok := parseUsername(username)
		if ok && (subject == "" || until.IsZero()) {
			t.Fatalf("%q is of %q until %v", username, subject, until)
		}
	})
}
