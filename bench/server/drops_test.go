package server

import (
	"net"
	"os"
	"testing"
	"time"
)

func TestDropsAreCounted(t *testing.T) {
	deaf, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	if err := deaf.SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	talker, err := net.Dial("udp4", deaf.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer talker.Close()
	before, err := Drops(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		if _, err := talker.Write(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		now, err := Drops(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if now > before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("a socket that nobody reads has dropped nothing")
		}
	}
}
