package door_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/sfu/door"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, atOnce, perSource int) (*door.Door, chan net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d, in := door.New(l, atOnce, perSource), make(chan net.Conn, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := d.Accept()
			if err != nil {
				return
			}
			in <- c
		}
	}()
	t.Cleanup(func() { _ = d.Close(); <-done })
	return d, in
}

func knock(t *testing.T, d *door.Door) net.Conn {
	t.Helper()
	c, err := net.DialTimeout("tcp", d.Addr().String(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// over waits for the far end to close.
func over(t *testing.T, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	var late net.Error
	if _, err := io.Copy(io.Discard, c); errors.As(err, &late) && late.Timeout() {
		t.Fatal("the connection stays open")
	}
}

func TestRoom(t *testing.T) {
	for name, bounds := range map[string][2]int{"in all": {2, 10}, "of a source": {10, 2}} {
		t.Run(name, func(t *testing.T) {
			d, in := open(t, bounds[0], bounds[1])
			knock(t, d)
			knock(t, d)
			first := <-in
			<-in
			over(t, knock(t, d))
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			_ = first.Close() // twice counts once
			knock(t, d)
			<-in
			over(t, knock(t, d))
		})
	}
}

func TestCloseEndsWhatCameIn(t *testing.T) {
	d, in := open(t, 10, 10)
	outside := knock(t, d)
	inside := <-in
	reading := make(chan error)
	go func() {
		_, err := inside.Read(make([]byte, 1))
		reading <- err
	}()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if <-reading == nil {
		t.Error("a read went on")
	}
	over(t, outside)
}

func TestSource(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1/32", "::ffff:192.0.2.1": "192.0.2.1/32", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1": "fe80::/64",
	} {
		if got := door.Source(&net.UDPAddr{IP: net.ParseIP(address), Zone: "lo"}); got.String() != want {
			t.Errorf("%s is from %s, want %s", address, got, want)
		}
	}
	if door.Source(&net.UnixAddr{}).IsValid() || door.Source(&net.TCPAddr{}).IsValid() {
		t.Error("what has no address is from somewhere")
	}
}
