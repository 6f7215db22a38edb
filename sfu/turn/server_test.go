package turn_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"parley/sfu/turn"
)

func TestRelay(t *testing.T) {
	for _, kind := range []string{"udp", "tcp", "tls"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			relayed := w.allocate(w.client(kind, w.admit("PA_ann")))
			w.echo(relayed, "a packet of media")
			w.echo(relayed, "another, perhaps on a channel")
			w.relays(1)
			ok(t, relayed.Close())
			w.relays(0)
		})
	}
}

func TestOnlyMediaSocketsArePeers(t *testing.T) {
	w := newWorld(t)
	client := w.client("udp", w.admit("PA_ann"))
	relayed := w.allocate(client)
	for _, ip := range []string{
		"127.0.0.1", "127.0.0.2", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1",
		"255.255.255.255", "203.0.113.8", "8.8.8.8", "::1", "::", "::ffff:127.0.0.1", "fe80::1", "fc00::1", "ff02::1",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "fd00:ec2::254",
	} {
		if err := client.CreatePermission(&net.UDPAddr{IP: net.ParseIP(ip), Port: 7882}); err == nil {
			t.Errorf("%s is allowed as a peer", ip)
		}
	}
	ok(t, client.CreatePermission(&net.UDPAddr{IP: net.ParseIP("::ffff:203.0.113.7"), Port: 7882})) // the media address, in another form
	w.echo(relayed, "allowed")
}

// TestOtherPortsOfAMediaAddressAreNoPeers: a permission is for an address with
// all its ports, and on a developer's machine that address is loopback.
func TestOtherPortsOfAMediaAddressAreNoPeers(t *testing.T) {
	w := newWorld(t)
	victim := udp(t)
	defer victim.Close()
	secret, _ := victim.LocalAddr().(*net.UDPAddr)
	w.server.SetPeers([]turn.Peer{{Announced: w.mediaAddr(), Local: w.mediaAddr()}, {Announced: announced, Local: w.mediaAddr()}})
	relayed := w.allocate(w.client("udp", w.admit("PA_ann")))
	for range 3 {
		_, err := relayed.WriteTo([]byte("knock"), secret)
		ok(t, err) // as far as the client knows
	}
	// The way back is closed too.
	outside, _ := relayed.LocalAddr().(*net.UDPAddr)
	_, err := victim.WriteToUDP([]byte("knock back"), &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: outside.Port})
	ok(t, err)
	w.echo(relayed, "what came before has been dealt with")
	_, err = w.media.WriteToUDP([]byte("all clear"), secret)
	ok(t, err)
	packet := make([]byte, 100)
	_ = victim.SetReadDeadline(time.Now().Add(patience))
	n, from, err := victim.ReadFromUDP(packet)
	ok(t, err)
	if string(packet[:n]) != "all clear" {
		t.Errorf("%q reached another port, from %s", packet[:n], from)
	}
}

func TestCredentials(t *testing.T) {
	w := newWorld(t)
	good := w.admit("PA_ann")
	w.admit("PA_bob")
	w.admit("PA_gone")
	gone := w.admit("PA_gone")
	w.server.Dismiss("PA_gone")
	stranger := newWorld(t).admit("PA_ann") // of another server
	for name, c := range map[string]turn.Credential{
		"a wrong password":        {good.Username, "guess"},
		"no password":             {good.Username, ""},
		"another's name":          {"9999999999:PA_bob", good.Password},
		"a longer time":           {"9999999999:PA_ann", good.Password},
		"no time":                 {"PA_ann", good.Password},
		"nobody":                  {"9999999999:", good.Password},
		"nonsense":                {":::", ":::"},
		"time that is over":       w.server.Admit("PA_ann", w.clock.Now().Add(-time.Second)),
		"a session that is over":  gone,
		"a session of elsewhere":  stranger,
		"somebody never admitted": turn.NewCredential([]byte("guess"), "PA_eve", w.clock.Now().Add(time.Hour)),
	} {
		if relayed, err := w.client("udp", c).Allocate(); err == nil {
			t.Errorf("%s opens a relay", name)
			_ = relayed.Close()
		}
	}
	w.echo(w.allocate(w.client("udp", good)), "the right one")
}

func TestDismissEndsRelaysAtOnce(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.client("udp", w.admit("PA_ann")), w.client("tcp", w.admit("PA_bob"))
	first, second := w.allocate(ann), w.allocate(bob)
	w.echo(first, "ann")
	w.echo(second, "bob")
	w.server.Dismiss("PA_ann")
	w.relays(1)
	w.echo(second, "bob goes on")
	if _, err := ann.Allocate(); err == nil {
		t.Error("ann relays again")
	}
}

// TestRelaysOutliveTheirCredential: a browser cannot change the credential of
// an allocation, and a long meeting must not lose its way.
func TestRelaysOutliveTheirCredential(t *testing.T) {
	w := newWorld(t)
	c := w.admit("PA_ann")
	client := w.client("udp", c)
	relayed := w.allocate(client)
	w.clock.Advance(2 * time.Hour)
	ok(t, client.CreatePermission(net.UDPAddrFromAddrPort(announced)))
	w.echo(relayed, "still here")
	if again, err := w.client("udp", c).Allocate(); err == nil {
		t.Error("a credential that is over opens a relay")
		_ = again.Close()
	}
	w.allocate(w.client("udp", w.admit("PA_ann")))
}

func TestQuota(t *testing.T) {
	w := newWorld(t)
	c := w.admit("PA_ann")
	var failed error
	n := 0
	for ; n < 100 && failed == nil; n++ {
		relayed, err := w.client("udp", c).Allocate()
		if failed = err; err == nil {
			t.Cleanup(func() { _ = relayed.Close() })
		}
	}
	if failed == nil || n != 25 {
		t.Errorf("refused at the %dth: %v; want at the 25th", n, failed)
	}
	w.echo(w.allocate(w.client("udp", w.admit("PA_bob"))), "others are not affected")
}

// TestBrokenFramesEndTheConnection: lengths for which pion/turn's own cutter
// adds up to nothing, and turns for ever.
func TestBrokenFramesEndTheConnection(t *testing.T) {
	w := newWorld(t)
	stun := func(length int) []byte {
		frame := make([]byte, 20)
		binary.BigEndian.PutUint16(frame[2:], uint16(length))
		binary.BigEndian.PutUint32(frame[4:], 0x2112a442)
		return frame
	}
	for name, frame := range map[string][]byte{
		"a message of 65536 bytes":     stun(65516),
		"a message of 60000 bytes":     stun(60000),
		"channel data of 65532 bytes":  {0x40, 0, 0xff, 0xfc, 0, 0, 0, 0, 0, 0},
		"channel data of 65535 bytes":  {0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0},
		"a request of another service": []byte("GET / HTTP/1.1\r\n\r\n"),
		"a TLS hello in the clear":     {0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3},
		"neither":                      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		conn, err := net.DialTimeout("tcp", w.at(w.server.Port()), patience)
		ok(t, err)
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second)) // less than a silent client may wait
		_, err = conn.Write(frame)
		ok(t, err)
		var late net.Error
		if n, err := io.Copy(io.Discard, conn); errors.As(err, &late) && late.Timeout() {
			t.Errorf("%s: the connection stays open (%d bytes came back)", name, n)
		}
		ok(t, conn.Close())
	}
	w.echo(w.allocate(w.client("tcp", w.admit("PA_ann"))), "others are not affected")
}

// TestFloods: a source that asks too much is not answered for a while. What it
// has opened goes on.
func TestFloods(t *testing.T) {
	w := newWorld(t)
	c := w.admit("PA_ann")
	relayed := w.allocate(w.client("udp", c))
	w.echo(relayed, "permission is there")
	flood, err := net.Dial("udp4", w.at(w.server.Port()))
	ok(t, err)
	defer flood.Close()
	ask := make([]byte, 20)
	ask[1] = 1 // a binding request
	binary.BigEndian.PutUint32(ask[4:], 0x2112a442)
	answers, packet := 0, make([]byte, 1500)
	for range 10000 {
		_, err := flood.Write(ask)
		ok(t, err)
		_ = flood.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := flood.Read(packet); err != nil {
			break // the clock stands still, so nothing is given back
		}
		answers++
	}
	if answers == 0 || answers >= 10000 {
		t.Errorf("%d of 10000 requests were answered", answers)
	}
	w.echo(relayed, "media is no request")
	w.clock.Advance(time.Minute)
	w.allocate(w.client("udp", c))
}

func TestServerThatCannotBe(t *testing.T) {
	taken := udp(t)
	defer taken.Close()
	at, _ := taken.LocalAddr().(*net.UDPAddr)
	for name, config := range map[string]turn.Config{
		"no port":               {},
		"no certificate":        {TLSPort: turn.AnyPort},
		"a port that is in use": {Bind: []net.IP{at.IP}, Port: at.Port},
	} {
		if server, err := turn.New(config); err == nil {
			t.Errorf("%s: it starts", name)
			_ = server.Close()
		}
	}
}

func TestProbe(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	good := w.admit("doctor")
	for url, c := range map[string]turn.Credential{
		"turn:" + w.at(w.server.Port()) + "?transport=udp": good,
		"turn:" + w.at(w.server.Port()) + "?transport=tcp": good,
	} {
		ok(t, turn.Probe(ctx, url, c))
	}
	ok(t, turn.AnswersTLS(ctx, w.at(w.server.TLSPort()), "127.0.0.1"))
	for name, probe := range map[string]struct {
		url string
		c   turn.Credential
	}{
		"a wrong password":              {"turn:" + w.at(w.server.Port()), turn.Credential{Username: good.Username, Password: "guess"}},
		"a certificate that is its own": {"turns:" + w.at(w.server.TLSPort()), good},
		"plain TCP where TLS is":        {"turn:" + w.at(w.server.TLSPort()) + "?transport=tcp", good},
		"a port where nothing is":       {"turn:127.0.0.1:1?transport=tcp", good},
		"a web site":                    {"https://127.0.0.1", good},
	} {
		brief, stop := context.WithTimeout(ctx, 2*time.Second)
		if turn.Probe(brief, probe.url, probe.c) == nil {
			t.Errorf("%s: all is well", name)
		}
		stop()
	}
}

func TestCertificateFiles(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	cert, key := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	if _, err := turn.LoadFiles(cert, key); err == nil {
		t.Error("files that are not there are read")
	}
	ok(t, turn.WriteSelfSigned(cert, key, now, "turn.example.org", ""))
	files, err := turn.LoadFiles(cert, key)
	ok(t, err)
	ok(t, turn.CheckCertificate(files, "turn.example.org", now))
	if turn.CheckCertificate(files, "other.example.org", now) == nil || turn.CheckCertificate(files, "turn.example.org", now.AddDate(1, 0, 0)) == nil {
		t.Error("a certificate for another name, or of last year, is good")
	}
	before, err := files.Get(nil)
	ok(t, err)
	ok(t, os.WriteFile(cert, []byte("half of"), 0o600))
	ok(t, os.Chtimes(cert, now, now.Add(time.Hour)))
	broken, err := files.Get(nil)
	ok(t, err)
	ok(t, turn.WriteSelfSigned(cert, key, now, "renewed.example.org"))
	ok(t, os.Chtimes(cert, now, now.Add(2*time.Hour)))
	after, err := files.Get(nil)
	ok(t, err)
	if broken != before || after == before {
		t.Error("the broken one is in use, or the renewed one is not")
	}
}

func TestMapped(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	got, err := turn.Mapped(ctx, "udp4", w.at(w.server.Port()))
	ok(t, err)
	if want := netip.MustParseAddr("127.0.0.1"); got.Public != want || got.Local != want {
		t.Errorf("mapped to %v", got)
	}
	silent := udp(t)
	defer silent.Close()
	brief, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	if got, err := turn.Mapped(brief, "udp4", silent.LocalAddr().String()); err == nil {
		t.Errorf("a silent server says %v", got)
	}
	if _, err := turn.Mapped(ctx, "udp6", "127.0.0.1:3478"); err == nil {
		t.Error("an IPv4 server is asked over IPv6")
	}
}
